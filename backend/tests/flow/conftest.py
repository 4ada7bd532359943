"""What flow tests share: the ledger as it stands, and whether all of it holds."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.builders.bazaar import Bazaar, a_bazaar
from tests.builders.shop import Shop, a_shop
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import AccountRef
from velora.platform.db import Database, UnitOfWork

Holds = Callable[[UnitOfWork, int, dict[AccountRef, int]], Awaitable[None]]


@pytest.fixture
def holds() -> Holds:
    """`await holds(uow, tenant, {account: amount})`: these accounts hold exactly this, and the ledger's own invariants hold."""

    async def check(uow: UnitOfWork, tenant_id: int, expected: dict[AccountRef, int]) -> None:
        found = await ledger.balances(uow, {(tenant_id, str(ref)) for ref in expected})
        assert {str(ref): found.get((tenant_id, str(ref), "EUR"), 0) for ref in expected} == {
            str(ref): amount for ref, amount in expected.items()
        }
        assert [one for one in await ledger.verify(uow, tenant_id, lambda name, done: None) if one.count] == []

    return check


@pytest.fixture
async def shop(db: Database, tmp_path: Path) -> AsyncGenerator[Shop]:
    """Ten lamps at 49.00 in a market of their own, with a house that trades."""
    async with a_shop(db, tmp_path) as shop:
        yield shop


@pytest.fixture
async def bazaar(db: Database, tmp_path: Path) -> AsyncGenerator[Bazaar]:
    """Two sellers in a market that charges its buyers when goods leave."""
    async with a_bazaar(db, tmp_path) as bazaar:
        yield bazaar
