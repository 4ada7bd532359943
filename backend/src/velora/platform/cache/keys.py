"""Every key that the cache is asked with, made here and nowhere else: whose it is first (a marketplace's id, or `all`), then what.

The table of them, with values, expiry and what is lost with each, stands in docs/architecture/05-design.md; a test holds it against
this page. A person's address or name is never part of one in the clear, but for the network address that limits count by.
"""

import hashlib
from typing import Final

LAST_VERIFY: Final = "all:finance:last-verify"


def session(digest: bytes) -> str:
    """Who a session belongs to."""
    name = digest.hex()
    return f"all:session:{name}"


def guest_cart(tenant_id: int, guest_key: str) -> str:
    return f"{tenant_id}:cart:guest:{guest_key}"


def account_cart(tenant_id: int, account_id: int) -> str:
    return f"{tenant_id}:cart:account:{account_id}"


def wrong_passwords_of(email: str) -> str:
    digest = hashlib.sha256(email.encode()).hexdigest()
    return f"all:attempts:account:{digest}"


def wrong_passwords_from(address: str) -> str:
    return f"all:attempts:address:{address}"


def registrations_from(address: str) -> str:
    return f"all:attempts:register:{address}"


def asked_from(what: str, address: str) -> str:
    """How fast somebody asks for requests, or searches."""
    return f"all:pace:{what}:{address}"


def uploads_of(seller_id: int) -> str:
    return f"all:pace:uploads:{seller_id}"
