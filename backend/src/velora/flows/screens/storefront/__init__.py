"""What a visitor of a storefront sees: home, search, product, a seller's shop. Only reads.

Lists come from the search index as ready cards. While it is away, lists without words come from the database; a product page always does.
"""
