"""Payouts: what is on its way from the operator's bank to a seller, and how it ended.

Owns      payout
Answers   reserve, submitted, settle, open_payouts, of_seller, listed, sums_by_state
Emits     payouts.payout_reserved.v1, payouts.payout_paid.v1, payouts.payout_failed.v1
Ignores   why a seller may be paid: it is told the amount
"""
