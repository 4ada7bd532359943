"""Where products are shown and for how much: a seller's list of products, listings and prices, and a marketplace's categories.

products     a seller's products with stock and offers in every marketplace
place        listing and pricing, for sellers who may sell there
categories   the tree of a marketplace, changed by its administrators, audited
follow       what follows from what others tell: a suspended seller sells nothing, what is bought becomes popular
http         routes of all of it
"""
