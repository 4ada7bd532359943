"""Velora: a multi-tenant marketplace whose money is right to the cent."""
