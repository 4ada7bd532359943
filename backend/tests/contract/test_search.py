"""What every search engine does. Each adapter is one parameter of the fixture `index`."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from velora.platform.search import Document, FacetValue, Found, Key, Query, SearchIndex, SearchUnavailable, Sort
from velora.platform.search.tantivy import TantivyIndex

NORDMARKT, HARBOUR = 1001, 2002


def a_document(number: int, title: str, tenant: int = NORDMARKT, **facts: object) -> Document:
    facets = [
        FacetValue("category", "Category", "home", "Home"),
        FacetValue("category", "Category", "lamps", "Lamps", parent="home"),
        FacetValue("attr.colour", "Colour", str(facts.get("colour", "brass")), str(facts.get("colour", "brass")).title()),
        FacetValue("seller", "Seller", str(facts.get("seller", "lumen")), "Lumen & Sons"),
    ]
    return Document(
        tenant_id=tenant,
        id=number,
        locale=str(facts.get("locale", "en")),
        title=title,
        text=str(facts.get("text", "")),
        facets=tuple(facets),
        prices={"EUR": int(str(facts.get("price", 1000)))},
        created_ms=int(str(facts.get("created", number))),
        popularity=int(str(facts.get("popularity", 0))),
        card={"title": title, "number": number},
    )


@pytest.fixture(params=["tantivy"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SearchIndex]:
    assert request.param == "tantivy"
    made = TantivyIndex(tmp_path / "search")
    await rebuilt(made, [])
    yield made
    await made.close()


async def rebuilt(index: SearchIndex, documents: list[Document], tenant_id: int | None = None) -> None:
    mark = await index.begin_rebuild()
    await index.write(documents)
    await index.finish_rebuild(mark, tenant_id)


def titles(found: Found) -> list[object]:
    return [hit.card["title"] for hit in found.hits]


def counts(found: Found, key: str) -> dict[str, int]:
    return {value.value: value.count for facet in found.facets if facet.key == key for value in facet.values}


async def test_a_facet_that_holds_in_one_currency_counts_and_narrows_in_that_one_alone(index):
    large = FacetValue("attr.size", "Size", "L", "L")
    lamp = replace(a_document(1, "Lamp"), prices={"EUR": 1000, "DKK": 7400})
    await index.write([replace(lamp, facets=(*lamp.facets, replace(large, currency="EUR"), FacetValue("in_stock", "", "true", "")))])
    for currency, sizes in (("EUR", {"L": 1}), ("DKK", {})):
        found = await index.search(NORDMARKT, Query(currency))
        assert (counts(found, "attr.size"), counts(found, "in_stock")) == (sizes, {"true": 1})
        narrowed = await index.search(NORDMARKT, Query(currency, choices={"attr.size": frozenset({"L"})}))
        assert narrowed.total == len(sizes)


async def test_a_written_document_is_found_by_any_of_its_words_and_brings_its_card_back(index):
    await index.write([a_document(7, "Brass Table Lamp", text="Lumen warm light SKU-77")])
    for words in ("lamp", "BRASS lamp", "warm", "sku-77"):
        found = await index.search(NORDMARKT, Query("EUR", words))
        assert [(hit.id, hit.card) for hit in found.hits] == [(7, {"title": "Brass Table Lamp", "number": 7})], words
    assert (await index.search(NORDMARKT, Query("EUR", "lamp sofa"))).total == 0


async def test_a_tenant_never_finds_what_another_sells(index):
    await index.write([a_document(1, "Lamp", HARBOUR), a_document(2, "Lamp", NORDMARKT)])
    assert [hit.id for hit in (await index.search(HARBOUR, Query("EUR", "lamp"))).hits] == [1]
    assert [hit.id for hit in (await index.search(HARBOUR, Query("EUR"))).hits] == [1]
    assert [hit.id for hit in (await index.suggest(HARBOUR, "la", currency="EUR", locale="en", facet="category")).hits] == [1]
    assert await index.count(HARBOUR) == 1
    assert (await index.search(3003, Query("EUR", "lamp"))).total == 0


async def test_the_same_key_is_replaced_and_a_gone_one_is_no_longer_found(index):
    await index.write([a_document(1, "Lamp"), a_document(2, "Chair")])
    await index.write([a_document(1, "Lantern")], gone=[Key(NORDMARKT, 2)])
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lantern"]


async def test_of_one_key_written_twice_in_a_batch_the_last_stands(index):
    await index.write([a_document(1, "Lamp"), a_document(1, "Lantern")])
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lantern"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("lmap", "lamp"), ("lantren", "lantern"), ("brss lamp", "brass lamp"), ("chandeleir", "chandelier")]
)
async def test_a_slip_of_the_finger_finds_what_was_meant_and_says_so(index, typed, meant):
    await index.write([a_document(1, "Brass Lamp"), a_document(2, "Lantern"), a_document(3, "Chandelier")])
    found = await index.search(NORDMARKT, Query("EUR", typed))
    assert found.total == 1
    assert found.did_you_mean == meant


async def test_words_that_occur_are_not_corrected(index):
    await index.write([a_document(1, "Lamp"), a_document(2, "Camp bed")])
    found = await index.search(NORDMARKT, Query("EUR", "lamp"))
    assert titles(found) == ["Lamp"]
    assert found.did_you_mean is None


async def test_nothing_near_means_nothing_found_and_nothing_guessed(index):
    await index.write([a_document(1, "Lamp")])
    found = await index.search(NORDMARKT, Query("EUR", "xylophone"))
    assert (found.total, found.hits, found.did_you_mean) == (0, (), None)


async def test_other_forms_of_a_word_match_in_the_language_of_the_marketplace(index):
    await index.write([a_document(1, "Candles"), a_document(2, "Häuser aus Holz", locale="de-DE")])
    assert titles(await index.search(NORDMARKT, Query("EUR", "candle", locale="en-GB"))) == ["Candles"]
    assert titles(await index.search(NORDMARKT, Query("EUR", "Haus", locale="de-DE"))) == ["Häuser aus Holz"]


async def test_accents_may_be_left_out(index):
    await index.write([a_document(1, "Crème brûlée dish")])
    assert (await index.search(NORDMARKT, Query("EUR", "creme brulee"))).total == 1


async def test_the_last_word_may_be_unfinished(index):
    await index.write([a_document(1, "Brass Lantern")])
    assert (await index.search(NORDMARKT, Query("EUR", "brass lant"))).total == 1


async def test_a_match_in_the_title_stands_before_one_in_the_text(index):
    await index.write([a_document(1, "Shade", text="for a lamp"), a_document(2, "Lamp")])
    assert titles(await index.search(NORDMARKT, Query("EUR", "lamp"))) == ["Lamp", "Shade"]


async def test_signs_of_a_query_language_are_only_text(index):
    await index.write([a_document(1, "Lamp")])
    for text in ('title:lamp AND NOT "', "lamp)", "*", "-lamp +", "\\", "\x00\x1f", "a" * 5000, " ".join(["lamp"] * 500)):
        await index.search(NORDMARKT, Query("EUR", text))


async def test_facets_count_what_was_found(index):
    await index.write(
        [a_document(1, "Lamp", colour="brass"), a_document(2, "Lamp", colour="black"), a_document(3, "Chair", colour="black")]
    )
    found = await index.search(NORDMARKT, Query("EUR", "lamp"))
    assert counts(found, "attr.colour") == {"brass": 1, "black": 1}
    assert counts(found, "category") == {"home": 2, "lamps": 2}
    [lamps] = [value for facet in found.facets for value in facet.values if value.value == "lamps"]
    assert (lamps.label, lamps.parent, lamps.selected) == ("Lamps", "home", False)


async def test_a_facet_ignores_its_own_choice_and_obeys_the_others(index):
    await index.write(
        [
            a_document(1, "Lamp", colour="brass", seller="lumen"),
            a_document(2, "Lamp", colour="black", seller="lumen"),
            a_document(3, "Lamp", colour="black", seller="nord"),
        ]
    )
    choices = {"attr.colour": frozenset({"brass"}), "seller": frozenset({"lumen"})}
    found = await index.search(NORDMARKT, Query("EUR", "lamp", choices=choices))
    assert [hit.id for hit in found.hits] == [1]
    assert counts(found, "attr.colour") == {"brass": 1, "black": 1}
    assert counts(found, "seller") == {"lumen": 1}
    selected = {value.value for facet in found.facets for value in facet.values if value.selected}
    assert selected == {"brass", "lumen"}


async def test_two_values_of_one_facet_widen_and_two_facets_narrow(index):
    await index.write(
        [a_document(1, "A", colour="brass"), a_document(2, "B", colour="black"), a_document(3, "C", colour="red", seller="nord")]
    )
    both = await index.search(NORDMARKT, Query("EUR", choices={"attr.colour": frozenset({"brass", "red"})}))
    assert {hit.id for hit in both.hits} == {1, 3}
    none = await index.search(NORDMARKT, Query("EUR", choices={"attr.colour": frozenset({"brass"}), "seller": frozenset({"nord"})}))
    assert none.total == 0


async def test_a_price_range_includes_its_ends_and_the_bounds_shown_ignore_it(index):
    await index.write([a_document(n, "Lamp", price=n * 100) for n in range(1, 6)])
    found = await index.search(NORDMARKT, Query("EUR", price_from=200, price_to=400, sort=Sort.PRICE_DESC))
    assert [hit.id for hit in found.hits] == [4, 3, 2]
    assert (found.price_min, found.price_max) == (100, 500)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.PRICE_ASC, [2, 3, 1]),
        (Sort.PRICE_DESC, [1, 3, 2]),
        (Sort.NEWEST, [3, 2, 1]),
        (Sort.POPULAR, [2, 1, 3]),
        (Sort.RELEVANCE, [2, 1, 3]),
    ],
)
async def test_results_stand_in_the_order_asked_for(index, sort, order):
    await index.write(
        [
            a_document(1, "A", price=300, created=1, popularity=5),
            a_document(2, "B", price=100, created=2, popularity=9),
            a_document(3, "C", price=200, created=3, popularity=1),
        ]
    )
    assert [hit.id for hit in (await index.search(NORDMARKT, Query("EUR", sort=sort))).hits] == order


async def test_pages_follow_each_other_without_gap_or_repetition(index):
    await index.write([a_document(n, "Lamp", price=n) for n in range(1, 31)])
    seen: list[int] = []
    for offset in (0, 12, 24):
        page = await index.search(NORDMARKT, Query("EUR", "lamp", sort=Sort.PRICE_ASC, offset=offset, limit=12))
        assert page.total == 30
        seen += [hit.id for hit in page.hits]
    assert seen == list(range(1, 31))


async def test_a_document_can_be_left_out_of_its_own_company(index):
    await index.write([a_document(1, "Lamp"), a_document(2, "Lamp")])
    assert [hit.id for hit in (await index.search(NORDMARKT, Query("EUR", "lamp", without=1))).hits] == [2]


async def test_suggestions_come_while_typing_even_with_a_slip(index):
    await index.write([a_document(1, "Brass Lantern"), a_document(2, "Garden Lantern"), a_document(3, "Chair")])
    lan = await index.suggest(NORDMARKT, "lan", currency="EUR", locale="en", facet="category")
    assert {hit.id for hit in lan.hits} == {1, 2}
    assert lan.words == ("lantern",)
    assert {hit.id for hit in (await index.suggest(NORDMARKT, "latnern", currency="EUR", locale="en", facet="category")).hits} == {1, 2}
    lamps = await index.suggest(NORDMARKT, "lam", currency="EUR", locale="en", facet="category")
    assert [value.value for value in lamps.facet_values] in ([], ["lamps"])
    nothing = await index.suggest(NORDMARKT, "  ", currency="EUR", locale="en", facet="category")
    assert (nothing.hits, nothing.facet_values, nothing.words) == ((), (), ())


async def test_numbers_as_large_as_our_ids_survive(index):
    large = (1 << 62) + 12345
    await index.write([a_document(large, "Lamp", tenant=large)])
    assert [hit.id for hit in (await index.search(large, Query("EUR", "lamp"))).hits] == [large]


async def test_a_rebuild_of_one_tenant_drops_its_stale_documents_only(index):
    await index.write([a_document(1, "Old"), a_document(2, "Theirs", HARBOUR)])
    await rebuilt(index, [a_document(3, "New")], NORDMARKT)
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["New"]
    assert titles(await index.search(HARBOUR, Query("EUR"))) == ["Theirs"]


async def test_reads_go_on_during_a_rebuild_and_what_is_written_meanwhile_stays(index):
    await index.write([a_document(1, "Old")])
    mark = await index.begin_rebuild()
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Old"]
    await index.write([a_document(2, "Fresh")])
    await index.finish_rebuild(mark, None)
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Fresh"]


# ------------------------------------------------------------------------------------- the embedded engine's folder


async def test_an_index_that_was_never_built_says_so_until_a_rebuild_is_finished(tmp_path):
    index = TantivyIndex(tmp_path)
    assert not await index.ready()
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR", "lamp"))
    await index.write([a_document(1, "Lamp")])
    with pytest.raises(SearchUnavailable):
        await index.search(NORDMARKT, Query("EUR", "lamp"))
    await rebuilt(index, [a_document(1, "Lamp")])
    assert await index.ready()
    assert (await index.search(NORDMARKT, Query("EUR", "lamp"))).total == 1
    await index.close()


@pytest.mark.parametrize("damage", ["half a meta file", "a segment is missing", "everything is gone"])
async def test_a_damaged_index_is_noticed_and_built_again(tmp_path, damage):
    first = TantivyIndex(tmp_path)
    await rebuilt(first, [a_document(1, "Lamp")])
    await first.close()
    [folder] = tmp_path.iterdir()
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
    await rebuilt(index, [a_document(2, "Lantern")])
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lantern"]
    await index.close()


async def test_another_process_sees_within_moments_what_was_written(tmp_path):
    reader, writer = TantivyIndex(tmp_path), TantivyIndex(tmp_path)
    await rebuilt(writer, [a_document(1, "Lamp")])
    assert (await reader.search(NORDMARKT, Query("EUR", "lamp"))).total == 1
    await reader.write([a_document(2, "Lantern")])
    await writer.write([a_document(3, "Chair")])
    assert await writer.count(NORDMARKT) == 3
    for _ in range(100):
        if await reader.count(NORDMARKT) == 3:
            break
        await asyncio.sleep(0.05)
    assert (await reader.search(NORDMARKT, Query("EUR", "chair"))).total == 1
    await reader.close()
    await writer.close()


async def test_many_writes_at_once_are_all_found(index):
    await asyncio.gather(*(index.write([a_document(n, f"Lamp {n}")]) for n in range(1, 21)))
    assert await index.count(NORDMARKT) == 20


async def test_what_was_acknowledged_survives_a_kill(tmp_path):
    script = """
import asyncio, os, sys
from pathlib import Path
from tests.contract.test_search import a_document, rebuilt
from velora.platform.search.tantivy import TantivyIndex

async def main():
    index = TantivyIndex(Path(sys.argv[1]))
    await rebuilt(index, [a_document(1, "Lamp")])
    await index.write([a_document(2, "Lantern")])
    print("acknowledged", flush=True)
    asyncio.ensure_future(index.write([a_document(n, "Late") for n in range(100, 20000)]))
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
    await index.write([a_document(3, "Chair")])
    assert (await index.search(NORDMARKT, Query("EUR", "chair"))).total == 1
    await index.close()


def with_our_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
