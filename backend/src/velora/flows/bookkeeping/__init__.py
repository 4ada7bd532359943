"""Doubting the whole house: what the ledger says against what orders, payments, escrow, payouts and stock say."""
