"""Which steps a seller's membership may take, and who may take them."""

import pytest

from tests.builders.people import a_caller
from velora.kernel.principal import Principal, Role
from velora.modules.sellers import policy
from velora.modules.sellers.policy import StaffRole, State


def test_the_steps_of_a_membership_are_these_and_no_others() -> None:
    steps = {(before, after) for before in (None, *State) for after in State if policy.may_step(before, after)}
    assert steps == {
        (None, State.APPLIED),
        (State.DECLINED, State.APPLIED),
        (State.APPLIED, State.APPROVED),
        (State.APPLIED, State.DECLINED),
        (State.APPROVED, State.SUSPENDED),
        (State.SUSPENDED, State.APPROVED),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", "ab"), ("slug", "Lumen"), ("slug", "-lumen"), ("name", ""), ("name", "a\nb"), ("about", "x" * 2001), ("country", "germany")],
)
def test_what_is_wrong_with_a_seller_is_said_at_its_field(field: str, value: str) -> None:
    given = {"slug": "lumen-oak", "name": "Lumen & Oak", "about": "Lamps.", "country": "DE"}
    assert policy.check_seller(**given) is None
    refusal = policy.check_seller(**{**given, field: value})
    assert refusal is not None
    assert refusal.pointer == f"/{field}"


def test_sellers_are_decided_on_by_the_marketplaces_own_administrator() -> None:
    assert policy.may_decide(a_caller(Role.MARKETPLACE_ADMIN, tenant_id=1), 1)
    assert policy.may_decide(a_caller(Role.SUPER_ADMIN), 1)
    assert not policy.may_decide(a_caller(Role.MARKETPLACE_ADMIN, tenant_id=2), 1)
    assert not policy.may_decide(a_caller(Role.SELLER, Role.FINANCE, tenant_id=1, seller_ids=frozenset({5})), 1)
    assert not policy.may_decide(Principal(tenant_id=1), 1)


def test_only_a_sellers_own_people_act_for_it() -> None:
    assert policy.may_act_for(a_caller(Role.SELLER, seller_ids=frozenset({5})), 5)
    assert policy.may_act_for(a_caller(Role.SUPER_ADMIN), 5)
    assert not policy.may_act_for(a_caller(Role.SELLER, seller_ids=frozenset({6})), 5)
    assert not policy.may_act_for(a_caller(Role.MARKETPLACE_ADMIN, tenant_id=1), 5)
    assert not policy.may_act_for(a_caller(Role.SELLER, account_id=None, seller_ids=frozenset({5})), 5)


def test_only_owners_manage_staff() -> None:
    assert [policy.may_manage_staff(role) for role in (StaffRole.OWNER, StaffRole.STAFF, None)] == [True, False, False]
