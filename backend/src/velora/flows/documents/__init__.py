"""Invoices, credit notes and return labels: issued when they are due, and given as private files to whom they concern."""
