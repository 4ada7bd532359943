"""Reporting: what pages say of a whole history, added up beforehand. All of it follows from other tables and can be counted again.

Owns      reporting_figure, reporting_due
Answers   ask, due, take, put, days, days_of, days_since, of_seller, of_marketplace, add_up_months, wrong_in, wrong_months
Emits     nothing
Ignores   what an order, a payment or a journal is: it is given numbers under names
"""
