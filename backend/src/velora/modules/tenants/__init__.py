"""Tenants: the marketplaces of this installation, the hosts they answer at, and the face each shows.

Owns      tenant, tenant_domain
Answers   create, by_host, by_slug, by_id, listed, suspend, resume, dress, sell_in, stop_selling_in
Emits     tenants.tenant_created.v1, tenants.tenant_suspended.v1, tenants.tenant_resumed.v1
Ignores   who sells, buys or administers there, and what its money did
"""
