"""The rules of double entry: the chart of accounts, what a journal is, and how its leaf is computed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

import orjson


class AccountClass(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    MEMO = "memo"


@dataclass(frozen=True)
class AccountKind:
    """A line of the chart: `normal` is the side that makes it grow, `floor` the side that may not go below zero (N: either may)."""

    code: str
    name: str
    account_class: AccountClass
    normal: str
    floor: str

    @property
    def folded(self) -> bool:
        """Whether its balance moves when its block is sealed, and not with each posting: no decision waits for it, as it has no floor.

        These are the operator's own accounts, which every order would otherwise queue for.
        """
        return self.floor == "N"


def _chart() -> dict[str, AccountKind]:
    lines = (
        ("1010", "Gateway clearing", AccountClass.ASSET, "D", "N"),
        ("1020", "Bank", AccountClass.ASSET, "D", "N"),
        ("1040", "Seller receivable", AccountClass.ASSET, "D", "D"),
        ("1050", "Dispute receivable", AccountClass.ASSET, "D", "D"),
        ("2010", "Escrow", AccountClass.LIABILITY, "C", "C"),
        ("2020", "Seller payable", AccountClass.LIABILITY, "C", "C"),
        ("2021", "Seller reserve", AccountClass.LIABILITY, "C", "C"),
        ("2022", "Seller dispute hold", AccountClass.LIABILITY, "C", "C"),
        ("2030", "Tax payable", AccountClass.LIABILITY, "C", "N"),
        ("2040", "Payout clearing", AccountClass.LIABILITY, "C", "C"),
        ("2050", "Refund clearing", AccountClass.LIABILITY, "C", "C"),
        ("2060", "Customer credit", AccountClass.LIABILITY, "C", "C"),
        ("2090", "Suspense", AccountClass.LIABILITY, "C", "N"),
        ("3010", "Equity", AccountClass.EQUITY, "C", "N"),
        ("4010", "Commission", AccountClass.INCOME, "C", "N"),
        ("4011", "Commission refunded", AccountClass.INCOME, "D", "N"),
        ("4030", "Exchange differences", AccountClass.INCOME, "C", "N"),
        ("4090", "Rounding", AccountClass.INCOME, "C", "N"),
        ("5010", "Gateway fees", AccountClass.EXPENSE, "D", "N"),
        ("5020", "Goodwill", AccountClass.EXPENSE, "D", "N"),
        ("5030", "Chargeback loss", AccountClass.EXPENSE, "D", "N"),
        ("5031", "Dispute fees", AccountClass.EXPENSE, "D", "N"),
        ("5040", "Bad debt", AccountClass.EXPENSE, "D", "N"),
        ("5050", "Promotions", AccountClass.EXPENSE, "D", "N"),
        ("9010", "Authorised at the gateway", AccountClass.MEMO, "D", "N"),
        ("9020", "Authorisations, counterpart", AccountClass.MEMO, "C", "N"),
        ("9030", "Awaited past the gateway", AccountClass.MEMO, "D", "N"),
        ("9040", "Awaited, counterpart", AccountClass.MEMO, "C", "N"),
    )
    return {line[0]: AccountKind(*line) for line in lines}


CHART: Final[Mapping[str, AccountKind]] = _chart()


def kind_of(code: str) -> AccountKind:
    """The chart's line of an account code, with or without its sub-account. Raises KeyError for a code that is not in the chart."""
    return CHART[code.partition(":")[0]]


