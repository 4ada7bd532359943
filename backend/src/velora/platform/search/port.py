"""What a search engine does for Velora. One index holds all tenants; every read names one tenant first.

Writes become visible within a second. The index is a copy: whatever is lost is built again from the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from velora.kernel.errors import Refusal

MAX_OFFSET = 10_000
"""Nobody turns to a page behind this; engines answer deep pages slowly."""


@dataclass(unsafe_hash=True)
class SearchUnavailable(Refusal):
    code = "search.unavailable"
    status = 503
    title = "Search is not available"

    def detail(self) -> str:
        return "Search is being set up or does not answer. Browse by category meanwhile, and try again in a minute."


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One way a document can be narrowed to: `attr.colour` = `blue`, with the words that people read.

    Words are a marketplace's own; where a key or value is the product's, they are empty, and each reader's language has them.
    One that names a `currency` holds in that one alone: a size that has a price in no other.
    """

    key: str
    label: str
    value: str
    value_label: str
    parent: str = ""  # the value above it, in a facet that is a tree
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to find. `card` is stored as it is and comes back with the hit; nothing else is read from it.

    `prices` has what it costs, by currency; in any other currency it is not found.
    """

    tenant_id: int
    id: int
    locale: str
    title: str
    text: str
    facets: tuple[FacetValue, ...]
    prices: Mapping[str, int]
    created_ms: int
    popularity: int
    card: Mapping[str, Any]  # JSON


@dataclass(frozen=True, slots=True)
class Key:
    tenant_id: int
    id: int


class Sort(StrEnum):
    RELEVANCE = "relevance"  # without words: popular
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    NEWEST = "newest"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Query:
    """Words (all must match), choices per facet (any value of one facet, every facet), a price range, an order.

    Found is what has a price in `currency`; amounts are of it, and so is the order by price.

    `without` leaves out one document (a product beside its own kind).
    """

    currency: str
    text: str = ""
    locale: str = "en"
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    price_from: int | None = None
    price_to: int | None = None
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 24
    facets: tuple[str, ...] | None = None  # None: all that occur; (): none
    without: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    id: int
    card: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    value: str
    label: str
    count: int
    selected: bool
    parent: str


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts of one facet over what was found. They ignore the choice made in this same facet, so that it can be widened."""

    key: str
    label: str
    values: tuple[Value, ...]  # most frequent first, then by label


@dataclass(frozen=True, slots=True)
class Found:
    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    price_min: int | None  # over what was found, whatever price range was asked
    price_max: int | None
    did_you_mean: str | None  # set when the words as typed occur nowhere and near ones do


@dataclass(frozen=True, slots=True)
class Suggestions:
    hits: tuple[Hit, ...]
    facet_values: tuple[Value, ...]
    words: tuple[str, ...]


class SearchIndex(Protocol):
    async def ready(self) -> bool:
        """Whether the index answers. It does not when it is missing, damaged or of another shape, until a rebuild is finished."""
        ...

    async def write(self, documents: Sequence[Document], gone: Sequence[Key] = ()) -> None:
        """Each document replaces the one of its key; those of `gone` are no longer found. One bulk request, durable on return."""
        ...

    async def begin_rebuild(self) -> int:
        """A mark that tells what is written from now on apart from what was there. Reads go on meanwhile."""
        ...

    async def finish_rebuild(self, mark: int, tenant_id: int | None) -> None:
        """What was written before `mark` is gone, of one tenant or (None) of all; after a rebuild of all the index is ready."""
        ...

    async def search(self, tenant_id: int, query: Query) -> Found:
        """What this tenant has, and never another's. Raises SearchUnavailable."""
        ...

    async def suggest(self, tenant_id: int, text: str, *, currency: str, locale: str, facet: str, limit: int = 6) -> Suggestions:
        """For words still being typed, of what has a price in `currency`: documents, values of `facet`, completions.

        The likeliest first. Raises SearchUnavailable.
        """
        ...

    async def count(self, tenant_id: int) -> int:
        """How many documents this tenant has in the index."""
        ...

    async def close(self) -> None: ...
