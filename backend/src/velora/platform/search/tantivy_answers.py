"""What the embedded engine gives back: rows as hits, terms as counts; and its one writer."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import orjson
import tantivy

from velora.platform.search.facets import MOST_VALUES, Buckets, buckets_of
from velora.platform.search.port import Hit, SearchUnavailable
from velora.platform.search.tantivy_rows import PRICE, price_in

HEAP: Final = 64_000_000  # bytes of a writing batch
WAIT_FOR_WRITER: Final = 30.0  # seconds
_NICE: Final = 10


def writer_of(index: tantivy.Index) -> tantivy.IndexWriter:
    """The only writer of the folder; another process's batch is waited for."""
    give_up = time.monotonic() + WAIT_FOR_WRITER
    while True:
        try:
            return index.writer(HEAP, 1)
        except ValueError as error:
            if "LockBusy" not in str(error) or time.monotonic() > give_up:
                raise SearchUnavailable from error
            time.sleep(0.02)


def after_searches() -> None:
    """This thread, and whatever it starts, has the processor when nobody else wants it: who searches does not wait for who indexes."""
    if hasattr(os, "setpriority"):  # not on Windows
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


class _HasCount(Protocol):
    count: int


def total_of(result: tantivy.SearchResult) -> int:
    return cast("_HasCount", result).count  # tantivy's stubs forget this attribute


def hit_of(row: tantivy.Document) -> Hit:
    return Hit(int(row.get_first("id") or 0), orjson.loads(bytes(row.get_first("card") or b"{}")))


def title_of(row: tantivy.Document) -> str:
    return bytes(row.get_first("title") or b"").decode()


def text_of(row: tantivy.Document) -> str:
    return bytes(row.get_first("text") or b"").decode()


@dataclass(frozen=True, slots=True)
class Counted:
    values: Buckets
    low: int | None
    high: int | None


def counted(searcher: tantivy.Searcher, query: tantivy.Query, currency: str, *, prices: bool = True) -> Counted:
    """How often each facet value occurs in a currency, and what the prices in it lie between."""
    asked: dict[str, Any] = {"facets": {"terms": {"field": "facet", "size": MOST_VALUES}}}
    asked |= {PRICE: {"stats": {"field": price_in(currency)}}} if prices else {}
    answer = cast("dict[str, Any]", searcher.aggregate(query, asked))  # pyright: ignore[reportUnknownMemberType] -- tantivy says dict
    counts = ((str(bucket["key"]), int(bucket["doc_count"])) for bucket in answer["facets"]["buckets"])
    low, high = (answer[PRICE]["min"], answer[PRICE]["max"]) if prices else (None, None)
    return Counted(buckets_of(counts, currency), None if low is None else round(low), None if high is None else round(high))


def counted_at_once(
    pool: Executor, searcher: tantivy.Searcher, queries: tuple[tantivy.Query, Mapping[str, tantivy.Query], tantivy.Query], currency: str
) -> Callable[[], Counted]:
    """Counts that are under way, beside each other and whatever the caller does: tantivy holds no lock of the interpreter meanwhile.

    The counts of the first query, except of the facets that have a query of their own; and the bounds of prices in the last.
    """
    everything, apart, bounds = queries
    whole = pool.submit(counted, searcher, everything, currency)
    own = {key: pool.submit(counted, searcher, query, currency, prices=False) for key, query in apart.items()}
    within = whole if bounds is everything else pool.submit(counted, searcher, bounds, currency)

    def counts() -> Counted:
        values = {key: some for key, some in whole.result().values.items() if key not in own}
        values |= {key: one.result().values.get(key, {}) for key, one in own.items()}
        return Counted(values, within.result().low, within.result().high)

    return counts


def digest_in(row: tantivy.Document) -> str | None:
    """The digest of the document that was written; None in the row of one that is gone."""
    digest = row.get_first("digest")
    return None if digest is None else bytes(digest).decode()
