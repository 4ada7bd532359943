"""Notifications: letters to people about what happened, kept until they are sent.

Owns      notification_mail
Answers   enqueue, claim, settle, render, waiting, forget_settled
Emits     nothing
Ignores   what happened and to whom it matters (flows/notices knows), and how a letter travels
"""
