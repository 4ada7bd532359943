"""The embedded engine's folder: damage, other processes, and a kill."""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import tantivy

from tests.builders.search import NORDMARKT, VERSIONS, a_document, built, counts, put, titles
from velora.platform.search import Document, Key, Query, SearchUnavailable
from velora.platform.search.tantivy import TantivyIndex
from velora.platform.search.tantivy_generations import META
from velora.platform.search.tantivy_moments import Opened


async def test_an_index_that_was_never_built_says_so_until_one_is(tmp_path):
    index = TantivyIndex(tmp_path)
    assert not await index.ready()
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR", "lamp"))
    await index.write([a_document(1, "Lamp")], version=next(VERSIONS))
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR", "lamp"))
    await built(index, [a_document(1, "Lamp")])
    assert await index.ready()
    assert (await index.search(NORDMARKT, Query("EUR", "lamp"))).total == 1
    await index.close()


@pytest.mark.parametrize("damage", ["half a meta file", "a segment is missing", "everything is gone"])
async def test_a_damaged_index_is_noticed_and_built_again(tmp_path, damage):
    first = TantivyIndex(tmp_path)
    name = await built(first, [a_document(1, "Lamp")])
    await first.close()
    folder = tmp_path / name
    match damage:
        case "half a meta file":
            (folder / "meta.json").write_text('{"segments": [')
        case "a segment is missing":
            for part in [*folder.glob("*.term"), *folder.glob("*.store"), *folder.glob("*.fast")]:
                part.unlink()
        case _:
            shutil.rmtree(folder)
    index = TantivyIndex(tmp_path)
    assert not await index.ready()
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR", "lamp"))
    await built(index, [a_document(2, "Lantern")])
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lantern"]
    await index.close()


async def test_another_process_sees_within_moments_what_was_written(tmp_path):
    reader, writer = TantivyIndex(tmp_path), TantivyIndex(tmp_path)
    await built(writer, [a_document(1, "Lamp")])
    assert (await reader.search(NORDMARKT, Query("EUR", "lamp"))).total == 1
    await put(reader, [a_document(2, "Lantern")])
    await put(writer, [a_document(3, "Chair")])
    assert await writer.count(NORDMARKT) == 3
    assert await reader.count(NORDMARKT) == 3
    began = time.monotonic()
    while not (await reader.search(NORDMARKT, Query("EUR", "chair"))).total:
        assert time.monotonic() - began < 1
        await asyncio.sleep(0.01)
    await reader.close()
    await writer.close()


async def test_what_was_acknowledged_survives_a_kill(tmp_path):
    script = """
import asyncio, os, sys
from pathlib import Path
from tests.builders.search import a_document, built
from velora.platform.search.tantivy import TantivyIndex

async def main():
    index = TantivyIndex(Path(sys.argv[1]))
    await built(index, [a_document(1, "Lamp")])
    await index.write([a_document(2, "Lantern")], version=5_000)
    print("acknowledged", flush=True)
    asyncio.ensure_future(index.write([a_document(n, "Late") for n in range(100, 20000)], version=5_001))
    await asyncio.sleep(0.05)
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""
    killed = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, str(tmp_path)], capture_output=True, env=with_our_path()
    )
    assert (killed.returncode, killed.stdout) == (-9, b"acknowledged\n"), killed.stderr
    index = TantivyIndex(tmp_path)
    assert (await index.search(NORDMARKT, Query("EUR", "lantern"))).total == 1
    await put(index, [a_document(3, "Chair")])
    assert (await index.search(NORDMARKT, Query("EUR", "chair"))).total == 1
    await index.close()


def with_our_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


async def test_what_indexes_leaves_the_processor_to_what_searches(tmp_path):
    index = TantivyIndex(tmp_path)
    await built(index, [a_document(1, "Lamp")])
    [writing] = [thread for thread in threading.enumerate() if thread.name.startswith("indexing")]
    searching = [thread for thread in threading.enumerate() if thread.name.startswith("search")]
    assert searching
    assert all(niceness(writing) > niceness(thread) for thread in searching)
    await index.close()


def niceness(thread: threading.Thread) -> int:
    assert thread.native_id is not None
    return os.getpriority(os.PRIO_PROCESS, thread.native_id)


async def test_counts_stay_those_of_what_is_found_whoever_writes_and_deletes(tmp_path):
    """Two processes write, delete and clear out; after each step both count, with and without words, what stands in the folder."""
    chance = random.Random(7)
    one, other = TantivyIndex(tmp_path), TantivyIndex(tmp_path)
    await built(one, [])
    stock: dict[int, Document] = {}
    for step in range(60):
        writer = chance.choice((one, other))
        some = [
            a_document(number, chance.choice(("Lamp", "Chair")), colour=chance.choice(("red", "blue")), price=chance.randrange(100, 900))
            for number in chance.sample(range(20), chance.randrange(6))
        ]
        gone = [number for number in chance.sample(range(20), chance.randrange(3)) if number not in {document.id for document in some}]
        await writer.write(some, [Key(NORDMARKT, number) for number in gone], version=next(VERSIONS))
        stock = {number: document for number, document in stock.items() if number not in gone} | {one.id: one for one in some}
        if step % 9 == 8:
            await writer.forget_gone(next(VERSIONS))
        if step % 20 == 19:
            await writer.drop_older(NORDMARKT, next(VERSIONS))
            stock = {}
        for reader in (one, other):
            await reader.refresh()
            for words, red in (("", False), ("lamp", False), ("lamp", True), ("", True)):
                choices = {"attr.colour": frozenset({"red"})} if red else {}
                found = await reader.search(NORDMARKT, Query("EUR", words, choices=choices, limit=60))
                named = [document for document in stock.values() if words in document.title.lower()]
                assert counts(found, "attr.colour") == Counter(colour_of(document) for document in named), (step, words, red)
                meant = [document for document in named if not red or colour_of(document) == "red"]
                assert found.total == len(meant) == len(found.hits)
                prices = [document.prices["EUR"] for document in meant]
                assert (found.price_min, found.price_max) == ((min(prices), max(prices)) if prices else (None, None))
    await one.close()
    await other.close()


def colour_of(document: Document) -> str:
    return next(value.value for value in document.facets if value.key == "attr.colour")


async def test_who_does_not_count_reads_no_rows_for_it(tmp_path):
    index = TantivyIndex(tmp_path)
    folder = tmp_path / await built(index, [a_document(1, "Lamp")])
    await index.close()
    with ThreadPoolExecutor(1) as aside:
        opened = Opened(tantivy.Index.open(str(folder)), folder / META, aside)
        opened.catch_up()
        assert not opened.is_read
        assert len(opened.look().there) == 1
        assert opened.is_read


async def test_who_counts_goes_on_counting_while_another_process_makes_a_new_generation_live(tmp_path):
    reader, builder = TantivyIndex(tmp_path), TantivyIndex(tmp_path)
    await built(builder, [a_document(1, "Lamp")])
    assert (await reader.search(NORDMARKT, Query("EUR", "lamp"))).total == 1
    await built(builder, [a_document(1, "Lamp"), a_document(2, "Lamp")])
    began = time.monotonic()
    while (found := await reader.search(NORDMARKT, Query("EUR", "lamp"))).total == 1:
        assert counts(found, "attr.colour") == {"brass": 1}
        assert time.monotonic() - began < 1
        await asyncio.sleep(0)
    assert counts(found, "attr.colour") == {"brass": 2}
    await reader.close()
    await builder.close()
