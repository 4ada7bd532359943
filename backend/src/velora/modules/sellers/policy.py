"""Which steps a seller's membership may take, and who may take them."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from velora.kernel.errors import Invalid
from velora.kernel.principal import Principal, Role

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,58}[a-z0-9]")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
# The texts of an imprint: how long each may be, and whether it must be given.
IMPRINT: Final[Mapping[str, tuple[int, bool]]] = {
    "legal_name": (120, True), "line1": (120, True), "line2": (120, False), "postal_code": (16, True), "city": (80, True),
    "country": (2, True), "tax_number": (30, False),
}  # fmt: skip


class State(StrEnum):
    """Where a seller stands at a marketplace."""

    APPLIED = "applied"
    APPROVED = "approved"
    DECLINED = "declined"
    SUSPENDED = "suspended"


class StaffRole(StrEnum):
    OWNER = "owner"
    STAFF = "staff"


class Tier(StrEnum):
    """What a seller may beyond selling."""

    STANDARD = "standard"
    PRO = "pro"


# From where each state may be reached; None is a seller who never applied.
STEPS: Final[dict[State, frozenset[State | None]]] = {
    State.APPLIED: frozenset({None, State.DECLINED}),
    State.APPROVED: frozenset({State.APPLIED, State.SUSPENDED}),
    State.DECLINED: frozenset({State.APPLIED}),
    State.SUSPENDED: frozenset({State.APPROVED}),
}


def may_step(current: State | None, wanted: State) -> bool:
    """Applied leads to approved or declined, approved to suspended and back; who was declined may apply again."""
    return current in STEPS[wanted]


def check_seller(*, slug: str, name: str, about: str, country: str) -> Invalid | None:
    """The first thing that is wrong with an organisation to be."""
    if _SLUG.fullmatch(slug) is None:
        return Invalid("/slug", "Use 3 to 60 small letters, digits and hyphens.")
    if not 1 <= len(name.strip()) <= 80 or not name.isprintable():
        return Invalid("/name", "Give a name of 1 to 80 characters.")
    if len(about) > 2000:
        return Invalid("/about", "Use at most 2000 characters.")
    if _COUNTRY.fullmatch(country) is None:
        return Invalid("/country", "Give the two capital letters of a country: DE, GB.")
    return None


def check_imprint(values: Mapping[str, str]) -> Invalid | None:
    """The first thing that is wrong with an imprint; `values` are its texts by name, without what stands around them."""
    for name, (longest, needed) in IMPRINT.items():
        value = values[name]
        if len(value) > longest or (needed and not value) or not value.isprintable():
            wanted = f"1 to {longest}" if needed else f"at most {longest}"
            return Invalid(f"/{name}", f"Give {wanted} characters on one line.")
    if _COUNTRY.fullmatch(values["country"]) is None:
        return Invalid("/country", "Give the two capital letters of a country: DE, GB.")
    return None


def may_decide(principal: Principal, tenant_id: int) -> bool:
    """Approve, decline and suspend: the marketplace's own administrator, or a super admin."""
    if principal.account_id is None:
        return False
    return principal.has(Role.SUPER_ADMIN) or (principal.has(Role.MARKETPLACE_ADMIN) and principal.tenant_id == tenant_id)


def may_act_for(principal: Principal, seller_id: int) -> bool:
    """Apply somewhere, and see who works there: the seller's own people, or a super admin."""
    return principal.account_id is not None and (seller_id in principal.seller_ids or principal.has(Role.SUPER_ADMIN))


def may_manage_staff(role: StaffRole | None) -> bool:
    """Hire and dismiss, and say who the seller is before the law: owners."""
    return role is StaffRole.OWNER


def has_webhooks(tier: str) -> bool:
    """Be told of what happens by webhook: Seller Pro."""
    return tier == Tier.PRO
