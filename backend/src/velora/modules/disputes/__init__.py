"""Disputes: what buyers' banks took back, whose money is held meanwhile, and how each has ended.

Owns      dispute, dispute_share
Answers   lock, save, by_id, of_orders, of_seller, listed, to_look_at, look_again_later, sums, open_shares, disputed_by_intent
Emits     nothing
Ignores   accounts and postings, what was bought, evidence (that is given at the gateway)
"""
