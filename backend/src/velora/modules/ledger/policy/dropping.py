"""What is said of a month that is dropped from the tables, so that everything after it still adds up. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import orjson

from velora.modules.ledger.policy.months import Month

# What every snapshot of a later moment has in it, whichever round it was written in.
IN_EVERY_SNAPSHOT: Final = 0

AccountRow = tuple[int, int, int, str, int, int]  # tenant, account, round, kind, debit, credit
KindRow = tuple[int, str, int]  # tenant, kind, journals
LeafRow = tuple[int, int, int, bytes]  # block, tenant, journal, leaf
Run = tuple[int, int, int]  # first block, last block, their journals


@dataclass(frozen=True, slots=True)
class DroppedMonth:
    """A month that is not in the tables any more. `content` is the digest of its Remains; sums are in minor units."""

    month: str
    shard: int
    first_id: int
    below_id: int
    journals: int
    postings: int
    sums: Mapping[str, int]
    last_n: int
    runs: Sequence[Run]
    content: bytes
    manifest_sha256: str
    place: str
    approval_id: int
    asked_by: str
    agreed_by: str
    dropped_at: datetime
    key_id: str = ""
    signature: bytes = b""

    @property
    def form(self) -> bytes:
        """What is signed: a JSON array without spaces, object keys sorted, the time in UTC. The leading 1 is the version of this form."""
        form = [
            1, self.shard, self.month, self.first_id, self.below_id, self.journals, self.postings, dict(self.sums),
            self.last_n, [list(one) for one in self.runs], self.content.hex(), self.manifest_sha256, self.place, self.approval_id,
            self.asked_by, self.agreed_by, self.dropped_at, self.key_id,
        ]  # fmt: skip
        return orjson.dumps(form, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)

    @property
    def is_a_month(self) -> bool:
        """Whether its ids are those of the month that it names."""
        named = Month.named(self.month)
        return named is not None and (named.first_id, named.below_id) == (self.first_id, self.below_id)

    def signed(self, signature: bytes) -> "DroppedMonth":
        return replace(self, signature=signature)


@dataclass
class Remains:
    """What stays of a dropped month: sums by account, round and kind, counts by kind, and the leaves that other months need."""

    accounts: dict[tuple[int, int, int, str], tuple[int, int]] = field(default_factory=dict[tuple[int, int, int, str], tuple[int, int]])
    kinds: dict[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])
    leaves: list[LeafRow] = field(default_factory=list[LeafRow])
    runs: list[Run] = field(default_factory=list[Run])

    def add_moved(self, tenant_id: int, account_id: int, round_n: int, kind: str, debit: int, credit: int) -> None:
        key = (tenant_id, account_id, round_n, kind)
        before = self.accounts.get(key, (0, 0))
        self.accounts[key] = (before[0] + debit, before[1] + credit)

    def add_whole_block(self, n: int, journals: int) -> None:
        """All journals of the block are of the month; blocks come in the order of their numbers."""
        if self.runs and self.runs[-1][1] == n - 1:
            first, _, before = self.runs.pop()
            self.runs.append((first, n, before + journals))
        else:
            self.runs.append((n, n, journals))

    @property
    def content(self) -> bytes:
        digest = RemainsDigest()
        for row in self.account_rows:
            digest.add_account(row)
        for row in self.kind_rows:
            digest.add_kind(row)
        for row in sorted(self.leaves):
            digest.add_leaf(row)
        return digest.value

    @property
    def account_rows(self) -> list[AccountRow]:
        return [(*key, *self.accounts[key]) for key in sorted(self.accounts)]

    @property
    def kind_rows(self) -> list[KindRow]:
        return [(*key, self.kinds[key]) for key in sorted(self.kinds)]


class RemainsDigest:
    """A digest of the remains of a month from their rows, each kind of row in the order of its keys."""

    def __init__(self) -> None:
        self._digests = [hashlib.sha256() for _ in range(3)]

    def add_account(self, row: AccountRow) -> None:
        self._digests[0].update(orjson.dumps(row))

    def add_kind(self, row: KindRow) -> None:
        self._digests[1].update(orjson.dumps(row))

    def add_leaf(self, row: LeafRow) -> None:
        self._digests[2].update(b"%d %d %d " % row[:3] + row[3])

    @property
    def value(self) -> bytes:
        return hashlib.sha256(b"".join(one.digest() for one in self._digests)).digest()
