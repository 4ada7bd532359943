"""Store credit: what a marketplace owes its buyers, and which of their orders it pays.

Owns      customer_credit, credit_use
Answers   of_accounts, hold, use, release, give, uses_of, lock_uses, count_back, undo_back
Emits     nothing
Ignores   why credit was given, what was bought, cards
"""
