"""What every search engine finds for what people type, what it says when nothing has every word, and what it marks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.search import ENGINES, NORDMARKT, a_document, an_engine, built, put, titles
from velora.platform.search import Found, Piece, Query, Relaxed, SearchIndex, Synonyms


@pytest.fixture(params=ENGINES)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SearchIndex]:
    async with an_engine(request.param, tmp_path) as made:
        await built(made, [])
        yield made


async def test_words_find_what_they_mean_however_they_are_written(index):
    german = ["Trail-Laufschuh", "Schuhe zum Laufen", "Schuhregal"]
    english = ["T-shirt", "Tea pot 1.2 l", "Orchard box, 5 kg", "Headphones WH-1000XM5"]
    await put(index, [a_document(number, title, locale="de-DE") for number, title in enumerate(german, start=1)])
    await put(index, [a_document(number, title) for number, title in enumerate(english, start=11)])
    for typed, locale, meant in (
        ("Laufschuhe", "de-DE", {"Trail-Laufschuh", "Schuhe zum Laufen"}),
        ("Lauf Schuhe", "de-DE", {"Trail-Laufschuh", "Schuhe zum Laufen"}),
        ("Schuh", "de-DE", set(german)),
        ("tshirt", "en", {"T-shirt"}),
        ("t shirt", "en", {"T-shirt"}),
        ("teapot", "en", {"Tea pot 1.2 l"}),
        ("1200ml", "en", {"Tea pot 1.2 l"}),
        ("box 5000g", "en", {"Orchard box, 5 kg"}),
        ("wh1000xm5", "en", {"Headphones WH-1000XM5"}),
        ("XM5", "en", {"Headphones WH-1000XM5"}),
        ("the box for", "en", {"Orchard box, 5 kg"}),
    ):
        assert set(titles(await index.search(NORDMARKT, Query("EUR", typed, locale)))) == meant, typed


async def test_a_thing_stands_before_what_is_of_its_kind_and_that_before_what_is_for_it(index):
    await put(
        index, [a_document(1, "Schuhregal", locale="de"), a_document(2, "Laufschuh", locale="de"), a_document(3, "Schuhe", locale="de")]
    )
    assert titles(await index.search(NORDMARKT, Query("EUR", "Schuh", "de"))) == ["Schuhe", "Laufschuh", "Schuhregal"]


async def test_properties_are_found_by_their_words_and_stand_before_descriptions(index):
    await put(index, [a_document(1, "Chair", text="goes with red walls", colour="blue"), a_document(2, "Chair", colour="red")])
    assert [hit.id for hit in (await index.search(NORDMARKT, Query("EUR", "red chair"))).hits] == [2, 1]


async def test_of_equals_what_sells_and_what_is_new_stand_first_and_never_before_a_better_match(index):
    await put(
        index,
        [
            a_document(1, "Oak table", popularity=0, created=100),
            a_document(2, "Oak table", popularity=30, created=100),
            a_document(3, "Oak table", popularity=0, created=900),
            a_document(4, "Shelf", text="oak, beside a table", popularity=10_000, created=900),
        ],
    )
    found = await index.search(NORDMARKT, Query("EUR", "oak table", fresh_since=500))
    assert [hit.id for hit in found.hits] == [2, 3, 1, 4]


async def test_a_word_as_it_was_typed_stands_before_other_forms_of_it_and_never_before_what_sells(index):
    await put(index, [a_document(1, "Generated lamp"), a_document(2, "Generating lamp"), a_document(3, "Generation lamp", popularity=1)])
    for typed, order in (("generating", [3, 2, 1]), ("generated", [3, 1, 2])):
        assert [hit.id for hit in (await index.search(NORDMARKT, Query("EUR", typed))).hits] == order, typed


async def relaxed(index: SearchIndex, typed: str, **narrowed: object) -> Found:
    choices = {key: frozenset({str(value)}) for key, value in narrowed.items()}
    return await index.search(NORDMARKT, Query("EUR", typed, choices=choices))


async def test_where_nothing_has_every_word_what_has_most_is_found_and_it_is_said_which(index):
    await put(index, [a_document(1, "Oak armchair"), a_document(2, "Oak table"), a_document(3, "Armchair, low")])
    found = await relaxed(index, "velvet oak armchair")
    assert titles(found) == ["Oak armchair"]
    assert found.relaxed == Relaxed(("oak", "armchair"), ("velvet",))
    assert (await relaxed(index, "oak armchair")).relaxed is None
    corrected = await relaxed(index, "velvet armchiar")
    assert (corrected.total, corrected.did_you_mean, corrected.relaxed) == (2, "armchair", Relaxed(("armchiar",), ("velvet",)))
    assert (await relaxed(index, "velvet xylophone")).relaxed is None


async def test_words_are_not_given_up_for_what_was_chosen(index):
    await put(index, [a_document(1, "Oak armchair", colour="red"), a_document(2, "Oak table", colour="black")])
    found = await index.search(NORDMARKT, Query("EUR", "oak armchair", choices={"attr.colour": frozenset({"black"})}))
    assert (found.total, found.relaxed) == (0, None)


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.match else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("typed", "locale", "title", "text", "marked"),
    [
        ("lamp", "en", "Brass <b>lamps</b>, two", "", ("Brass <b>[lamps]</b>, two", "")),
        ("brass lamp", "en", "Lamp", "Made of brass, by hand.\nSKU-7", ("[Lamp]", "Made of [brass], by hand.")),
        ("lan", "en", "Brass lantern", "", ("Brass [lantern]", "")),
        ("lantren", "en", "Brass lantern", "", ("Brass [lantern]", "")),
        ("creme", "en", "Crème dish", "", ("[Crème] dish", "")),
        ("1200ml", "en", "Teapot 1.2 l", "", ("Teapot [1.2] [l]", "")),
        ("tshirt", "en", "T-shirt, white", "", ("[T]-[shirt], white", "")),
        ("Schuh", "de", "Trail-Laufschuh", "", ("Trail-[Laufschuh]", "")),
    ],
)
async def test_what_was_looked_for_is_marked_in_the_title_and_else_in_the_text(index, typed, locale, title, text, marked):
    await put(index, [a_document(1, title, text=text, locale=locale)])
    [hit] = (await index.search(NORDMARKT, Query("EUR", typed, locale, marks=True))).hits
    assert (shown(hit.title), shown(hit.snippet)) == marked
    [plain] = (await index.search(NORDMARKT, Query("EUR", typed, locale))).hits
    assert (plain.title, plain.snippet) == ((), ())


async def test_of_a_long_text_only_what_is_around_the_match_is_shown(index):
    await put(index, [a_document(1, "Chair", text=f"{'a word ' * 60}velvet {'and more ' * 60}")])
    [hit] = (await index.search(NORDMARKT, Query("EUR", "velvet chair", marks=True))).hits
    text = shown(hit.snippet)
    assert "[velvet]" in text
    assert (text.startswith("… "), text.endswith(" …")) == (True, True)
    assert len(text) < 200


async def test_the_longest_query_of_compounds_with_many_near_words_is_answered(index):
    ends = ("lampe", "lampen", "lamper", "lampel", "lampem", "kampe", "rampe", "pampe", "dampe", "lumpe")
    near = [f"{chr(97 + first)}{chr(97 + second)}arbeitszimmer{end}" for first in range(4) for second in range(4) for end in ends]
    await put(index, [a_document(number, f"{word} {word}x", locale="de") for number, word in enumerate(near, start=1)])
    typed = " ".join(f"{letter}aarbeitszimmerlampf" for letter in "abcdefghijkl")
    meant = tuple(
        Synonyms((f"{letter}aarbeitszimmerlampf", *(f"synonym {letter}{number}" for number in range(50)))) for letter in "abcdefghijkl"
    )
    assert (await index.search(NORDMARKT, Query("EUR", typed, "de", synonyms=meant))).total > 0
