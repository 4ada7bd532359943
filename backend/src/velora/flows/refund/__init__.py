"""Money back to a buyer, before it was released: asked for, decided, sent back, and either done or undone.

`ask` a return → `decide` it → `start` the refund (posted at once, so that nothing is spent twice) → the gateway, outside any
transaction → `settle`. A cancellation before shipment starts its refunds itself.
"""
