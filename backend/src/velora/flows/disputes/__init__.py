"""A buyer's bank takes a payment back: whose money is held meanwhile, and who bears it in the end. E10 of the books."""
