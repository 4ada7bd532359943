"""What a search engine does for Velora. One index holds all tenants; every read names one tenant first.

Writes become visible within a second. The index is a copy: whatever is lost is built again from the database.

Every write has a version: a moment of the database's clock, in microseconds, taken before the facts were read. Of two writes of
one key the later version stands, whichever arrives first; so does of two that are equal the one that arrives last. What is gone
is remembered with its version (`forget_gone` ends that), so that a late writer does not bring it back.

The index is a generation, and another can be built beside it while this one answers. Whoever writes, writes to both.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

import orjson

from velora.kernel.errors import Refusal

MAX_OFFSET = 10_000
"""A page that begins behind this is only found by where the page before it ended (`after`): counting up to it is slow."""


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


def digest_of(document: Document) -> str:
    """Short for the whole document: two that differ in anything have two."""
    return hashlib.blake2b(orjson.dumps(document, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


@dataclass(frozen=True, order=True, slots=True)
class Key:
    tenant_id: int
    id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What the index holds of a key: as of which version, and the document's digest; None where it is gone."""

    version: int
    digest: str | None


class Sort(StrEnum):
    RELEVANCE = "relevance"  # without words: popular
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    NEWEST = "newest"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Words of one meaning; each entry may be several words. Typing any of `words` finds what has any other of them.

    With `to`, typing any of `words` finds what has any of `to` as well, and not the other way round.
    """

    words: tuple[str, ...]
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Words, choices per facet (any value of one facet, every facet), a price range, an order.

    All words must match. Where nothing has them all, whatever is chosen, what has most of them is found, and `relaxed` says so.

    Found is what has a price in `currency`; amounts are of it, and so is the order by price.

    `without` leaves out one document (a product beside its own kind). `synonyms` hold for this query: nothing is indexed anew for them.
    What was created since `fresh_since` stands a little higher among what the words fit equally well, as does what is sold more.

    `pins` are documents that stand first, in this order and whatever the words and the order of the others: those of them that this tenant
    sells in the currency and that meet the choices and the price range. `hides` are found by nothing, pinned or not. Both count as they are
    shown: in the total, in the facets, and on pages, where a pin stands once.
    """

    currency: str
    text: str = ""
    locale: str = "en"
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    price_from: int | None = None
    price_to: int | None = None
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    after: str = ""  # `Found.after` of the page before; with it pages follow each other however deep, whatever is written meanwhile
    limit: int = 24
    facets: tuple[str, ...] | None = None  # None: all that occur; (): none
    without: int | None = None
    synonyms: tuple[Synonyms, ...] = ()
    pins: tuple[int, ...] = ()
    hides: frozenset[int] = frozenset()
    fresh_since: int | None = None  # as `created_ms`
    marks: bool = False

    @property
    def narrows(self) -> bool:
        """Whether anything but words is asked for."""
        return any(self.choices.values()) or self.price_from is not None or self.price_to is not None

    @property
    def pinned(self) -> tuple[int, ...]:
        """The pins that may stand there at all, each once."""
        return tuple(dict.fromkeys(one for one in self.pins if one not in self.hides and one != self.without))

    @property
    def left_out(self) -> frozenset[int]:
        """The hidden, and what this is beside."""
        return self.hides if self.without is None else self.hides | {self.without}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; whether it is what was looked for."""

    text: str
    match: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """`title` in pieces and, where the title has not every word, a `snippet` of the text that has more: only where `marks` asked for it."""

    id: int
    card: Mapping[str, Any]
    title: tuple[Piece, ...] = ()
    snippet: tuple[Piece, ...] = ()


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
class Relaxed:
    """What was found has these of the typed words; nothing has the others as well."""

    words: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    price_min: int | None  # over what was found, whatever price range was asked
    price_max: int | None
    did_you_mean: str | None  # set when the words as typed occur nowhere and near ones do
    relaxed: "Relaxed | None" = None  # set when nothing has every word
    after: str = ""  # the engine's word for where the next page begins; empty where it counts up to it instead


@dataclass(frozen=True, slots=True)
class Suggestions:
    hits: tuple[Hit, ...]
    facet_values: tuple[Value, ...]
    words: tuple[str, ...]


class Stage(StrEnum):
    BUILDING = "building"  # beside the live one; searched by nobody
    LIVE = "live"
    KEPT = "kept"  # was live; can be again
    ABANDONED = "abandoned"  # never finished, or of no use to this version of Velora


@dataclass(frozen=True, slots=True)
class Notes:
    """What whoever builds a generation leaves with it, for whoever goes on.

    Moments are the database's, in microseconds. What was read before `began` does not go into a generation that is being built:
    it is read again for it anyway, and may be older than what is forgotten by then.
    """

    began: int
    done: int = 0  # listings looked at
    of: int = 0
    last: Key | None = None  # the last of them
    noted: int = 0
    published: int = 0
    behind: bool = False  # not written to while another was live: to be brought up to date
    refused: str = ""  # why it was not published

    def to_json(self) -> dict[str, Any]:
        """For the engine to keep."""
        return {name: getattr(self, name) for name in _PLAIN} | {"last": [self.last.tenant_id, self.last.id] if self.last else None}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Notes":
        """What `to_json` gave; what is missing there is as in new notes."""
        notes = replace(cls(began=0), **{name: kept[name] for name in _PLAIN if name in kept})
        return replace(notes, last=Key(*kept["last"])) if kept.get("last") else notes


_PLAIN = ("began", "done", "of", "noted", "published", "behind", "refused")


@dataclass(frozen=True, slots=True)
class Generation:
    """One index, whole or under way. Of another `shape`, only another version of Velora can use it."""

    name: str
    shape: str
    stage: Stage
    documents: int
    bytes: int
    notes: Notes


@dataclass(frozen=True, slots=True)
class About:
    """The engine itself, for `velora doctor`. `health` is `green` when all is well; `last_error` is of this process, or empty."""

    engine: str
    health: str
    last_error: str


class SearchIndex(Protocol):
    @property
    def shape(self) -> str:
        """Of the generations that this version of Velora makes and uses."""
        ...

    async def ready(self) -> bool:
        """Whether there is an index that answers: not while it is missing, damaged or of another shape.

        Raises SearchUnavailable when the engine does not answer.
        """
        ...

    async def prepare(self) -> None:
        """What the first search would have to wait for is done before it, where there is an index. Raises nothing: a search will say it."""
        ...

    async def about(self) -> About:
        """Raises SearchUnavailable when the engine does not answer."""
        ...

    # writing

    async def write(self, documents: Sequence[Document], gone: Sequence[Key] = (), *, version: int) -> None:
        """Each document replaces the one of its key; those of `gone` are no longer found. Durable on return.

        They go into the live generation and the one that is being built, which takes none from before it began. Where there is
        neither, nothing is kept: whoever builds one reads the database after that. Raises SearchUnavailable, and then the same
        must be written again.
        """
        ...

    async def refresh(self) -> None:
        """What has been written is found."""
        ...

    async def drop_older(self, tenant_id: int | None, version: int) -> None:
        """What was written at an earlier version is gone from the live generation, of one tenant or (None) of all."""
        ...

    async def forget_gone(self, version: int) -> None:
        """What is gone since before this version is no longer remembered."""
        ...

    # reading

    async def search(self, tenant_id: int, query: Query) -> Found:
        """What this tenant has, and never another's. Raises SearchUnavailable."""
        ...

    async def suggest(
        self, tenant_id: int, text: str, *, currency: str, locale: str, facet: str, limit: int = 6, synonyms: tuple[Synonyms, ...] = ()
    ) -> Suggestions:
        """For words still being typed, of what has a price in `currency`: documents, values of `facet`, completions.

        The likeliest first. Raises SearchUnavailable.
        """
        ...

    async def count(self, tenant_id: int, generation: str | None = None) -> int:
        """How many documents this tenant has in a generation (None: the live one). Raises SearchUnavailable."""
        ...

    async def kept(self, keys: Sequence[Key], generation: str | None = None) -> dict[Key, Kept]:
        """What a generation (None: the live one) holds of these keys; none of what it never heard of. Raises SearchUnavailable."""
        ...

    # generations

    async def generations(self) -> list[Generation]:
        """All that lie here, the newest first. Raises SearchUnavailable."""
        ...

    async def begin(self, notes: Notes) -> Generation:
        """The generation that is being built; a new, empty one with these notes if there is none.

        Every writer knows of it on return.
        """
        ...

    async def fill(self, generation: str, documents: Sequence[Document], gone: Sequence[Key], *, version: int) -> None:
        """As `write`, into this generation alone."""
        ...

    async def note(self, generation: str, notes: Notes) -> None:
        """These notes are kept with it."""
        ...

    async def publish(self, generation: str, notes: Notes) -> bool:
        """From now on it is the live one, at once for every reader. False when it is not being built (any more)."""
        ...

    async def restore(self, generation: str, notes: Notes) -> None:
        """One that was live is so again."""
        ...

    async def discard(self, generation: str) -> None:
        """It is removed; one that is being built is given up."""
        ...

    async def close(self) -> None: ...
