"""What the embedded engine gives back: rows as hits, terms as counts; and its one writer."""

import os
import threading
import time
from typing import Any, Final, Protocol, cast

import orjson
import tantivy

from velora.platform.search.facets import MOST_VALUES, Buckets, buckets_of
from velora.platform.search.port import Hit, SearchUnavailable

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


def counted(searcher: tantivy.Searcher, query: tantivy.Query, currency: str) -> Buckets:
    """How often each facet value occurs in a currency."""
    asked = {"facets": {"terms": {"field": "facet", "size": MOST_VALUES}}}
    answer = cast("dict[str, Any]", searcher.aggregate(query, asked))  # pyright: ignore[reportUnknownMemberType] -- tantivy says dict
    return buckets_of(((str(bucket["key"]), int(bucket["doc_count"])) for bucket in answer["facets"]["buckets"]), currency)


def digest_in(row: tantivy.Document) -> str | None:
    """The digest of the document that was written; None in the row of one that is gone."""
    digest = row.get_first("digest")
    return None if digest is None else bytes(digest).decode()
