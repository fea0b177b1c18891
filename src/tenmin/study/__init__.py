"""A study as one file, run as a whole: the place of what ties inputs, measures and outputs together."""
