"""Velora: a multi-tenant marketplace platform."""
