"""Payments, each with what was asked and what the gateway said."""
