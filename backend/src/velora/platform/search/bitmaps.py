"""Facets and prices as bitmaps of rows: how many of what was found have a value is how much the two have in common.

A row is one writing of a document, and what it says never changes. So bitmaps only grow, and who counts says which rows still stand:
who reads meanwhile is not disturbed. Prices are bit-sliced (O'Neil and Quass, 1997): for each binary digit the rows whose price has it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap64

from velora.platform.search.facets import Counted, buckets_of, choices, meant_by
from velora.platform.search.port import Query


def bitmap(rows: Iterable[int]) -> BitMap64:
    """These rows; in their order it is made in half the time, with the sorting."""
    return BitMap64(sorted(rows))


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted of a document: its facets as counted terms, and its prices by currency."""

    number: int
    tenant_id: int
    facets: Sequence[str]
    prices: Mapping[str, int]


class Numbers:
    """A whole number, zero or more, for each row."""

    def __init__(self, digits: Iterable[BitMap64] = ()) -> None:
        self._digits = list(digits)

    def put(self, row: int, number: int) -> None:
        while number.bit_length() > len(self._digits):
            self._digits.append(BitMap64())
        for place in range(number.bit_length()):
            if number >> place & 1:
                self._digits[place].add(row)

    def only(self, rows: BitMap64) -> "Numbers":
        return Numbers(digit & rows for digit in self._digits)

    def between(self, rows: BitMap64, low: int | None, high: int | None) -> BitMap64:
        """Those of the rows whose number is neither below `low` nor above `high`."""
        rows = rows if low is None else self._at_least(rows, low)
        return rows if high is None else rows - self._at_least(rows, high + 1)

    def least(self, rows: BitMap64) -> int | None:
        return self._last(rows, most=False)

    def most(self, rows: BitMap64) -> int | None:
        return self._last(rows, most=True)

    def _at_least(self, rows: BitMap64, number: int) -> BitMap64:
        if number <= 0:
            return rows
        if number.bit_length() > len(self._digits):
            return BitMap64()
        above, same = BitMap64(), rows
        for place in reversed(range(len(self._digits))):
            having = same & self._digits[place]
            if number >> place & 1:
                same = having
            else:
                above, same = above | having, same - having
        return above | same

    def _last(self, rows: BitMap64, *, most: bool) -> int | None:
        """Digit by digit from the highest: whoever can have the better one stays."""
        if not rows:
            return None
        number = 0
        for place in reversed(range(len(self._digits))):
            having = rows & self._digits[place]
            better = having if most else rows - having
            rows = better or rows
            number += (most if better else not most) << place
        return number


@dataclass(slots=True)
class _Tenant:
    facets: defaultdict[str, dict[str, BitMap64]] = field(default_factory=lambda: defaultdict(dict))
    """By key, then counted term."""
    choices: defaultdict[str, list[BitMap64]] = field(default_factory=lambda: defaultdict(list))
    """The same bitmaps: a value that was renamed is counted by several terms."""
    prices: defaultdict[str, Numbers] = field(default_factory=lambda: defaultdict(Numbers))
    sold: defaultdict[str, BitMap64] = field(default_factory=lambda: defaultdict(BitMap64))
    """By currency, as the prices."""

    def chosen(self, key: str, value: str, currency: str) -> BitMap64:
        """The rows with this value, as they are sold in this currency."""
        return BitMap64.union(BitMap64(), *(rows for choice in choices(key, [value], currency) for rows in self.choices.get(choice, ())))

    def counted_by(self, term: str) -> BitMap64:
        """The rows with this counted term."""
        key, choice = meant_by(term)
        terms = self.facets[key]
        if term not in terms:
            terms[term] = BitMap64()
            self.choices[choice].append(terms[term])
        return terms[term]


class Bitmaps:
    """What all rows say."""

    def __init__(self) -> None:
        self._tenants: defaultdict[int, _Tenant] = defaultdict(_Tenant)

    def add(self, rows: Iterable[Row]) -> None:
        """From now on these can be counted. Whoever counts meanwhile does not name them yet."""
        for row in rows:
            tenant = self._tenants[row.tenant_id]
            for term in row.facets:
                tenant.counted_by(term).add(row.number)
            for currency, price in row.prices.items():
                tenant.prices[currency].put(row.number, price)
                tenant.sold[currency].add(row.number)

    def only(self, rows: BitMap64) -> "Bitmaps":
        """The same without what other rows say: a copy, as these may be counted meanwhile."""
        kept = Bitmaps()
        for tenant_id, tenant in self._tenants.items():
            mine = kept._tenants[tenant_id]
            for term, each in (one for terms in tenant.facets.values() for one in terms.items()):
                if some := each & rows:
                    mine.counted_by(term).update(some)
            mine.prices.update((currency, prices.only(rows)) for currency, prices in tenant.prices.items())
            mine.sold.update((currency, sold & rows) for currency, sold in tenant.sold.items())
        return kept

    def narrowed(self, tenant_id: int, query: Query, rows: BitMap64) -> "Narrowed":
        """Of these rows what this tenant sells in the query's currency, and what of it the query narrows to."""
        return Narrowed(self._tenants.get(tenant_id) or _Tenant(), query, rows)


class Narrowed:
    """What somebody chose of some rows, with counts of what else could be chosen."""

    def __init__(self, tenant: _Tenant, query: Query, rows: BitMap64) -> None:
        self._query, self._facets = query, tenant.facets
        self._prices = tenant.prices.get(query.currency, Numbers())
        self._sold = rows & tenant.sold.get(query.currency, BitMap64())
        chosen = ((key, values) for key, values in query.choices.items() if values)
        self._having = {key: {value: self._sold & tenant.chosen(key, value, query.currency) for value in values} for key, values in chosen}
        self._chosen = {key: BitMap64.union(BitMap64(), *each.values()) for key, each in self._having.items()}

    def telling(self) -> dict[str, frozenset[str]]:
        """The query's choices, without those that all of it meets, and without values that nothing of it has."""
        return {
            key: frozenset(value for value, rows in each.items() if rows or not self._chosen[key])
            for key, each in self._having.items()
            if len(self._chosen[key]) < len(self._sold)
        }

    def counted(self) -> Counted:
        """A facet is counted as if nothing in it were chosen, and prices as if they had no limits."""
        sold = self._priced(self._sold)
        chosen = {key: self._priced(rows) for key, rows in self._chosen.items()}
        everything, unpriced = BitMap64.intersection(sold, *chosen.values()), BitMap64.intersection(self._sold, *self._chosen.values())
        counts: list[tuple[str, int]] = []
        for key, terms in tuple(self._facets.items()):  # one that is added meanwhile has nothing yet
            if self._query.facets is None or key in self._query.facets:
                others = (rows for other, rows in chosen.items() if other != key)
                mine = BitMap64.intersection(sold, *others) if key in chosen else everything
                counts.extend((term, count) for term, rows in tuple(terms.items()) if (count := mine.intersection_cardinality(rows)))
        low, high = self._prices.least(unpriced), self._prices.most(unpriced)
        return Counted(buckets_of(counts, self._query.currency), low, high)

    def _priced(self, rows: BitMap64) -> BitMap64:
        return self._prices.between(rows, self._query.price_from, self._query.price_to)
