"""Documents: what was issued of an order (invoices, credit notes, return labels), each with everything that stands on it, for good.

Owns      document, document_series
Answers   issue, of_seller_orders, by_id, of_seller
Emits     nothing
Ignores   when one is due, what its words are, and the file that it becomes
"""
