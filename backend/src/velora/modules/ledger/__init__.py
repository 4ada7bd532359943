"""The ledger: every movement of money as a pair of accounts, written once and never changed.

Owns      ledger_account, ledger_journal, ledger_posting, ledger_key, ledger_balance, ledger_snapshot, ledger_epoch, ledger_block
Answers   post, find, journals, balances, trial_balance, statement, statement_csv, verify
Emits     ledger.journals_posted.v1
Ignores   what an order, a refund or a payout is: it knows accounts, keys and amounts
"""
