"""Who may read the audit."""

from tests.builders.people import a_caller
from velora.kernel.principal import Principal, Role
from velora.modules.audit.policy import PLATFORM, may_read


def test_an_administrator_reads_the_own_marketplaces_record_and_no_other() -> None:
    admin = a_caller(Role.MARKETPLACE_ADMIN, tenant_id=1)
    assert [may_read(admin, place) for place in (1, 2, PLATFORM)] == [True, False, False]


def test_a_super_admin_reads_everything_and_others_nothing() -> None:
    assert all(may_read(a_caller(Role.SUPER_ADMIN), place) for place in (1, PLATFORM))
    others = [
        Principal(tenant_id=1),
        a_caller(Role.SUPER_ADMIN, account_id=None),
        a_caller(Role.BUYER, Role.SELLER, Role.FINANCE, tenant_id=1),
    ]
    assert not any(may_read(other, place) for other in others for place in (1, PLATFORM))
