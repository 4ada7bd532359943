"""A house that may send to this machine, two marketplaces, and two sellers of whom one sells in both."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders.house import a_house
from tests.builders.letters import an_empty_queue
from tests.builders.people import a_seller, a_tenant, an_account
from tests.builders.webhooks import an_empty_post_room, beside_us
from velora.kernel.principal import Role
from velora.modules.identity import service as identity
from velora.modules.identity.service import AccountFacts, Grant
from velora.modules.sellers.service import SellerFacts
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import Database
from velora.platform.house import House


@dataclass(frozen=True)
class World:
    """`lumen` sells in both marketplaces, `wool` in nord alone."""

    nord: TenantFacts
    vale: TenantFacts
    admin: AccountFacts
    owner: AccountFacts
    lumen: SellerFacts
    wool: SellerFacts


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    await an_empty_queue(db)
    await an_empty_post_room(db)
    async with a_house(db, tmp_path) as house:
        yield beside_us(house)


@pytest.fixture
async def world(house: House) -> World:
    async with house.db.begin(None) as uow:
        nord, vale = await a_tenant(uow), await a_tenant(uow)
        admin, owner, other = [await an_account(uow) for _ in range(3)]
        await identity.grant(uow, [Grant(admin.id, Role.MARKETPLACE_ADMIN, nord.id)])
        lumen = await a_seller(uow, owner.id, at=(nord.id, vale.id))
        wool = await a_seller(uow, other.id, at=(nord.id,), name="Wool & Co")
    return World(nord, vale, admin, owner, lumen, wool)
