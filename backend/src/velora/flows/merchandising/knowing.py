"""What this process knows of marketplaces' wishes: at most a second old, and the last known while the database is away."""

from typing import Final

from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.service import Wishes
from velora.platform.house import House

_NOTHING: Final = Wishes()


async def wishes_of(house: House, tenant_id: int) -> Wishes:
    """What the search of this marketplace is to know."""

    async def look(known: Wishes) -> Wishes:
        async with house.db.read(tenant_id) as uow:
            if await merchandising.edition(uow, tenant_id) == known.edition:
                return known
            return await merchandising.wishes(uow, tenant_id)

    return await house.followed.get(_key(tenant_id), look, _NOTHING)


def changed(house: House, tenant_id: int) -> None:
    """What was committed is known to this process's next search; other processes look within a second."""
    house.followed.drop(_key(tenant_id))


def _key(tenant_id: int) -> tuple[str, int]:
    return "merchandising", tenant_id
