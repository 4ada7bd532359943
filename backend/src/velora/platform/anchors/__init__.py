"""Where the ledger's seals are kept a second time, out of reach of whoever can write the database."""
