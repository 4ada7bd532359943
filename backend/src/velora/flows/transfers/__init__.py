"""What no gateway can give back a person sends by the bank: refunds of orders that were paid without one, and receipts that are nobody's.

made      a transfer was sent, or could not be made, and what it gives back is settled so
http      routes
"""
