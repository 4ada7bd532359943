"""Webhooks: what happened is told to addresses that a marketplace or a seller gave, each with a queue and a log of its own.

Owns      webhook_endpoint, webhook_delivery, webhook_attempt
Answers   create, change, rotate, enable, disable, remove, listening, enqueue, claim, settle, replay, deliveries, everywhere, forget_old
Emits     nothing
Ignores   which events concern whom (flows/webhooks knows), and how a request travels
"""
