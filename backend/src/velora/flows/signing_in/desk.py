"""The front desk of a process: which storefront a request came to, and who is calling.

Storefronts change rarely and are asked for at every request, so a process believes what it read for half a minute, and while the
database does not answer for as long as that lasts: what needs no database goes on.
"""

from datetime import datetime, timedelta
from typing import Final

from velora.flows.signing_in import session
from velora.kernel.principal import Principal
from velora.modules.tenants import service as tenants
from velora.modules.tenants.errors import Suspended
from velora.modules.tenants.service import TenantFacts
from velora.platform.db.errors import Unavailable
from velora.platform.house import House
from velora.platform.tokens import csrf_token

BELIEVED_FOR: Final = timedelta(seconds=30)
# Hosts are what strangers send: more than this are forgotten at once.
MOST_HOSTS: Final = 2_000


class Desk:
    def __init__(self, house: House) -> None:
        self._house = house
        self._believed: dict[tuple[str, str], tuple[datetime, TenantFacts | None]] = {}

    async def storefront(self, host: str, slug: str | None) -> TenantFacts | None:
        """The marketplace of this slug where one is named, else of this host; None when there is none. Raises Suspended."""
        tenant = await self._look_up(("slug", slug) if slug else ("host", host))
        if tenant is not None and not tenant.is_open:
            raise Suspended(tenant.name)
        return tenant

    async def principal(self, token: str, tenant_id: int | None) -> Principal | None:
        """The caller behind this token, in the roles it has at this tenant."""
        return await session.principal(self._house, token, tenant_id)

    def csrf_token(self, token: str) -> str:
        """What a page of this session must say."""
        return csrf_token(self._house.secret_key, token)

    def forget_storefronts(self) -> None:
        """What changed is seen by this process at its next request."""
        self._believed.clear()

    async def _look_up(self, asked: tuple[str, str]) -> TenantFacts | None:
        now = self._house.clock.now()
        until, tenant = self._believed.get(asked, (now, None))
        if now < until:
            return tenant
        try:
            async with self._house.db.read(None) as uow:
                kind, name = asked
                tenant = (await tenants.by_slug(uow, {name})).get(name) if kind == "slug" else await tenants.by_host(uow, name)
        except Unavailable:
            if tenant is None:
                raise
            return tenant
        if len(self._believed) >= MOST_HOSTS:
            self._believed.clear()
        self._believed[asked] = (now + BELIEVED_FOR, tenant)
        return tenant
