"""Returns: which pieces a buyer wants to give back, what each is worth, and what the seller said.

Owns      return_request, return_line
Answers   ask, decide, settle, of_seller_orders, by_refund, of_seller, standing
Emits     returns.return_requested.v1, returns.return_approved.v1, returns.return_declined.v1
Ignores   escrow, payments and postings: the refund flow moves the money
"""
