"""Who may do what with accounts, roles and sessions."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders.people import a_caller
from velora.kernel.errors import Invalid
from velora.kernel.principal import Principal, Role
from velora.modules.identity import policy
from velora.modules.identity.errors import Throttled

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
TENANT, OTHER = 1, 2
EVERY_GRANT = [(role, tenant) for role in Role for tenant in (None, TENANT, OTHER)]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada+shop@sub.example.co.uk", "ada+shop@sub.example.co.uk"),
        ("jürgen@exämple.de", "jürgen@exämple.de"),
        ("ju\u0308rgen@example.de", "jürgen@example.de"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert policy.normal_email(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "a b@example.com",
        "a@b@example.com",
        "ada@example.com\nbcc:x@y.zz",
        "a" * 250 + "@b.cc",
        "ada@.com",
    ],
)
def test_what_is_no_address_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        policy.normal_email(text)
    assert refusal.value.pointer == "/email"


@pytest.mark.parametrize("password", ["seven green lamps", "äöü ẞ straße", "correct horse", "x9!kLq2#pZ"])
def test_a_long_password_of_any_signs_will_do(password: str) -> None:
    assert policy.check_password(password, "ada@example.com") is None


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "password123!",
        "Passwort2026",
        "1234567890",
        "ada.lovelace",
        "ada.lovelace@example.com",
        "x" * 201,
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    refusal = policy.check_password(password, "ada.lovelace@example.com")
    assert refusal is not None
    assert refusal.pointer == "/password"


@pytest.mark.parametrize("name", ["", "   ", "Ada\nBcc: x", "a" * 121, "\x00"])
def test_a_name_must_be_visible(name: str) -> None:
    assert policy.check_name(name) is not None
    assert policy.check_name("Ada Lovelace") is None


@pytest.mark.parametrize(
    "caller", [Principal(), Principal(tenant_id=TENANT), a_caller(Role.BUYER), a_caller(Role.SELLER), a_caller(Role.FINANCE)]
)
def test_nobody_else_may_grant_anything(caller: Principal) -> None:
    assert not any(policy.may_grant(caller, role, tenant) for role, tenant in EVERY_GRANT)


def test_a_guest_may_not_grant_whatever_roles_it_claims() -> None:
    guest = a_caller(Role.SUPER_ADMIN, account_id=None)
    assert not any(policy.may_grant(guest, role, tenant) for role, tenant in EVERY_GRANT)


def test_an_administrator_makes_administrators_of_the_own_marketplace_only() -> None:
    admin = a_caller(Role.MARKETPLACE_ADMIN, tenant_id=TENANT)
    assert [grant for grant in EVERY_GRANT if policy.may_grant(admin, *grant)] == [(Role.MARKETPLACE_ADMIN, TENANT)]


def test_a_super_admin_grants_every_role_where_it_belongs() -> None:
    admin = a_caller(Role.SUPER_ADMIN)
    assert {grant for grant in EVERY_GRANT if policy.may_grant(admin, *grant)} == {
        (Role.BUYER, TENANT),
        (Role.BUYER, OTHER),
        (Role.MARKETPLACE_ADMIN, TENANT),
        (Role.MARKETPLACE_ADMIN, OTHER),
        (Role.FINANCE, None),
        (Role.SUPER_ADMIN, None),
    }


def test_nobody_takes_a_role_from_themselves() -> None:
    admin = a_caller(Role.SUPER_ADMIN, account_id=7)
    assert policy.may_withdraw(admin, Role.SUPER_ADMIN, None, of_account=8)
    assert not policy.may_withdraw(admin, Role.SUPER_ADMIN, None, of_account=7)


def test_only_an_active_account_may_sign_in() -> None:
    assert [policy.may_sign_in(state) for state in ("active", "blocked", "", "unknown")] == [True, False, False, False]


def test_one_closes_only_ones_own_sessions() -> None:
    assert policy.may_close_session(a_caller(account_id=7), 7)
    assert not policy.may_close_session(a_caller(Role.SUPER_ADMIN, account_id=8), 7)
    assert not policy.may_close_session(Principal(), 7)


def test_a_session_ends_when_it_is_old_or_was_not_used() -> None:
    def alive(*, seen: timedelta, left: timedelta) -> bool:
        return policy.is_alive(NOW, last_seen_at=NOW - seen, expires_at=NOW + left)

    moment = timedelta(seconds=1)
    assert alive(seen=timedelta(days=14) - moment, left=moment)
    assert not alive(seen=timedelta(days=14), left=moment)
    assert not alive(seen=moment, left=timedelta(0))


def test_being_seen_is_written_at_most_every_ten_minutes() -> None:
    assert not policy.is_due_to_be_seen(NOW, NOW - timedelta(minutes=9))
    assert policy.is_due_to_be_seen(NOW, NOW - timedelta(minutes=10))


def test_the_fifth_attempt_is_allowed_and_the_sixth_is_not() -> None:
    allowed = [policy.may_try(attempts, policy.WRONG_PASSWORDS_OF_AN_ACCOUNT) for attempts in range(1, 8)]
    assert allowed == [True] * 5 + [False] * 2


@pytest.mark.parametrize(("seconds", "words"), [(30, "1 minute,"), (61, "2 minutes,"), (900, "15 minutes,")])
def test_who_is_throttled_learns_how_long(seconds: int, words: str) -> None:
    assert words in Throttled(seconds).detail()