def sub_of(code: str) -> str:
    """The sub-account: a seller (`sel_…`) or a jurisdiction (`DE`); empty for the operator's own accounts."""
    return code.partition(":")[2]


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account by its place in the chart; the ledger opens it at its first use."""

    code: str
    sub: str = ""

    def __str__(self) -> str:
        return f"{self.code}:{self.sub}" if self.sub else self.code


CONVERTED: Final = "conversion"
"""The one kind of journal whose legs are in two currencies; its payload has the rate between them."""


@dataclass(frozen=True, slots=True)
class Leg:
    """`amount_minor` goes from one account's debit to another's credit; always above zero.

    In the journal's currency, unless it names another: only a conversion's legs do.
    """

    debit: AccountRef
    credit: AccountRef
    amount_minor: int
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """A movement of money to be posted once. `key` says what for (`capture:pi_…`); `payload` holds ids, never personal data."""

    tenant_id: int
    key: str
    kind: str
    currency: str
    postings: tuple[Leg, ...]
    effective_at: datetime
    actor_ref: str = "system"
    payload: Mapping[str, object] = field(default_factory=dict[str, object])
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    journal_id: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """This very movement was posted before, as this journal; nothing was written."""

    journal_id: int


def legs(*parts: tuple[AccountRef, AccountRef, int]) -> tuple[Leg, ...]:
    """The parts as legs; a part of nothing makes no posting."""
    return tuple(Leg(*part) for part in parts if part[2])


def paired(debits: Iterable[tuple[AccountRef, int]], credits_: Iterable[tuple[AccountRef, int]]) -> tuple[Leg, ...]:
    """Debits against credits of the same sum, each in its order, in as few legs as that needs."""
    found: list[Leg] = []
    left = [(account, amount) for account, amount in credits_ if amount]
    for debit, amount in debits:
        to_go = amount
        while to_go:
            credit, open_ = left[0]
            moved = min(to_go, open_)
            found.append(Leg(debit, credit, moved))
            to_go -= moved
            left[:1] = [(credit, open_ - moved)] if open_ > moved else []
    return tuple(found)


def must_be_postable(journal: Journal) -> None:
    """Raise ValueError for what no flow may ask: no leg, an amount of nothing or less, an account paying itself."""
    if not journal.postings:
        raise ValueError(f"The journal {journal.key} moves nothing; leave it out.")
    for leg in journal.postings:
        if leg.amount_minor <= 0 or leg.debit == leg.credit:
            raise ValueError(f"The journal {journal.key} has a leg that cannot be posted: {leg}.")
        if leg.currency not in ("", journal.currency) and journal.kind != CONVERTED:
            raise ValueError(f"The journal {journal.key} mixes currencies, and only a conversion ({CONVERTED}) may: {leg}.")


def key_hash(key: str) -> bytes:
    """How a key is stored: always 32 bytes, whatever its text."""
    return hashlib.sha256(key.encode()).digest()


def fingerprint_of(journal: Journal) -> bytes:
    """Equal for two journals that move the same money the same way, whenever and by whomever they are asked."""
    moves = [[str(leg.debit), str(leg.credit), leg.amount_minor, *([leg.currency] if leg.currency else [])] for leg in journal.postings]
    return hashlib.sha256(orjson.dumps([journal.tenant_id, journal.kind, journal.currency, moves, journal.reverses_id])).digest()


@dataclass(frozen=True, slots=True)
class Written:
    """A journal as it stands in the tables, with its postings as (line, debit account, credit account, amount, currency)."""

    tenant_id: int
    id: int
    shard: int
    epoch: int
    kind: str
    effective_at: datetime
    recorded_at: datetime
    reverses_id: int | None
    actor_ref: str
    payload: Mapping[str, object]
    postings: Sequence[tuple[int, int, int, int, str]]


def leaf_of(journal: Written) -> bytes:
    """The hash that seals are built from, SHA-256 over the canonical form: anyone can compute it again from the tables alone."""
    return hashlib.sha256(form_of(journal)).digest()


def form_of(journal: Written) -> bytes:
    """The canonical form of a journal.

    This JSON array, without spaces, object keys sorted, times in UTC as RFC 3339 with six fractional digits
    unless they are zero:
    [1, tenant, id, shard, epoch, kind, effective_at, recorded_at, reverses_id or null, actor_ref, payload,
     [[line, debit account, credit account, amount, currency], … ascending by line]].
    The leading 1 is the version of this form.
    """
    form = [
        1, journal.tenant_id, journal.id, journal.shard, journal.epoch, journal.kind, journal.effective_at, journal.recorded_at,
        journal.reverses_id, journal.actor_ref, journal.payload, journal.postings,
    ]  # fmt: skip
    return orjson.dumps(form, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def net_by_account(moves: Iterable[tuple[int, int, int, int]]) -> dict[tuple[int, int], dict[str, int]]:
    """What each (tenant, account) gains on either side from moves of (tenant, debit account, credit account, amount)."""
    gains: dict[tuple[int, int], dict[str, int]] = {}
    for tenant_id, debit_id, credit_id, amount in moves:
        gains.setdefault((tenant_id, debit_id), {"debit": 0, "credit": 0, "version": 1})["debit"] += amount
        gains.setdefault((tenant_id, credit_id), {"debit": 0, "credit": 0, "version": 1})["credit"] += amount
    return gains


def balance_of(normal: str, debit: int, credit: int) -> int:
    """The balance on the account's normal side; negative when it stands on the other."""
    return debit - credit if normal == "D" else credit - debit
