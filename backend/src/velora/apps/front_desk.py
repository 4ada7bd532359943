"""The front desk, put together: storefronts as routes see them, and callers."""

from velora.flows.signing_in.desk import Desk
from velora.kernel.principal import Principal
from velora.platform.house import House
from velora.platform.web import TenantContext


class ProcessDesk:
    """Answers what platform/web asks, from the flows that know."""

    def __init__(self, house: House) -> None:
        self._desk = Desk(house)

    async def tenant(self, host: str, slug: str | None) -> TenantContext | None:
        """The storefront of this slug where one is named, else of this host. Raises Suspended."""
        found = await self._desk.storefront(host, slug)
        if found is None:
            return None
        return TenantContext(
            found.id, found.slug, found.name, found.currency, found.locale, found.tax_mode, found.country, found.escrow_days, found.charged,
            found.currencies,
        )  # fmt: skip

    async def principal(self, token: str, tenant_id: int | None) -> Principal | None:
        """Who this session token belongs to, in the roles it has here."""
        return await self._desk.principal(token, tenant_id)

    def csrf_token(self, token: str) -> str:
        """What the header must say for this session token."""
        return self._desk.csrf_token(token)

    def forget_storefronts(self) -> None:
        """What was changed about storefronts is seen by this process at its next request."""
        self._desk.forget_storefronts()
