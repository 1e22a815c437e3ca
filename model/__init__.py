"""What a labelled page is, and the network that labels it."""
