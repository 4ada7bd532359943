"""Escrow becomes the seller's: when it is due, or as soon as the buyer has confirmed the delivery."""
