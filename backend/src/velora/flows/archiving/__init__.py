"""Months of the ledger as files that prove themselves: written once, verified before they count, and checked without the database."""
