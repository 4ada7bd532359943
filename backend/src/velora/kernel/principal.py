"""Who is asking, and in which roles."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    MARKETPLACE_ADMIN = "marketplace_admin"
    FINANCE = "finance"
    SUPER_ADMIN = "super_admin"


@dataclass(frozen=True)
class Principal:
    """A caller; a guest has no account and is known by the key in its cookie."""

    account_id: int | None = None
    session_id: int | None = None
    tenant_id: int | None = None
    roles: frozenset[Role] = frozenset()
    seller_ids: frozenset[int] = frozenset()
    guest_key: str = ""

    @property
    def actor_ref(self) -> str:
        """How this caller stands in ledgers and records: without personal data."""
        return f"account:{self.account_id}" if self.account_id is not None else "guest"

    def has(self, role: Role) -> bool:
        return role in self.roles


def account_of(actor_ref: str) -> int | None:
    """The account behind what `Principal.actor_ref` wrote; None for a guest or a process."""
    kind, _, number = actor_ref.partition(":")
    return int(number) if kind == "account" and number.isdecimal() else None
