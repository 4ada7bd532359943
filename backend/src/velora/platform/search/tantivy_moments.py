"""An index as it is at a moment: what one commit made visible, whichever process made it."""

import threading
import time
from collections.abc import Hashable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Final, cast

import tantivy
from pyroaring import BitMap64
from tantivy import FieldType, Query

from velora.platform.search.bitmaps import Bitmaps, bitmap
from velora.platform.search.tantivy_generations import stamp_of
from velora.platform.search.tantivy_rows import counted_in
from velora.platform.search.tantivy_text import all_of

_AT_ONCE: Final = 10_000  # rows read before they are added: what is held of them meanwhile is bounded
_WORDS: Final = 256  # queries; of a million products 32 MiB at most
_LATELY: Final = 0.5  # seconds for which it may be answered from what was known then
_DEAD: Final = 4  # times as many rows as stand; from there on it is worth forgetting them


class Words:
    """The rows that words were found in, of the queries that were asked last.

    Rows never change, so who asks again has only those looked for that are new: somebody who chooses asks for the same words each time.
    """

    def __init__(self) -> None:
        self._rows: dict[Hashable, tuple[BitMap64, int]] = {}
        self._turn = threading.Lock()

    def get(self, words: Hashable) -> tuple[BitMap64, int]:
        """The rows, up to this one."""
        return self._rows.get(words, (BitMap64(), 0))

    def put(self, words: Hashable, rows: BitMap64, last: int) -> None:
        with self._turn:
            self._rows.pop(words, None)
            self._rows[words] = rows, last
            if len(self._rows) > _WORDS:
                del self._rows[next(iter(self._rows))]


@dataclass(frozen=True, slots=True)
class Moment:
    """What can be found, and, for who counts, by which rows."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher
    bitmaps: Bitmaps = field(default_factory=Bitmaps)
    words: Words = field(default_factory=Words)
    there: BitMap64 = field(default_factory=BitMap64)
    last: int = 0  # the highest row ever seen
    seen: int = 0  # how many rows the bitmaps know, whether they still stand or not

    def rows(self, query: Query | None) -> BitMap64:
        """The rows that a query finds; none for none."""
        return bitmap(self.numbers("row", self.addresses(query))) if query else BitMap64()

    def known(self, words: Hashable, query: Query) -> BitMap64:
        """The rows that a query for words finds, and maybe some that no longer stand."""
        known, last = self.words.get(words)
        if not last or last > self.last:
            known, new = BitMap64(), self.rows(query)
        else:
            new = self.rows(all_of(query, self.since(last)))
        if last < self.last:
            self.words.put(words, known | new, self.last)
        return known | new

    def since(self, row: int) -> Query:
        """What was written after this row."""
        return Query.range_query(self.schema, "row", FieldType.Unsigned, lower_bound=row + 1)

    def addresses(self, query: Query) -> list[tantivy.DocAddress]:
        """Where everything lies that a query finds."""
        return [address for _, address in self.searcher.search(query, limit=max(self.searcher.num_docs, 1), count=False).hits]

    def numbers(self, name: str, addresses: list[tantivy.DocAddress]) -> list[int]:
        """A number that every row has, of those that lie there."""
        return cast("list[int]", self.searcher.fast_field_values(name, addresses))

    def then(self, searcher: tantivy.Searcher) -> "Moment":
        """A later moment. Of many rows whose others have taken their place, those are forgotten."""
        later = replace(self, searcher=searcher)
        new = later.addresses(later.since(self.last))
        new.sort(key=lambda address: (address.segment_ord, address.doc))  # as they lie: a block of them is unpacked once
        numbers = later.numbers("row", new)
        for start in range(0, len(new), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            self.bitmaps.add(counted_in(number, searcher.doc(address)) for number, address in zip(numbers[some], new[some], strict=True))
        there = (self.there | bitmap(numbers)) - bitmap(later.numbers("instead", new))
        if len(there) != searcher.num_docs:  # some went without another instead, or came and went since the last look
            there = later.rows(Query.all_query())
        later = replace(later, there=there, last=max(numbers, default=self.last), seen=self.seen + len(new))
        if later.seen > (_DEAD + 1) * max(len(there), _AT_ONCE):
            return replace(later, bitmaps=self.bitmaps.only(there), words=Words(), seen=len(there))
        return later


class Opened:
    """An index in its folder.

    `meta` is the file that every commit replaces: while it is the same, nothing has changed. What a commit changed for who counts is read
    `aside`, so that nobody who searches waits for it.
    """

    def __init__(self, index: tantivy.Index, meta: Path, aside: Executor) -> None:
        self.index = index
        self._meta = meta
        self._aside = aside
        self._turn = threading.Lock()
        self._at: tuple[object, tantivy.Searcher] = (None, index.searcher())
        self._counted: Moment | None = None
        self._looked = -inf
        index.config_reader("manual")

    def searcher(self) -> tantivy.Searcher:
        """What is committed by now. Raises OSError when the folder is gone."""
        stamp = stamp_of(self._meta)
        if self._at[0] != stamp:
            self.index.reload()
            self._at = stamp, self.index.searcher()
        return self._at[1]

    def moment(self) -> Moment:
        """The same for who does not count."""
        return Moment(self.index.schema, self.searcher())

    def counted(self) -> Moment:
        """For who counts, what was committed half a second ago, or later. The first of all is waited for: a second for 100,000 products."""
        known = self._counted
        if known is None or time.monotonic() - self._looked > _LATELY:
            return self.look()
        if self._at[0] == stamp_of(self._meta) and self._at[1] is known.searcher:
            self._looked = time.monotonic()
        else:
            self.read_aside()
        return known

    def read_aside(self) -> None:
        """What is committed is read soon; nobody waits for it."""
        if not self._turn.locked():
            self._aside.submit(self.look)

    def look(self) -> Moment:
        """For who counts, what is committed by now: each row that is new is read."""
        with self._turn:
            began = time.monotonic()
            searcher = self.searcher()
            if self._counted is None or self._counted.searcher is not searcher:
                self._counted = (self._counted or self.moment()).then(searcher)
            self._looked = began
            return self._counted

    @property
    def is_read(self) -> bool:
        """Whether rows have been read, so that counting begins at once."""
        return self._counted is not None

    @property
    def is_there(self) -> bool:
        return self._meta.exists()

    def catch_up(self) -> None:
        """Where this process counts, it counts what is committed by now."""
        if self.is_read:
            self.look()
