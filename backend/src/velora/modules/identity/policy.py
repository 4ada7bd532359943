"""Who may do what with accounts, roles and sessions. Every decision denies unless a rule grants it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.errors import Invalid
from velora.kernel.principal import Principal, Role

TENANT_ROLES: Final = frozenset({Role.BUYER, Role.MARKETPLACE_ADMIN})
PLATFORM_ROLES: Final = frozenset({Role.FINANCE, Role.SUPER_ADMIN})

# A session ends so long after it began, and earlier when it was not used for so long.
SESSION_LASTS: Final = timedelta(days=60)
SESSION_IDLE: Final = timedelta(days=14)
# How old "last seen" may be before it is written again: a page must not cost a write.
SEEN_EVERY: Final = timedelta(minutes=10)

PASSWORD_LENGTH: Final = (10, 200)
_ADDRESS: Final = re.compile(
    r"[^\s@<>(),;:\\\"\[\]\x00-\x1f]{1,64}@([^\s@.<>(),;:\\\"\[\]\x00-\x1f]{1,63}\.)+[^\s@.<>(),;:\\\"\[\]\x00-\x1f]{2,63}"
)
_WELL_KNOWN: Final = ("password", "passwort", "qwertyuiop", "qwertzuiop", "1234567890", "0123456789", "iloveyou", "velora")


@dataclass(frozen=True)
class PasswordCost:
    """What argon2id spends on one password: OWASP's second choice, about 20 ms on one core."""

    rounds: int = 2
    memory_kib: int = 19 * 1024
    lanes: int = 1


CHEAP: Final = PasswordCost(rounds=1, memory_kib=8, lanes=1)


@dataclass(frozen=True)
class AttemptLimit:
    """So many attempts in a window; the next one waits for the window's end."""

    count: int
    window: timedelta


WRONG_PASSWORDS_OF_AN_ACCOUNT: Final = AttemptLimit(5, timedelta(minutes=15))
# Whole offices share an address.
WRONG_PASSWORDS_FROM_AN_ADDRESS: Final = AttemptLimit(60, timedelta(minutes=15))
REGISTRATIONS_FROM_AN_ADDRESS: Final = AttemptLimit(60, timedelta(hours=1))


def may_try(attempts: int, limit: AttemptLimit) -> bool:
    """This attempt, counted already, is still within the limit."""
    return attempts <= limit.count


def normal_email(text: str) -> str:
    """The address as it is kept and compared: composed, without spaces around, in small letters. Raises Invalid."""
    email = unicodedata.normalize("NFC", text).strip().lower()
    if len(email) > 254 or _ADDRESS.fullmatch(email) is None:
        raise Invalid("/email", "Give an e-mail address such as ada@example.com.")
    return email


def check_name(name: str) -> Invalid | None:
    """A name of 1 to 120 visible characters."""
    if not 1 <= len(name.strip()) <= 120 or not name.isprintable():
        return Invalid("/name", "Give your name, in at most 120 characters.")
    return None


def check_password(password: str, email: str) -> Invalid | None:
    """Long, and not what is tried first: length protects, rules about signs do not."""
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        return Invalid("/password", f"Use {shortest} to {longest} characters. A few words in a row are easy to remember.")
    plain = password.lower()
    if (
        len(set(plain)) < 4
        or plain.rstrip("0123456789!?.") in _WELL_KNOWN
        or plain in _WELL_KNOWN
        or email.partition("@")[0] == plain
        or email == plain
    ):
        return Invalid("/password", "This password is among the first that are tried. Use a few words in a row.")
    return None


def may_sign_in(state: str) -> bool:
    """An account that was not blocked."""
    return state == "active"


def is_alive(now: datetime, *, last_seen_at: datetime, expires_at: datetime) -> bool:
    """A session neither too old nor unused for too long."""
    return now < expires_at and now < last_seen_at + SESSION_IDLE


def is_due_to_be_seen(now: datetime, last_seen_at: datetime) -> bool:
    """Whether "last seen" is so old that it is worth a write."""
    return now - last_seen_at >= SEEN_EVERY


def may_grant(principal: Principal, role: Role, tenant_id: int | None) -> bool:
    """Super admins give every role; a marketplace's administrator makes others administrators of the same marketplace.

    A tenant's role needs a tenant, a platform's role has none; seller staff is not given here.
    """
    if principal.account_id is None or (role in TENANT_ROLES) != (tenant_id is not None) or role not in TENANT_ROLES | PLATFORM_ROLES:
        return False
    if principal.has(Role.SUPER_ADMIN):
        return True
    return role is Role.MARKETPLACE_ADMIN and principal.has(Role.MARKETPLACE_ADMIN) and principal.tenant_id == tenant_id


def may_withdraw(principal: Principal, role: Role, tenant_id: int | None, *, of_account: int) -> bool:
    """Who may give a role may take it, but never from themselves: so nobody locks a marketplace by accident."""
    return may_grant(principal, role, tenant_id) and principal.account_id != of_account


def may_close_session(principal: Principal, owner_id: int) -> bool:
    """Only one's own."""
    return principal.account_id is not None and principal.account_id == owner_id
