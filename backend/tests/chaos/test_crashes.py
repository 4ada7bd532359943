"""kill -9 loses nothing that was acknowledged and charges nothing twice."""

import os

import pytest

from tests.chaos.crashes import Seen, books_of, crash_again_and_again, prepared
from velora.platform.settings import Settings

KILLS = int(os.environ.get("VELORA_CHAOS_KILLS", "10"))  # on each database; many more by hand
SEED = int(os.environ.get("VELORA_CHAOS_SEED", "20261123"))
# A command that kills the database server and starts it again, for a server that nobody else uses.
DATABASE = os.environ.get("VELORA_CHAOS_DATABASE", "")


async def test_every_acknowledged_order_survives_kills_and_is_paid_once(settings: Settings):
    """Of whoever answers, works in the background or seals."""
    world = await prepared(settings)
    seen = await crash_again_and_again(settings, world, kills=KILLS, seed=SEED)
    assert seen.cut_off > 0, "no kill met a request on its way; the test proves nothing"
    assert_nothing_was_lost(seen, await books_of(settings, world))


@pytest.mark.skipif(not DATABASE, reason="by hand: VELORA_CHAOS_DATABASE is the command that kills the server and starts it again")
async def test_every_acknowledged_order_survives_the_death_of_its_database(settings: Settings):
    if not settings.database_address.startswith("mysql"):
        pytest.skip("SQLite has no server that could die")
    world = await prepared(settings)
    seen = await crash_again_and_again(settings, world, kills=KILLS, seed=SEED, database=DATABASE)
    assert seen.killed["database"] == KILLS
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
