"""What a basket costs: tax by destination and delivery by seller, to the cent.

Owns      shipping_rule, and the table of VAT rates (vat_rates.csv)
Answers   quote, shipping_rules, set_shipping_rules, undelivered, tax_bps
Emits     nothing
Ignores   what the goods are, whether they are there, who buys
"""
