"""Sellers: the organisations that sell, who works for them, and at which marketplaces they may.

Owns      seller, seller_staff, seller_membership, seller_imprint
Answers   found, facts, by_slug, imprints, set_imprint, hire, dismiss, staff, sellers_of, apply, decide, standing, approved
Emits     sellers.seller_applied.v1, sellers.seller_approved.v1, sellers.seller_declined.v1, sellers.seller_suspended.v1
Ignores   what they sell, what they earn, how their people sign in
"""
