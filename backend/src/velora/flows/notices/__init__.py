"""Notices: who gets a letter about what, and how letters leave. What they say is written in modules/notifications."""
