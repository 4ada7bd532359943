"""Overview, trial balance, accounts and statements."""
