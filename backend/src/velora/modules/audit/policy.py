"""Who may read the audit."""

from typing import Final

from velora.kernel.principal import Principal, Role

PLATFORM: Final = 0  # stands for the installation itself where a tenant's id would stand


def may_read(principal: Principal, tenant_id: int) -> bool:
    """A marketplace's record: its own administrator. The installation's, and everybody's: a super admin."""
    if principal.account_id is None:
        return False
    if principal.has(Role.SUPER_ADMIN):
        return True
    return tenant_id != PLATFORM and principal.has(Role.MARKETPLACE_ADMIN) and principal.tenant_id == tenant_id
