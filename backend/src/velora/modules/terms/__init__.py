"""Invoice terms: who may buy on invoice, and how much each may owe.

Owns      invoice_terms
Answers   take, give_back, set_limits, of_accounts
Emits     nothing
Ignores   what was bought, whether it was paid, who grants it
"""
