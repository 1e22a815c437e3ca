"""From labelled pages to a model: synthetic pages, data sets, the loop, scores and export."""
