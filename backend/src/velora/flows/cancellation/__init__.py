"""A buyer takes an order back before it has left."""
