"""What every search engine does with versions, and with a generation that is built beside the live one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.search import ENGINES, HARBOUR, NORDMARKT, VERSIONS, a_document, an_engine, built, put, titles
from velora.platform.search import Kept, Key, Notes, Query, SearchIndex, SearchUnavailable, Stage, digest_of

LAMP = Key(NORDMARKT, 1)


@pytest.fixture(params=ENGINES)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SearchIndex]:
    async with an_engine(request.param, tmp_path) as made:
        yield made


async def all_titles(index: SearchIndex, tenant_id: int = NORDMARKT) -> list[str]:
    return sorted(map(str, titles(await index.search(tenant_id, Query("EUR")))))


async def stages(index: SearchIndex) -> dict[str, Stage]:
    return {one.name: one.stage for one in await index.generations()}


# ------------------------------------------------------------------------------------------- versions


async def test_a_late_writer_never_overwrites_what_is_newer_and_is_not_told(index):
    await built(index, [])
    first, second = next(VERSIONS), next(VERSIONS)
    await put(index, [a_document(1, "New")], version=second)
    await put(index, [a_document(1, "Old")], version=first)
    assert await all_titles(index) == ["New"]
    await put(index, [a_document(1, "Newest")], version=second)  # equal: the one that arrives last
    assert await all_titles(index) == ["Newest"]


async def test_a_late_writer_does_not_bring_back_what_is_gone_nor_remove_what_came_back(index):
    await built(index, [])
    first, second, third, fourth = (next(VERSIONS) for _ in range(4))
    await put(index, [a_document(1, "Lamp")], version=first)
    await put(index, [], [LAMP], version=third)
    await put(index, [a_document(1, "Late")], version=second)
    assert (await all_titles(index), await index.count(NORDMARKT)) == ([], 0)
    await put(index, [a_document(1, "Back")], version=fourth)
    await put(index, [], [LAMP], version=third)
    assert (await all_titles(index), await index.count(NORDMARKT)) == (["Back"], 1)


async def test_what_never_was_there_is_remembered_as_gone_until_it_is_forgotten(index):
    await built(index, [])
    first, second, third = (next(VERSIONS) for _ in range(3))
    await put(index, [], [LAMP], version=second)
    assert await index.kept([LAMP]) == {LAMP: Kept(second, None)}
    await put(index, [a_document(1, "Late")], version=first)
    assert await all_titles(index) == []
    await index.forget_gone(second)
    assert await index.kept([LAMP]) == {LAMP: Kept(second, None)}
    await index.forget_gone(third)
    assert await index.kept([LAMP]) == {}


async def test_writers_in_any_order_leave_the_newest_of_each(index):
    await built(index, [])
    versions = [next(VERSIONS) for _ in range(12)]
    writes = [index.write([a_document(n, f"{n} as of {version}") for n in range(1, 4)], version=version) for version in reversed(versions)]
    await asyncio.gather(*writes)
    await index.refresh()
    assert await all_titles(index) == [f"{n} as of {versions[-1]}" for n in range(1, 4)]


async def test_what_is_kept_of_a_key_is_the_version_and_the_digest_of_the_whole_document(index):
    await built(index, [])
    version, lamp = next(VERSIONS), a_document(1, "Lamp")
    await put(index, [lamp], version=version)
    assert await index.kept([LAMP, Key(NORDMARKT, 2), Key(HARBOUR, 1)]) == {LAMP: Kept(version, digest_of(lamp))}
    assert digest_of(replace(lamp, popularity=1)) != digest_of(lamp) == digest_of(a_document(1, "Lamp"))


async def test_what_one_tenant_has_from_earlier_is_dropped_in_place(index):
    await built(index, [a_document(1, "Old"), a_document(2, "Theirs", HARBOUR)])
    version = next(VERSIONS)
    await put(index, [a_document(3, "New")], version=version)
    await index.drop_older(NORDMARKT, version)
    assert (await all_titles(index), await all_titles(index, HARBOUR)) == (["New"], ["Theirs"])
    await index.drop_older(None, version)
    assert (await all_titles(index), await all_titles(index, HARBOUR)) == (["New"], [])


# ------------------------------------------------------------------------------------------- generations


async def test_there_is_no_index_until_one_is_published(index):
    assert not await index.ready()
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR", "lamp"))
    await put(index, [a_document(1, "Nobody keeps this")])
    made = await index.begin(Notes(began=next(VERSIONS)))
    assert not await index.ready()
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR"))
    await index.fill(made.name, [a_document(2, "Lamp")], (), version=next(VERSIONS))
    assert await index.publish(made.name, replace(made.notes, published=next(VERSIONS)))
    assert await index.ready()
    assert await all_titles(index) == ["Lamp"]


async def test_while_one_is_built_the_live_one_answers_and_changes_go_to_both(index):
    await built(index, [a_document(1, "Old lamp"), a_document(2, "Chair")])
    made = await index.begin(Notes(began=next(VERSIONS)))
    await put(index, [a_document(1, "New lamp")], [Key(NORDMARKT, 2)])
    await index.fill(made.name, [a_document(3, "Filled")], (), version=next(VERSIONS))
    assert await all_titles(index) == ["New lamp"]
    await index.refresh()
    assert await index.count(NORDMARKT, made.name) == 2
    assert await index.publish(made.name, made.notes)
    assert await all_titles(index) == ["Filled", "New lamp"]
    assert await index.count(NORDMARKT) == 2


async def test_what_was_filled_never_overwrites_what_changed_meanwhile(index):
    await built(index, [])
    made = await index.begin(Notes(began=next(VERSIONS)))
    read_before, changed = next(VERSIONS), next(VERSIONS)
    await put(index, [a_document(1, "Changed")], [Key(NORDMARKT, 2)], version=changed)
    await index.fill(made.name, [a_document(1, "As it was"), a_document(2, "Since gone")], (), version=read_before)
    await index.publish(made.name, made.notes)
    assert await all_titles(index) == ["Changed"]


async def test_what_was_read_before_a_generation_began_does_not_go_into_it(index):
    await built(index, [])
    early = next(VERSIONS)
    made = await index.begin(Notes(began=next(VERSIONS)))
    await put(index, [a_document(1, "Read early, written late")], version=early)
    assert await all_titles(index) == ["Read early, written late"]
    await index.publish(made.name, made.notes)
    assert await all_titles(index) == []


async def test_a_builder_goes_on_where_the_last_one_left_its_notes(index):
    live = await built(index, [a_document(1, "Lamp")])
    began = next(VERSIONS)
    made = await index.begin(Notes(began=began, of=9))
    notes = replace(made.notes, done=4, last=Key(NORDMARKT, 1 << 62), noted=next(VERSIONS))
    await index.note(made.name, notes)
    again = await index.begin(Notes(began=next(VERSIONS)))
    assert (again.name, again.notes, again.stage) == (made.name, notes, Stage.BUILDING)
    assert await stages(index) == {made.name: Stage.BUILDING, live: Stage.LIVE}
    await index.discard(made.name)
    assert await stages(index) == {live: Stage.LIVE}
    assert not await index.publish(made.name, notes)
    assert await all_titles(index) == ["Lamp"]


async def test_two_builders_at_once_build_one_and_publish_it_once(index):
    first, second = await asyncio.gather(*(index.begin(Notes(began=next(VERSIONS))) for _ in range(2)))
    assert first.name == second.name
    assert len(await index.generations()) == 1
    assert await index.publish(first.name, first.notes)
    assert not await index.publish(second.name, second.notes)
    assert await index.ready()


async def test_a_generation_is_discarded_by_whoever_comes_and_twice_is_no_error(index):
    made = await index.begin(Notes(began=next(VERSIONS)))
    await asyncio.gather(*(index.discard(made.name) for _ in range(8)))
    assert await stages(index) == {}


async def test_the_one_before_can_be_live_again_and_writes_follow(index):
    first = await built(index, [a_document(1, "First")])
    second = await built(index, [a_document(1, "Second")])
    assert await stages(index) == {second: Stage.LIVE, first: Stage.KEPT}
    [kept] = [one for one in await index.generations() if one.name == first]
    await index.restore(first, replace(kept.notes, behind=True))
    assert await stages(index) == {second: Stage.KEPT, first: Stage.LIVE}
    assert await all_titles(index) == ["First"]
    await put(index, [a_document(2, "Since")])
    assert await all_titles(index) == ["First", "Since"]
    assert [one.notes.behind for one in await index.generations() if one.name == first] == [True]


async def test_searches_never_fail_while_generations_take_turns(index):
    await built(index, [a_document(1, "Lamp")])
    done = asyncio.Event()
    seen = 0

    async def look() -> None:
        nonlocal seen
        while not done.is_set():
            assert await all_titles(index) == ["Lamp"]
            seen += 1
            await asyncio.sleep(0)

    looking = [asyncio.create_task(look()) for _ in range(3)]
    for _ in range(3):
        old = [one.name for one in await index.generations() if one.stage is Stage.KEPT]
        await built(index, [a_document(1, "Lamp")])
        for name in old:
            await index.discard(name)
    done.set()
    await asyncio.gather(*looking)
    assert seen > 20
