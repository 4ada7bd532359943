"""How far the ledger is sealed, block by block."""
