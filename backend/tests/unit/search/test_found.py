"""A reading without its ranks finds exactly what the reading finds, and asks for less."""

from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders.search import a_document
from velora.platform.search import Document, Synonyms
from velora.platform.search.reading import AnyOf, Begins, InOrder, Reading, Together, Way, exact
from velora.platform.search.zones import terms_in

WORDS = {
    "en": (
        "tea",
        "pot",
        "teapot",
        "t-shirt",
        "shirts",
        "5",
        "kg",
        "5kg",
        "reading",
        "read",
        "lamps",
        "lamp",
        "xm5",
        "wh-1000xm5",
        "for",
        "en",
    ),
    "de": (
        "Lauf",
        "Schuhe",
        "Laufschuh",
        "Trail-Laufschuhe",
        "Armbanduhr",
        "Uhr",
        "Kinderwagen",
        "Kind",
        "zum",
        "5",
        "kg",
        "de",
        "rot",
        "Rote",
    ),
    "fr": ("chaussures", "chaussure", "l'eau", "eau", "rouges", "rouge", "de", "course", "fr"),
    "xx": ("red", "lamp", "lamps", "5kg", "x1"),
}
MEANT = (Synonyms(("tea", "brew")), Synonyms(("uhr", "wecker", "lauf schuhe")))


def a_text(locale: str, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS[locale]), max_size=most).map(" ".join)


@st.composite
def looked_for(draw: st.DrawFn) -> tuple[str, str, Document]:
    locale = draw(st.sampled_from(sorted(WORDS)))
    document = a_document(1, draw(a_text(locale, 4)), locale=locale, text=draw(a_text(locale, 4)), colour=draw(a_text(locale, 2)) or "red")
    return draw(a_text(locale, 3)), locale, document


def is_found(reading: Reading, document: Document) -> bool:
    terms = terms_in(document)

    def by(way: Way) -> bool:
        match way:
            case AnyOf(zone, wanted, _):
                return not set(wanted).isdisjoint(terms[zone])
            case Begins(zone, letters, _):
                return any(term.startswith(letters) for term in terms[zone])
            case InOrder(zone, wanted, _, _):
                there = terms[zone]
                return any(tuple(there[place : place + len(wanted)]) == wanted for place in range(len(there)))
            case Together(parts, _):
                return all(map(by, parts))
            case _:
                raise AssertionError("exact readings have no near words")

    return all(any(map(by, meaning.ways)) for meaning in reading.meanings)


@given(looked_for())
@example(("teapot", "en", a_document(1, "tea pot")))
@example(("Laufschuh", "de", a_document(1, "Lauf Schuhe", locale="de")))
@example(("Uhr", "de", a_document(1, "Armbanduhr", locale="de")))
@example(("Kind", "de", a_document(1, "Kinderwagen", locale="de")))
def test_what_is_counted_is_what_is_found(case: tuple[str, str, Document]):
    text, locale, document = case
    reading = exact(text, locale, MEANT)
    assert is_found(reading.found(), document) == is_found(reading, document)


def test_less_is_asked_where_nothing_is_ranked():
    reading = exact("reading lamp", "en")
    assert [len(meaning.ways) for meaning in reading.meanings] == [5, 7]
    assert [len(meaning.ways) for meaning in reading.found().meanings] == [4, 5]
    assert reading.found().better == reading.found().rare == ()
