"""The ledger: every movement of money as a pair of accounts, written once and never changed.

Owns      ledger_account, ledger_journal, ledger_posting, ledger_key, ledger_balance, ledger_snapshot, ledger_epoch, ledger_block,
          ledger_archive, ledger_archive_account, ledger_archive_kind, ledger_archive_leaf, ledger_watch
Answers   post, find, journals, balances, trial_balance, statement, statement_csv, verify, say_dropped, last_watch
Emits     ledger.journals_posted.v1
Ignores   what an order, a refund or a payout is: it knows accounts, keys and amounts
"""
