"""Money that matches nothing is kept, shown to finance with all that is known, and settled; what is not known yet is shown beside it."""
