"""What somebody means to buy: variants and quantities, and the price at which each was last seen.

Owns      cart
Answers   read, keep, and the rules by which carts are filled, merged and looked over
Emits     nothing
Ignores   what the variants are, what they cost, whether they are there

The cart in use lies in the cache; the table holds what an account must find again when the cache is lost.
"""
