"""Goods leave, arrive and are counted: orders and stock in step, and the escrow clock started by the delivery."""
