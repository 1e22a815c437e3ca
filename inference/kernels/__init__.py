"""What computes the scores of a window: the network on this processor's best instructions."""
