"""All SQL of the ledger: `posting` writes it, `reading` shows it, `checking` doubts it."""
