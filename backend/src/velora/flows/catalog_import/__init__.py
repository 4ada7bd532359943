"""Products in and out as CSV, one row per variant.

Rows of one `handle` that follow each other are one product; what they say of the product stands in the first. A row is known by its
`sku`: it changes the variant that has it, or adds one. So a file can be sent again after mending, and an export can be edited and
sent back. Good rows go in; each bad one is told by its number, column and what to do.

columns   handle, sku, title, description, brand, category (slug), option1_name, option1_value, option2_name, option2_value,
          price (49.90), compare_at, currency, stock, tax_class, picture (a name or https address, several parted by |), state
          (draft or published), attr:<key> for each attribute, and price:SEK and compare_at:SEK for each further currency, of which
          an empty cell leaves the price as it is. Needed: sku, title, category, price.

rows      a table's text as rows, groups and drafts; pure
run       a file into the catalogue, in batches, with progress
export    a seller's products as such a file
sent      the file that was sent, for a month
http      upload, poll, download
"""
