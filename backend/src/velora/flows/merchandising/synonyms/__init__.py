"""Routes with which administrators keep a marketplace's synonyms."""
