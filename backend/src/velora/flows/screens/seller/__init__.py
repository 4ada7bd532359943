"""A seller's desk: what is to be done, and its orders over all marketplaces."""
