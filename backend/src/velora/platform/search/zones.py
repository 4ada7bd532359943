"""A document as the terms by which it can be found, zone by zone: for any engine."""

from velora.platform.search.language import terms_of, words_in
from velora.platform.search.port import Document, FacetValue
from velora.platform.search.reading import Zone, sold_step


def terms_in(document: Document) -> dict[str, list[str]]:
    """What words can find it: by its title, by what its properties are named, and by all of it. And how often it was sold."""
    names = "\n".join(dict.fromkeys(name for value in document.facets if (name := _name(value))))
    return {
        Zone.TITLE: terms_of(document.title, document.locale, as_title=True),
        Zone.NAMED: terms_of(names, document.locale),
        Zone.ALL: terms_of(f"{document.title}\n{names}\n{document.text}", document.locale),
        Zone.SOLD: sold_step(document.popularity),
    }


def beginnings_of(title: str) -> list[str]:
    """The words of a title, as they are compared."""
    return [word.plain for word in words_in(title)]


def _name(value: FacetValue) -> str:
    """What people call the property: its value, or the property itself where it is one that a thing has or has not.

    A seller's name is no property: it stands in the text.
    """
    if value.key in ("seller", "in_stock"):
        return ""
    return value.value_label or (value.label if value.value == "true" else "")
