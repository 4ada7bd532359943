"""Identity: who a person is, in which roles at which marketplace, and from which browsers.

Owns      account, account_session, membership, platform_role, demo_account
Answers   register, credentials, open_session, standing, sessions, close_sessions, join, grant, withdraw, accounts, by_email
Emits     identity.account_registered.v1
Ignores   sellers and their staff, carts, orders; how a cookie looks; how fast one may try
"""
