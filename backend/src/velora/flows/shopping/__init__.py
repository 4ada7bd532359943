"""Filling a cart, and what it costs and still holds at every look.

carts    where a cart lies: the cache, and for accounts the table behind it
view     the cart as it stands now: prices, stock, delivery, tax, and what changed since the last look
http     the cart's routes
"""
