"""Approvals: what one person asked for and a second must agree to before it is done. Four eyes, for whatever needs them.

Owns      approval
Answers   request, approve, reject, withdraw, expire_due, take, listed, by_id
Emits     nothing
Ignores   what the action does, which roles may decide on it, and how it is recorded: flows say that
"""
