"""The rules of webhooks: when to try again, what counts as heard, and how a body is signed."""
