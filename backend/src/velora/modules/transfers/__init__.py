"""Transfers: money that a person sends by the bank, because no gateway can give it back.

Owns      transfer, transfer_payee
Answers   ask, await_second, reopen, settle, lock, by_id, listed, set_payees, payees, erase_old
Emits     nothing
Ignores   what it gives back, what the ledger says of it, and who may send
"""
