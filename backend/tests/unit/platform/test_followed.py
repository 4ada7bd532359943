"""What others may change is looked after once in a while, together, and the last known goes on while nobody answers."""

import asyncio
import time

from velora.platform.cache import followed as page
from velora.platform.cache.followed import Followed
from velora.platform.cache.tallies import Tallies


class Elsewhere:
    """Something that others change; it counts who looks."""

    def __init__(self) -> None:
        self.value = 1
        self.looks = 0
        self.takes = 0.0
        self.away = False

    async def look(self, known: int) -> int:
        self.looks += 1
        await asyncio.sleep(self.takes)
        if self.away:
            raise ConnectionError("nobody answers")
        return self.value


async def test_all_who_ask_at_once_share_one_look_and_the_next_moment_needs_none():
    followed, there = Followed(), Elsewhere()
    there.takes = 0.02
    assert await asyncio.gather(*(followed.get("k", there.look, 0) for _ in range(50))) == [1] * 50
    assert await followed.get("k", there.look, 0) == 1
    assert there.looks == 1


async def test_a_change_is_seen_after_the_time_that_it_may_take_and_at_once_when_it_is_dropped():
    followed, there = Followed(), Elsewhere()
    await followed.get("k", there.look, 0, every=0.05)
    there.value = 2
    assert await followed.get("k", there.look, 0, every=0.05) == 1
    await asyncio.sleep(0.06)
    assert await followed.get("k", there.look, 0, every=60) == 2
    there.value = 3
    followed.drop("k")
    assert await followed.get("k", there.look, 0, every=60) == 3


async def test_while_nobody_answers_the_last_known_goes_on_and_before_the_first_there_is_nothing():
    followed, there = Followed(), Elsewhere()
    there.away = True
    assert await followed.get("k", there.look, 0, every=0.01) == 0
    there.away = False
    await asyncio.sleep(0.02)
    assert await followed.get("k", there.look, 0, every=0.01) == 1
    there.away, there.value = True, 2
    await asyncio.sleep(0.02)
    assert await followed.get("k", there.look, 0, every=0.01) == 1


async def test_a_slow_look_is_not_waited_for_and_its_value_counts_once_it_is_there(monkeypatch):
    monkeypatch.setattr(page, "_PATIENCE_SECONDS", 0.02)
    followed, there = Followed(), Elsewhere()
    await followed.get("k", there.look, 0, every=0.01)
    there.value, there.takes = 2, 0.2
    await asyncio.sleep(0.02)
    began = time.monotonic()
    for _ in range(20):
        assert await followed.get("k", there.look, 0, every=0.01) == 1
    assert time.monotonic() - began < 0.15
    await asyncio.sleep(0.25)
    assert await followed.get("k", there.look, 0, every=60) == 2
    assert there.looks <= 3


async def test_a_look_that_began_before_a_change_here_does_not_count():
    followed, there = Followed(), Elsewhere()
    there.takes = 0.05
    early = asyncio.create_task(followed.get("k", there.look, 0, every=60))
    await asyncio.sleep(0.01)
    there.takes, there.value = 0.0, 2
    followed.drop("k")
    assert await followed.get("k", there.look, 0, every=60) == 2
    await early
    assert await followed.get("k", there.look, 0, every=60) == 2


def test_tallies_are_taken_once_and_can_be_put_back():
    tallies = Tallies()
    tallies.count("a")
    tallies.count("a", 2)
    taken = tallies.take()
    assert (taken, tallies.take()) == ({"a": 3}, {})
    tallies.count("a")
    tallies.put_back(taken)
    assert tallies.take() == {"a": 4}


def test_a_flood_of_different_things_does_not_fill_the_memory():
    tallies = Tallies()
    for number in range(30_000):
        tallies.count(number)
    tallies.count(5)
    taken = tallies.take()
    assert len(taken) == 20_000
    assert taken[5] == 2
