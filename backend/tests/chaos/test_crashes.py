"""kill -9 loses nothing that was acknowledged and charges nothing twice."""

import os

from tests.chaos.crashes import books_of, crash_again_and_again, prepared
from velora.platform.settings import Settings

KILLS = int(os.environ.get("VELORA_CHAOS_KILLS", "4"))  # 30 by hand, a few in every run
SEED = int(os.environ.get("VELORA_CHAOS_SEED", "20261123"))


async def test_every_acknowledged_order_survives_kills_and_is_paid_once(settings: Settings):
    world = await prepared(settings)
    seen = await crash_again_and_again(settings, world, kills=KILLS, seed=SEED)
    books = await books_of(settings, world)
    paid = books["paid"]
    assert isinstance(paid, set)
    assert seen.cut_off > 0, "no kill met a request on its way; the test proves nothing"
    assert seen.paid - paid == set(), "acknowledged, and gone"
    assert books["charges"] == len(paid)
    assert books["undecided"] == 0
    assert books["broken"] == {}
