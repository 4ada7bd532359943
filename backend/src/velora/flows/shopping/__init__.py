"""Filling a cart, and what it costs and still holds at every look.

carts    where a cart lies: the cache, and for accounts the table behind it
view     the cart as it stands now: prices, stock, delivery, tax, and what changed since the last look
follow   what was paid for leaves the cart, whoever heard of the payment
http     the cart's routes
"""
