"""What the finance console shows: the books over all marketplaces, and one order's money as a trail. Read-only."""
