"""A tenant's question to the embedded engine, and its answer."""

from dataclasses import replace

import tantivy
from tantivy import Occur

from velora.platform.search.bitmaps import Narrowed
from velora.platform.search.facets import facet_of
from velora.platform.search.marks import Marker
from velora.platform.search.port import Found, Query, Sort
from velora.platform.search.reading import Reading, exact, fuzzy
from velora.platform.search.tantivy_answers import hit_of, text_of, title_of, total_of
from velora.platform.search.tantivy_moments import Moment
from velora.platform.search.tantivy_narrowing import any_of, sold_by, within
from velora.platform.search.tantivy_pages import page, pinned
from velora.platform.search.tantivy_rows import either, keys_of
from velora.platform.search.tantivy_text import all_of, must, ranked
from velora.platform.search.words import READ_FROM, did_you_mean


class Finding:
    """What `query` asks for, of what `tenant_id` had at this moment."""

    def __init__(self, schema: tantivy.Schema, moment: Moment, tenant_id: int, query: Query) -> None:
        self._schema, self._moment, self._tenant_id, self._query = schema, moment, tenant_id, query
        self._searcher = moment.searcher
        self._sold = sold_by(schema, tenant_id, query.currency)
        self._left_out, self._pins = (keys_of(schema, tenant_id, ids) for ids in (query.left_out, query.pinned))

    def answer(self) -> Found:
        """What has all the words; or has them with a slip of the finger; or has most of them."""
        typed, locale, synonyms = self._query.text, self._query.locale, self._query.synonyms
        reading = exact(typed, locale, synonyms)
        found = self._found(reading)
        if found.total or not reading.meanings:
            return found
        near = fuzzy(typed, locale, synonyms)
        guessed = self._found(near)
        if guessed.total:
            return replace(guessed, did_you_mean=did_you_mean(typed, self._titles(near)))
        kept = self._most(near)
        if not kept:
            return found
        relaxed, fewer = near.relaxed(kept), near.of(kept)
        return replace(self._found(fewer), did_you_mean=did_you_mean(" ".join(relaxed.words), self._titles(fewer)), relaxed=relaxed)

    def _titles(self, reading: Reading) -> list[str]:
        """Of what fits these words best, whatever is chosen."""
        best = self._searcher.search(ranked(self._schema, [*self._sold, *must(self._schema, reading)], reading), limit=READ_FROM)
        return [title_of(self._searcher.doc(address)) for _, address in best.hits]

    def _most(self, reading: Reading) -> list[int]:
        """The words that what has most of them has; none where something has all of them but not what was chosen."""
        every = all_of(*self._sold, *must(self._schema, reading))
        if len(reading.meanings) < 2 or (self._query.narrows and total_of(self._searcher.search(every, 1))):
            return []
        each = must(self._schema, reading.counting())
        some = tantivy.Query.boolean_query([(Occur.Should, one) for one in each])
        for _, address in self._searcher.search(ranked(self._schema, [*self._sold, some], reading), limit=1).hits:
            this = tantivy.Query.term_query(self._schema, "key", str(self._searcher.doc(address).get_first("key")), "basic")
            return [place for place, one in enumerate(each) if total_of(self._searcher.search(all_of(this, one), limit=1))]
        return []

    def _found(self, reading: Reading) -> Found:
        query, words = self._query, must(self._schema, reading)
        by_text = query.sort is Sort.RELEVANCE and bool(words)
        counting = None if query.facets == () else self._counting(reading)
        choices = counting.telling() if counting else query.choices
        chosen = (any_of(self._schema, key, values, query.currency) for key, values in choices.items() if values)
        narrowed = [*self._sold, *chosen, *within(self._schema, query)]
        first = pinned(self._searcher, self._tenant_id, query, all_of(*narrowed, self._pins)) if self._pins else []
        others = all_of(*narrowed, *words, without=either(self._left_out, self._pins))
        if by_text:
            others = ranked(self._schema, [others], reading, query.fresh_since)
        shown, more = page(self._searcher, query, first, others, by_text=by_text)
        marker = Marker(reading, query.locale) if query.marks and words else None
        hits = tuple(marker.marked(hit_of(row), title_of(row), text_of(row)) if marker else hit_of(row) for row in shown)
        if counting is None:
            return Found(hits, len(first) + more, (), None, None, None)
        tally = counting.counted()
        facets = (facet_of(key, values, query.choices.get(key, frozenset())) for key, values in tally.values.items())
        return Found(hits, len(first) + more, tuple(sorted(facets, key=lambda facet: facet.key)), tally.low, tally.high, None)

    def _counting(self, reading: Reading) -> Narrowed:
        """Of what the words find and the pins: what counts, and tells what is still to be narrowed by."""
        moment, rows = self._moment, self._moment.there
        if reading.meanings:
            found = reading.found()
            having = all_of(*self._sold, *must(self._schema, found))
            words = self._tenant_id, self._query.currency, tuple(meaning.ways for meaning in found.meanings)
            rows = moment.there & (moment.known(words, having) | moment.rows(self._pins))
        return moment.bitmaps.narrowed(self._tenant_id, self._query, rows - moment.rows(self._left_out))
