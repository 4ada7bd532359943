"""A real shop's past, played through the product's own flows: `velora demo replay FILE`.

`sheet` reads the file, `lines` says what each line is, `matching` which purchase a cancellation gives back; `world` opens the
marketplace with its sellers, articles, stock and buyers; `days` lives one day of it; `report` reads every line's fate from what
stands in the database afterwards; `run` is the whole.

What is decided here:
- The marketplace is `online-retail`, in GBP, prices with tax and no tax on anything, no delivery cost, money held for 14 days
  after delivery, 10 % commission. Twelve sellers share the articles by a hash of the stock code.
- Prices are rounded to the penny, half up. A price that rounds to nothing counts as no price.
- The catalogue has one variant for each stock code at each price, for within one invoice an article is sold at several prices.
- An order is placed and paid on its own day, ships the next, arrives three days after that. What is cancelled before its parcel
  has left is refunded as soon as it has.
- Payouts run on the first of each month.
"""
