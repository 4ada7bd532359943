"""What is sold: categories, products with variants, and where and for how much each seller offers them.

Owns      catalog_category, catalog_attribute, catalog_product, catalog_variant, catalog_listing, catalog_offer,
          catalog_price, catalog_photo, catalog_import
Answers   offers, add_products, change_products, list_in, set_prices, category_tree, listing_facts, product_page,
          ask_photo, shown_photos
Emits     catalog.listing_changed.v1, catalog.product_changed.v1
Ignores   how many are left, who the seller is, what tax and delivery cost

A product belongs to a seller, across marketplaces; a listing shows it in one marketplace's category, and an offer prices one variant there:
in the marketplace's main currency, and in each further one that its seller gave a price in. Nothing is ever converted.
"""
