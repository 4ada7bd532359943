"""What the rows of a month amount to, counted row by row: the same for the tables and for the files that were written from them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from velora.modules.ledger.policy import Written, leaf_of
from velora.modules.ledger.service import KeyRow, Neighbour, SealedBlock, Stretch

Account = tuple[int, int]  # tenant, account


@dataclass
class Tally:
    """Counts, sums and digests, in memory that grows with the number of accounts only."""

    journals: int = 0
    postings: int = 0
    keys: int = 0
    neighbours: int = 0
    blocks: int = 0
    sums: dict[str, int] = field(default_factory=dict[str, int])
    accounts: dict[Account, tuple[int, int]] = field(default_factory=dict[Account, tuple[int, int]])
    first: SealedBlock | None = None
    last: SealedBlock | None = None

    def __post_init__(self) -> None:
        self._digests = [hashlib.sha256() for _ in range(4)]

    @property
    def content(self) -> str:
        """A digest of all rows. Journals stand in it by the leaf that they have now, and so with their postings."""
        return hashlib.sha256(b"".join(one.digest() for one in self._digests)).hexdigest()

    @property
    def names(self) -> tuple[object, ...]:
        """What two tallies of the same month have in common."""
        return self.content, self.journals, self.postings, self.keys, self.neighbours, self.blocks, self.sums, self.accounts

    def add(self, stretch: Stretch) -> None:
        for journal, _ in stretch.journals:
            self.add_journal(journal)
        self.add_keys(stretch.keys)
        self.add_neighbours(stretch.neighbours)
        for block in stretch.blocks:
            self.add_block(block)

    def add_journal(self, journal: Written) -> bytes:
        """Its leaf, computed anew."""
        leaf = leaf_of(journal)
        self._digests[0].update(leaf)
        self.journals += 1
        self.postings += len(journal.postings)
        for _, debit_id, credit_id, amount, currency in journal.postings:
            self.sums[currency] = self.sums.get(currency, 0) + amount
            for account, gained, given in ((debit_id, amount, 0), (credit_id, 0, amount)):
                debit, credit = self.accounts.get((journal.tenant_id, account), (0, 0))
                self.accounts[journal.tenant_id, account] = debit + gained, credit + given
        return leaf

    def add_keys(self, keys: Iterable[KeyRow]) -> None:
        for one in keys:
            self._digests[1].update(b"%d %d " % (one.tenant_id, one.journal_id) + one.key_hash + one.fingerprint)
            self.keys += 1

    def add_neighbours(self, neighbours: Iterable[Neighbour]) -> None:
        for one in neighbours:
            self._digests[2].update(b"%d %d %d " % (one.n, one.tenant_id, one.journal_id) + one.leaf)
            self.neighbours += 1

    def add_block(self, sealed: SealedBlock) -> None:
        self._digests[3].update(sealed.block.form + sealed.block_hash + sealed.block.signature)
        self.first = self.first or sealed
        self.last = sealed
        self.blocks += 1
