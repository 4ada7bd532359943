"""Money that came without a gateway: by bank transfer, or from a courier that was paid at the door.

A receipt is one movement on the bank's statement, known by the statement's own reference, so it is recorded once however often it is sent.
It lies in suspense until it pays an order; where the payer's words name one that waits for its money, that is at once.

record    receipts into the books
sheet     a statement as CSV, row by row: date, amount, currency, reference, text, order; pure
run       such a file into the books, in batches
waiting   the orders whose money has not come, by how late they are
http      routes
"""
