"""The same for a seller, across all of its marketplaces."""
