"""What every search engine does. Each adapter is one parameter of the fixture `index`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.search import ENGINES, HARBOUR, NORDMARKT, VERSIONS, a_document, an_engine, built, counts, put, titles
from velora.platform.search import FacetValue, Key, Query, SearchIndex, Sort, Synonyms, opensearch_answers


@pytest.fixture(params=ENGINES)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SearchIndex]:
    async with an_engine(request.param, tmp_path) as made:
        await built(made, [])
        yield made


async def test_a_facet_that_holds_in_one_currency_counts_and_narrows_in_that_one_alone(index):
    large = FacetValue("attr.size", "Size", "L", "L")
    lamp = replace(a_document(1, "Lamp"), prices={"EUR": 1000, "DKK": 7400})
    await put(index, [replace(lamp, facets=(*lamp.facets, replace(large, currency="EUR"), FacetValue("in_stock", "", "true", "")))])
    for currency, sizes in (("EUR", {"L": 1}), ("DKK", {})):
        found = await index.search(NORDMARKT, Query(currency))
        assert (counts(found, "attr.size"), counts(found, "in_stock")) == (sizes, {"true": 1})
        narrowed = await index.search(NORDMARKT, Query(currency, choices={"attr.size": frozenset({"L"})}))
        assert narrowed.total == len(sizes)


async def test_a_written_document_is_found_by_any_of_its_words_and_brings_its_card_back(index):
    await put(index, [a_document(7, "Brass Table Lamp", text="Lumen warm light SKU-77")])
    for words in ("lamp", "BRASS lamp", "warm", "sku-77"):
        found = await index.search(NORDMARKT, Query("EUR", words))
        assert [(hit.id, hit.card) for hit in found.hits] == [(7, {"title": "Brass Table Lamp", "number": 7})], words
    assert (await index.search(NORDMARKT, Query("EUR", "sofa"))).total == 0


async def test_a_tenant_never_finds_what_another_sells(index):
    await put(index, [a_document(1, "Lamp", HARBOUR), a_document(2, "Lamp", NORDMARKT)])
    assert [hit.id for hit in (await index.search(HARBOUR, Query("EUR", "lamp"))).hits] == [1]
    assert [hit.id for hit in (await index.search(HARBOUR, Query("EUR"))).hits] == [1]
    assert [hit.id for hit in (await index.suggest(HARBOUR, "la", currency="EUR", locale="en", facet="category")).hits] == [1]
    assert await index.count(HARBOUR) == 1
    assert (await index.search(3003, Query("EUR", "lamp"))).total == 0


async def test_the_same_key_is_replaced_and_a_gone_one_is_no_longer_found(index):
    await put(index, [a_document(1, "Lamp"), a_document(2, "Chair")])
    await put(index, [a_document(1, "Lantern")], gone=[Key(NORDMARKT, 2)])
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lantern"]


async def test_of_one_key_written_twice_in_a_batch_the_last_stands(index):
    await put(index, [a_document(1, "Lamp"), a_document(1, "Lantern")])
    assert titles(await index.search(NORDMARKT, Query("EUR"))) == ["Lantern"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("lmap", "lamp"), ("lantren", "lantern"), ("brss lamp", "brass lamp"), ("chandeleir", "chandelier")]
)
async def test_a_slip_of_the_finger_finds_what_was_meant_and_says_so(index, typed, meant):
    await put(index, [a_document(1, "Brass Lamp"), a_document(2, "Lantern"), a_document(3, "Chandelier")])
    found = await index.search(NORDMARKT, Query("EUR", typed))
    assert found.total == 1
    assert found.did_you_mean == meant


async def test_words_that_occur_are_not_corrected(index):
    await put(index, [a_document(1, "Lamp"), a_document(2, "Camp bed")])
    found = await index.search(NORDMARKT, Query("EUR", "lamp"))
    assert titles(found) == ["Lamp"]
    assert found.did_you_mean is None


async def test_nothing_near_means_nothing_found_and_nothing_guessed(index):
    await put(index, [a_document(1, "Lamp")])
    found = await index.search(NORDMARKT, Query("EUR", "xylophone"))
    assert (found.total, found.hits, found.did_you_mean) == (0, (), None)


async def test_other_forms_of_a_word_match_in_the_language_of_the_marketplace(index):
    await put(index, [a_document(1, "Candles"), a_document(2, "Häuser aus Holz", locale="de-DE")])
    assert titles(await index.search(NORDMARKT, Query("EUR", "candle", locale="en-GB"))) == ["Candles"]
    assert titles(await index.search(NORDMARKT, Query("EUR", "Haus", locale="de-DE"))) == ["Häuser aus Holz"]


@pytest.mark.parametrize(
    ("locale", "title", "typed"),
    [
        ("en-GB", "Brass lamps", "lamp"),
        ("de-DE", "Messinglampe", "Messinglampen"),
        ("fr-FR", "Lampes de chevet", "lampe"),
        ("es-ES", "Lámparas de mesa", "lampara"),
        ("ar-AE", "المصباح النحاسي", "مصباح"),
        ("sv-SE", "Lampor", "lampa"),
    ],
)
async def test_each_language_finds_its_own_forms(index, locale, title, typed):
    await put(index, [a_document(1, title, locale=locale)])
    assert titles(await index.search(NORDMARKT, Query("EUR", typed, locale=locale))) == [title]


async def test_accents_may_be_left_out(index):
    await put(index, [a_document(1, "Crème brûlée dish")])
    assert (await index.search(NORDMARKT, Query("EUR", "creme brulee"))).total == 1


async def test_the_last_word_may_be_unfinished(index):
    await put(index, [a_document(1, "Brass Lantern")])
    assert (await index.search(NORDMARKT, Query("EUR", "brass lant"))).total == 1


@pytest.mark.parametrize(
    ("typed", "synonyms", "found"),
    [
        ("couch", Synonyms(("couch", "sofa")), {1, 2}),
        ("Sofa", Synonyms(("couch", "sofa")), {1, 2}),
        ("sofa", Synonyms(("couch", "settee")), {1}),
        ("green couch", Synonyms(("couch", "sofa")), {1}),
        ("settee", Synonyms(("settee",), ("sofa", "couch")), {1, 2}),
        ("sofa", Synonyms(("settee",), ("sofa",)), {1}),  # one way only
        ("telly", Synonyms(("telly", "television set")), {3, 4}),
        ("television set oak", Synonyms(("telly", "television set")), {3, 4}),
        ("Television Set", Synonyms(("television set",), ("telly",)), {3, 4}),
        ("television oak", Synonyms(("telly", "television set")), {3}),  # half of an entry is no entry
    ],
)
async def test_a_synonym_finds_what_it_means(index, typed, synonyms, found):
    await put(
        index,
        [a_document(1, "Green sofa"), a_document(2, "Red couch"), a_document(3, "Television set, oak"), a_document(4, "Oak telly")],
    )
    assert {hit.id for hit in (await index.search(NORDMARKT, Query("EUR", typed, synonyms=(synonyms,)))).hits} == found


async def test_the_word_that_was_typed_stands_before_its_synonym(index):
    await put(index, [a_document(1, "Couch"), a_document(2, "Sofa")])
    for typed, order in (("sofa", ["Sofa", "Couch"]), ("couch", ["Couch", "Sofa"])):
        assert titles(await index.search(NORDMARKT, Query("EUR", typed, synonyms=(Synonyms(("sofa", "couch")),)))) == order


async def test_a_match_in_the_title_stands_before_one_in_the_text(index):
    await put(index, [a_document(1, "Shade", text="for a lamp"), a_document(2, "Lamp")])
    assert titles(await index.search(NORDMARKT, Query("EUR", "lamp"))) == ["Lamp", "Shade"]


async def test_signs_of_a_query_language_are_only_text(index):
    await put(index, [a_document(1, "Lamp")])
    for text in ('title:lamp AND NOT "', "lamp)", "*", "-lamp +", "\\", "\x00\x1f", "a" * 5000, " ".join(["lamp"] * 500)):
        await index.search(NORDMARKT, Query("EUR", text))


async def test_facets_count_what_was_found(index):
    await put(index, [a_document(1, "Lamp", colour="brass"), a_document(2, "Lamp", colour="black"), a_document(3, "Chair", colour="black")])
    found = await index.search(NORDMARKT, Query("EUR", "lamp"))
    assert counts(found, "attr.colour") == {"brass": 1, "black": 1}
    assert counts(found, "category") == {"home": 2, "lamps": 2}
    [lamps] = [value for facet in found.facets for value in facet.values if value.value == "lamps"]
    assert (lamps.label, lamps.parent, lamps.selected) == ("Lights", "home", False)


async def test_a_facet_ignores_its_own_choice_and_obeys_the_others(index):
    await put(
        index,
        [
            a_document(1, "Lamp", colour="brass", seller="lumen"),
            a_document(2, "Lamp", colour="black", seller="lumen"),
            a_document(3, "Lamp", colour="black", seller="nord"),
        ],
    )
    choices = {"attr.colour": frozenset({"brass"}), "seller": frozenset({"lumen"})}
    found = await index.search(NORDMARKT, Query("EUR", "lamp", choices=choices))
    assert [hit.id for hit in found.hits] == [1]
    assert counts(found, "attr.colour") == {"brass": 1, "black": 1}
    assert counts(found, "seller") == {"lumen": 1}
    selected = {value.value for facet in found.facets for value in facet.values if value.selected}
    assert selected == {"brass", "lumen"}


async def test_two_values_of_one_facet_widen_and_two_facets_narrow(index):
    await put(
        index, [a_document(1, "A", colour="brass"), a_document(2, "B", colour="black"), a_document(3, "C", colour="red", seller="nord")]
    )
    both = await index.search(NORDMARKT, Query("EUR", choices={"attr.colour": frozenset({"brass", "red"})}))
    assert {hit.id for hit in both.hits} == {1, 3}
    none = await index.search(NORDMARKT, Query("EUR", choices={"attr.colour": frozenset({"brass"}), "seller": frozenset({"nord"})}))
    assert none.total == 0


async def test_a_price_range_includes_its_ends_and_the_bounds_shown_ignore_it(index):
    await put(index, [a_document(n, "Lamp", price=n * 100) for n in range(1, 6)])
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
    await put(
        index,
        [
            a_document(1, "A", price=300, created=1, popularity=5),
            a_document(2, "B", price=100, created=2, popularity=9),
            a_document(3, "C", price=200, created=3, popularity=1),
        ],
    )
    assert [hit.id for hit in (await index.search(NORDMARKT, Query("EUR", sort=sort))).hits] == order


async def test_pages_follow_each_other_without_gap_or_repetition(index):
    await put(index, [a_document(n, "Lamp", price=n) for n in range(1, 31)])
    seen: list[int] = []
    for offset in (0, 12, 24):
        page = await index.search(NORDMARKT, Query("EUR", "lamp", sort=Sort.PRICE_ASC, offset=offset, limit=12))
        assert page.total == 30
        seen += [hit.id for hit in page.hits]
    assert seen == list(range(1, 31))


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("words", ["", "lamp"])
@pytest.mark.parametrize("pins", [(), (20, 3)])
async def test_pages_go_on_behind_the_last_hit_however_deep(index, monkeypatch, sort, words, pins):
    monkeypatch.setattr(opensearch_answers, "MAX_OFFSET", 4)
    await put(index, [a_document(n, f"Lamp {'lamp ' * (n % 3)}", price=n % 7, popularity=n % 5, created=n % 4) for n in range(1, 26)])
    whole = await index.search(NORDMARKT, Query("EUR", words, sort=sort, pins=pins, limit=60))
    shown: list[int] = []
    after = ""
    while (found := await index.search(NORDMARKT, Query("EUR", words, sort=sort, pins=pins, offset=len(shown), after=after, limit=3))).hits:
        assert found.total == 25
        shown += [hit.id for hit in found.hits]
        after = found.after
    assert shown == [hit.id for hit in whole.hits]
    assert len(shown) == 25


async def test_a_document_can_be_left_out_of_its_own_company(index):
    await put(index, [a_document(1, "Lamp"), a_document(2, "Lamp")])
    assert [hit.id for hit in (await index.search(NORDMARKT, Query("EUR", "lamp", without=1))).hits] == [2]


async def test_what_is_only_described_so_is_suggested_where_nothing_is_called_so(index):
    await put(
        index, [a_document(1, "Reading lantern"), a_document(2, "Running shoe", text="with room for a lantern"), a_document(3, "Chair")]
    )
    for typed, suggested in (("lantern", [1]), ("room", [2]), ("brass sho", [2]), ("shoe lan", [2])):
        found = await index.suggest(NORDMARKT, typed, currency="EUR", locale="en", facet="category")
        assert [hit.id for hit in found.hits] == suggested, typed


async def test_suggestions_come_while_typing_even_with_a_slip(index):
    await put(index, [a_document(1, "Brass Lantern"), a_document(2, "Garden Lantern"), a_document(3, "Chair")])
    lan = await index.suggest(NORDMARKT, "lan", currency="EUR", locale="en", facet="category")
    assert {hit.id for hit in lan.hits} == {1, 2}
    assert lan.words == ("lantern",)
    assert {hit.id for hit in (await index.suggest(NORDMARKT, "latnern", currency="EUR", locale="en", facet="category")).hits} == {1, 2}
    lamps = await index.suggest(NORDMARKT, "lam", currency="EUR", locale="en", facet="category")
    assert [value.value for value in lamps.facet_values] in ([], ["lamps"])
    lights = (Synonyms(("torch", "lantern")),)
    meant = await index.suggest(NORDMARKT, "torch", currency="EUR", locale="en", facet="category", synonyms=lights)
    assert {hit.id for hit in meant.hits} == {1, 2}
    nothing = await index.suggest(NORDMARKT, "  ", currency="EUR", locale="en", facet="category")
    assert (nothing.hits, nothing.facet_values, nothing.words) == ((), (), ())


async def test_numbers_as_large_as_our_ids_survive(index):
    large = (1 << 62) + 12345
    await put(index, [a_document(large, "Lamp", tenant=large)])
    assert [hit.id for hit in (await index.search(large, Query("EUR", "lamp"))).hits] == [large]


async def test_many_writes_at_once_are_all_found(index):
    await asyncio.gather(*(index.write([a_document(n, f"Lamp {n}")], version=next(VERSIONS)) for n in range(1, 21)))
    await index.refresh()
    assert await index.count(NORDMARKT) == 20


async def test_pins_stand_first_in_their_order_whatever_the_words_and_count_as_found(index):
    await put(
        index,
        [
            a_document(1, "Brass lamp", colour="brass"),
            a_document(2, "Lamp", colour="black"),
            a_document(3, "Candle", colour="white"),
            a_document(4, "Rug", colour="red"),
            a_document(5, "Lamp", HARBOUR),
        ],
    )
    found = await index.search(NORDMARKT, Query("EUR", "lamp", pins=(3, 1, 5, 99)))
    assert [hit.id for hit in found.hits] == [3, 1, 2]
    assert found.total == 3
    assert counts(found, "attr.colour") == {"white": 1, "brass": 1, "black": 1}
    assert found.did_you_mean is None
    only_pins = await index.search(NORDMARKT, Query("EUR", "xylophone", pins=(4, 3)))
    assert ([hit.id for hit in only_pins.hits], only_pins.total) == ([4, 3], 2)


async def test_a_pin_that_is_not_sold_in_the_currency_or_not_chosen_or_too_dear_does_not_stand_there(index):
    lamp, candle, rug = a_document(1, "Lamp"), a_document(2, "Candle", colour="white", price=5000), a_document(3, "Rug")
    await put(index, [lamp, candle, replace(rug, prices={"DKK": 100})])
    for query, ids in (
        (Query("EUR", "lamp", pins=(3, 2)), [2, 1]),
        (Query("DKK", "lamp", pins=(3, 2)), [3]),
        (Query("EUR", "lamp", pins=(2,), choices={"attr.colour": frozenset({"brass"})}), [1]),
        (Query("EUR", "lamp", pins=(2,), choices={"attr.colour": frozenset({"white"})}), [2]),
        (Query("EUR", "lamp", pins=(2,), price_to=2000), [1]),
    ):
        found = await index.search(NORDMARKT, query)
        assert ([hit.id for hit in found.hits], found.total) == (ids, len(ids)), query
    widened = await index.search(NORDMARKT, Query("EUR", "lamp", pins=(2,), choices={"attr.colour": frozenset({"brass"})}))
    assert counts(widened, "attr.colour") == {"brass": 1, "white": 1}
    dear = await index.search(NORDMARKT, Query("EUR", "lamp", pins=(2,), price_to=2000))
    assert (dear.price_min, dear.price_max) == (1000, 5000)


async def test_what_is_hidden_is_found_by_nothing_and_counted_nowhere(index):
    await put(index, [a_document(1, "Lamp", colour="brass"), a_document(2, "Lamp", colour="black"), a_document(3, "Lamp", colour="red")])
    found = await index.search(NORDMARKT, Query("EUR", "lamp", hides=frozenset({2}), pins=(2, 3)))
    assert ([hit.id for hit in found.hits], found.total) == ([3, 1], 2)
    assert counts(found, "attr.colour") == {"brass": 1, "red": 1}
    narrowed = await index.search(NORDMARKT, Query("EUR", "lamp", hides=frozenset({2}), choices={"attr.colour": frozenset({"red"})}))
    assert counts(narrowed, "attr.colour") == {"brass": 1, "red": 1}
    near = await index.search(NORDMARKT, Query("EUR", "lmap", hides=frozenset({1, 3})))
    assert ([hit.id for hit in near.hits], near.did_you_mean) == ([2], "lamp")


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("words", ["", "lamp"])
async def test_pages_with_pins_neither_repeat_nor_skip_anything(index, sort, words):
    lamps = [
        a_document(number, f"Lamp {'lamp ' * (number % 3)}", price=100 * (number % 7), popularity=number % 5) for number in range(1, 26)
    ]
    await put(index, [*lamps, a_document(90, "Candle", price=1)])
    pins, hides = (20, 90, 3, 7), frozenset({7, 11})
    plain = await index.search(NORDMARKT, Query("EUR", words, sort=sort, limit=60, hides=hides))
    expected = [20, 90, 3, *(hit.id for hit in plain.hits if hit.id not in pins)]
    for size in (1, 2, 5, 7):
        shown: list[int] = []
        while True:
            found = await index.search(NORDMARKT, Query("EUR", words, sort=sort, limit=size, offset=len(shown), pins=pins, hides=hides))
            assert found.total == len(expected)
            if not found.hits:
                break
            shown += [hit.id for hit in found.hits]
        assert shown == expected, size


async def test_twenty_pins_keep_their_order_before_the_best_match(index):
    others = [a_document(number, "Candle") for number in range(1, 21)]
    await put(index, [*others, a_document(50, "Lamp lamp lamp", text="lamp " * 50)])
    pins = tuple(range(20, 0, -1))
    found = await index.search(NORDMARKT, Query("EUR", "lamp", pins=pins))
    assert [hit.id for hit in found.hits] == [*pins, 50]
