"""Escrow: what is held for a seller until its delivery is settled, one hold per seller order.

Owns      escrow_hold
Answers   hold, start_clock, confirm, claim, unclaim, take_for_refund, settle_refunds, due, claim_due, of_seller_orders,
          release, coming, lock, settle_disputes, frozen
Emits     escrow.released.v1
Ignores   accounts and postings: the flows that move the money post it
"""
