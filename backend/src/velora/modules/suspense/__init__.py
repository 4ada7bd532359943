"""Suspense: money that came and belongs to nothing we know, until somebody says what becomes of it.

Owns      suspense_case
Answers   open_cases, lock, await_second, reopen, give_back, finish, keep, lock_kept, take, settle_returns, waiting, listed, by_id,
          of_orders, sums
Emits     nothing
Ignores   whose money it may have been, what the ledger says of it, and who may decide
"""
