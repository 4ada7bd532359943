"""Payments: what a buyer was asked to pay, what the gateway said, and what went back.

Owns      payment_intent, payment_attempt, payment_refund, payment_method, gateway_inbox
Answers   intend, apply, outstanding, lower_due, stale, of_orders, request_refunds, settle_refunds, open_refunds, unheard, unheard_refunds
          methods: save, own, make_default, remove
Emits     payments.payment_captured.v1, payments.payment_failed.v1, payments.refund_settled.v1
Ignores   what was bought, who sells it, card numbers (the gateway has those; a token stands for one)
"""
