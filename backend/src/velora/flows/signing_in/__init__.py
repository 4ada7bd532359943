"""Signing in: from an e-mail address and a password to a caller with roles, at every request.

The session is a row; the cache stands before it. Roles come from identity and from sellers, which do not know each other.
"""
