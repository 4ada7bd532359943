"""kill -9 loses nothing that was acknowledged and charges nothing twice."""

import os
from pathlib import Path

from pydantic import SecretStr

from tests.chaos.crashes import Seen, books_of, crash_again_and_again, prepared
from tests.chaos.servers import own_servers
from tests.fixtures_db import an_address
from velora.platform.settings import Settings

KILLS = int(os.environ.get("VELORA_CHAOS_KILLS", "10"))  # on each database; many more by hand
SEED = int(os.environ.get("VELORA_CHAOS_SEED", "20261123"))
DATABASE_KILLS = int(os.environ.get("VELORA_CHAOS_DATABASE_KILLS", "3"))


async def test_every_acknowledged_order_survives_kills_and_is_paid_once(settings: Settings):
    """Of whoever answers, works in the background or seals."""
    world = await prepared(settings)
    seen = await crash_again_and_again(settings, world, kills=KILLS, seed=SEED)
    assert seen.cut_off > 0, "no kill met a request on its way; the test proves nothing"
    assert_nothing_was_lost(seen, await books_of(settings, world))


async def test_every_acknowledged_order_survives_the_death_of_its_database(tmp_path: Path):
    with own_servers("mysql") as servers:
        async with an_address("mysql", tmp_path, servers.urls["mysql"]) as address:
            settings = Settings(home=tmp_path, database_url=SecretStr(address), sandbox_fee_bps=290, sandbox_fee_fixed_minor=30)
            world = await prepared(settings)
            seen = await crash_again_and_again(settings, world, kills=DATABASE_KILLS, seed=SEED, mysql=servers)
            assert seen.killed["mysql"] == DATABASE_KILLS
            assert_nothing_was_lost(seen, await books_of(settings, world))


def assert_nothing_was_lost(seen: Seen, books: dict[str, object]) -> None:
    print(
        dict(seen.killed),
        f"ended {dict(seen.ended)}, asked {seen.asked}, cut off {seen.cut_off}, paid {len(seen.paid)}, blocks {books['blocks']}",
    )
    paid = books["paid"]
    assert isinstance(paid, set)
    assert seen.paid - paid == set(), "acknowledged, and gone"
    assert books["charges"] == len(paid)
    assert books["undecided"] == 0
    assert (books["broken"], books["unsealed"]) == ({}, False)
    assert books["blocks"] != 0, "nothing was sealed"
