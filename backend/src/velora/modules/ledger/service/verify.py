"""Doubting: the invariants that the ledger's own tables must keep. Every count must be 0."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from velora.kernel.ids import encode
from velora.modules.ledger.policy import Written, is_as_stated, key_hash, leaf_of
from velora.modules.ledger.policy.dropping import DroppedMonth
from velora.modules.ledger.policy.seals import GENESIS, MerkleRoot
from velora.modules.ledger.repository import checking, dropping, posting, reading, sealing, trees
from velora.modules.ledger.repository.sealing import AccountKey, Moved, SealedBlock
from velora.modules.ledger.service.seal import blocks
from velora.platform.db import UnitOfWork

_PAGE: Final = 1000

Progress = Callable[[str, int], None]
Verifies = Callable[[str, bytes, bytes], bool]  # key id, message, signature


@dataclass(frozen=True)
class Check:
    """One invariant by its number in the design; `count` is how often it is broken, `examples` says where."""

    number: int
    name: str
    count: int
    examples: tuple[str, ...] = ()


async def verify(
    uow: UnitOfWork, tenant_id: int | None, progress: Progress, *, verifies: Verifies | None = None, after_n: int = 0
) -> list[Check]:
    """The invariants 1 to 12, 21 and 23; reads in bounded memory.

    For one tenant without 11 and 12, because a block holds journals of all tenants. Signatures are looked at with `verifies`. Of
    journals, those in epochs after `after_n` are looked at one by one.
    """
    told: list[Check] = []
    questions: tuple[tuple[int, str, str, Callable[[UnitOfWork, int | None], Awaitable[checking.Found]]], ...] = (
        (1, "postings with no amount or one account on both sides", "jrn", checking.postings_that_move_nothing),
        (2, "journals without postings, postings without journal", "jrn", checking.journals_and_postings_apart),
        (3, "debits and credits differ", "ten", checking.sides_apart),
        (7, "a floor is broken", "lac", checking.floors_broken),
        (23, "the accounting equation does not hold", "ten", checking.equations_broken),
    )
    for number, name, prefix, question in questions:
        progress(name, 0)
        count, examples = await question(uow, tenant_id)
        told.append(Check(number, name, count, tuple(encode(prefix, one) for one in examples)))
    progress("balances", 0)
    inline, folded = (await checking.balances_unlike_postings(uow, tenant_id)).values()
    told.append(Check(5, "balance is not the sum of its postings", inline[0], tuple(encode("lac", one) for one in inline[1])))
    walk = _Walk(uow, progress, verifies, await dropping.months(uow))
    if tenant_id is None:
        await walk.through_blocks(after_n)
    else:
        await walk.through_tenant(tenant_id)
    told += await walk.checks(tenant_id, folded)
    return sorted(told, key=lambda check: check.number)


async def credited_by(uow: UnitOfWork, tenant_id: int | None, *, code: str, kind: str) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ credit − Σ debit) of what journals of this kind moved in the account with this code."""
    return await checking.credited_by(uow, tenant_id, code=code, kind=kind)


async def taken_while_owing(uow: UnitOfWork, tenant_id: int | None, *, kind: str, taken: str, owed: str) -> tuple[int, list[int]]:
    """How many journals of this kind took from somebody's account `taken` while the same one's account `owed` stood above nothing.

    In the order of the journals, with a few of them: the accounts are `2020:sel_…` and `1040:sel_…` when 2020 and 1040 are named.
    """
    return await checking.taken_while_owing(uow, tenant_id, kind=kind, taken=taken, owed=owed)


class _Rounds:
    """Between which blocks snapshots were written, and how much of that a walk has seen."""

    def __init__(self, previous: SealedBlock | None, gone_upto: int) -> None:
        self.gone_upto = gone_upto
        self.after_n = previous.round_n if previous else 0
        self.is_whole = previous is None or previous.round_n == previous.block.n
        self.from_the_start = previous is None

    @property
    def is_dropped_from(self) -> bool:
        """Whether journals of the round that ends next may have been dropped."""
        return self.after_n < self.gone_upto

    def end(self, block_n: int) -> None:
        self.after_n, self.is_whole = block_n, True


class _Tally:
    """Counts without keeping: a few examples are enough."""

    def __init__(self) -> None:
        self.count = 0
        self.examples: list[str] = []

    def add(self, *examples: str) -> None:
        for one in examples:
            self.count += 1
            if len(self.examples) < checking.EXAMPLES:
                self.examples.append(one)

    def as_check(self, number: int, name: str, prefix: str = "jrn", more: checking.Found = (0, [])) -> Check:
        examples = [*self.examples, *(encode(prefix, one) for one in more[1])][: checking.EXAMPLES]
        return Check(number, name, self.count + more[0], tuple(examples))


@dataclass
class _Epoch:
    """What was found in one epoch."""

    n: int
    tree: MerkleRoot = field(default_factory=MerkleRoot)
    sums: dict[str, int] = field(default_factory=dict[str, int])
    moved: dict[AccountKey, Moved] = field(default_factory=dict[AccountKey, Moved])
    is_bent: bool = False
    is_whole: bool = True

    def add(self, journal: Written, leaf: bytes) -> None:
        """The tree is of what the journals say now, whatever their stored leaves do."""
        mine = leaf_of(journal)
        self.is_bent |= mine != leaf
        self.tree.add(mine)
        for _, debit_id, credit_id, amount, currency in journal.postings:
            self.sums[currency] = self.sums.get(currency, 0) + amount
            for account_id, debit, credit in ((debit_id, amount, 0), (credit_id, 0, amount)):
                _add(self.moved, (journal.tenant_id, account_id), Moved(debit, credit, journal.id, journal.id))

    def add_leaf(self, leaf: bytes) -> None:
        """Of a journal that is only in its month's archive."""
        self.is_whole = False
        self.tree.add(leaf)

    def is_sealed_by(self, sealed: SealedBlock) -> bool:
        """Sums are equal where all of the journals are here, and otherwise not exceeded."""
        block = sealed.block
        fits = self.sums == dict(block.sums) if self.is_whole else all(
            total <= block.sums.get(currency, 0) for currency, total in self.sums.items()
        )  # fmt: skip
        return not self.is_bent and fits and (self.tree.root, self.tree.count) == (block.merkle_root, block.journals)


class _Runs:
    """The blocks all of whose journals were dropped, as it is said of them: the blocks must have just so many."""

    def __init__(self, dropped: Iterable[DroppedMonth]) -> None:
        self._runs = sorted(run for one in dropped for run in one.runs)
        self._place = 0
        self._count = 0

    def take(self, sealed: SealedBlock) -> tuple[bool, bool]:
        """Whether this block, in the order of the numbers, is said to be of dropped months; and whether what is said fits so far."""
        n = sealed.block.n
        while self._place < len(self._runs) and self._runs[self._place][1] < n:
            self._place, self._count = self._place + 1, 0
        if self._place == len(self._runs) or n < self._runs[self._place][0]:
            return False, True
        _, last, journals = self._runs[self._place]
        self._count += sealed.block.journals
        return True, n < last or self._count == journals


class _Walk:
    """What needs every journal in hand, once: its key, its leaf, the mirror of what it reverses, its block, its part of a snapshot.

    Journals below `border` were dropped: of them there are leaves where they share a block with others, and otherwise `dropped` says so.
    """

    def __init__(self, uow: UnitOfWork, progress: Progress, verifies: Verifies | None, dropped: Sequence[DroppedMonth]) -> None:
        self.uow = uow
        self.dropped = dropped
        self.border = max((one.below_id for one in dropped), default=0)
        self.gone_upto = max((one.last_n for one in dropped), default=0)
        self.progress = progress
        self.verifies = verifies
        self.keyless, self.twice, self.bent, self.unlike = _Tally(), _Tally(), _Tally(), _Tally()
        self.unchained, self.differing, self.misstood = _Tally(), _Tally(), _Tally()
        self.misstated = _Tally()
        self.moved: dict[AccountKey, Moved] = {}

    async def checks(self, tenant_id: int | None, folded: checking.Found) -> list[Check]:
        """What was found, together with what the database looks for itself."""
        astray = await checking.keys_without_one_journal(self.uow, tenant_id)
        foreign = await checking.postings_in_foreign_accounts(self.uow, tenant_id)
        again = await checking.reversed_twice(self.uow, tenant_id)
        found = [
            self.misstated.as_check(
                4, "posting and account differ in tenant or currency, or a conversion is not at its rate", more=foreign
            ),
            self.misstood.as_check(6, "folded balance or snapshot is not the sum of its sealed postings", "lac", folded),
            self.keyless.as_check(8, "journals without exactly one key, keys without journal", more=astray),
            self.twice.as_check(9, "one object and transition with two journals"),
            self.bent.as_check(10, "leaf is not the hash of its journal"),
            self.unlike.as_check(21, "reversed twice, or a reversal that is no mirror", more=again),
        ]
        if tenant_id is None:
            signed = "signed and chained" if self.verifies else "chained"
            found.append(self.unchained.as_check(11, f"blocks missing, or not {signed} to the one before"))
            found.append(self.differing.as_check(12, "count, sums or root of an epoch differ from its block"))
        return found

    async def through_tenant(self, tenant_id: int) -> None:
        """Every journal of one tenant."""
        after = max(self.border - 1, 0)
        while page := await reading.journal_page(self.uow, tenant_id=tenant_id, after=after, limit=_PAGE):
            await self._look(page)
            after = page[-1][0].id

    async def through_blocks(self, after_n: int) -> None:
        """Every block after this one with its journals, and then those that wait for theirs."""
        previous = await sealing.block_at(self.uow, after_n)
        runs, rounds = _Runs(self.dropped), _Rounds(previous, self.gone_upto)
        if rounds.from_the_start:
            self.moved = {key: Moved(*sums, 0, 0) for key, sums in (await dropping.sums_of_accounts(self.uow)).items()}
        epochs = self._epochs(after_n)
        epoch = await anext(epochs, None)
        async for sealed in blocks(self.uow, after_n):
            while epoch is not None and epoch.n < sealed.block.n:
                self.differing.add(f"block {epoch.n}")  # journals in an epoch whose block is gone
                self._count(epoch)
                epoch = await anext(epochs, None)
            self._chain(sealed, previous)
            mine = epoch if epoch is not None and epoch.n == sealed.block.n else None
            self._compare(sealed, mine, *runs.take(sealed))
            if mine is not None:
                self._count(mine)
            if sealed.round_n == sealed.block.n:
                await self._end_of_round(rounds, sealed.block.n)
            if mine is not None:
                epoch = await anext(epochs, None)
            previous = sealed
        while epoch is not None:
            epoch = await anext(epochs, None)
        self.differing.add(*(f"block {n}" for n in await sealing.wrongly_open(self.uow, previous.block.n if previous else 0)))

    def _compare(self, sealed: SealedBlock, epoch: _Epoch | None, is_gone: bool, fits: bool) -> None:
        holds = epoch is None and fits if is_gone else (epoch or _Epoch(sealed.block.n)).is_sealed_by(sealed)
        if not holds:
            self.differing.add(f"block {sealed.block.n}")

    def _count(self, epoch: _Epoch) -> None:
        for key, one in epoch.moved.items():
            _add(self.moved, key, one)

    def _chain(self, sealed: SealedBlock, previous: SealedBlock | None) -> None:
        block = sealed.block
        before, hash_before = (previous.block.n, previous.block_hash) if previous else (0, GENESIS)
        self.unchained.add(*(f"block {n}" for n in range(before + 1, min(block.n, before + 1 + checking.EXAMPLES))))
        is_signed = self.verifies is None or self.verifies(block.key_id, sealed.block_hash, block.signature)
        total = block.journals + (previous.total if previous else 0)
        if block.prev_hash != hash_before or block.block_hash != sealed.block_hash or not is_signed or sealed.total != total:
            self.unchained.add(f"block {block.n}")

    async def _epochs(self, after_n: int) -> AsyncGenerator[_Epoch]:
        """Each epoch that has journals or leaves, in order; every journal is looked at on the way."""
        epoch: _Epoch | None = None
        after = (after_n, 1 << 62, 0)
        while page := await trees.page(self.uow, after=after, limit=_PAGE, border=self.border):
            await self._look([(one.journal, one.stored) for one in page if one.journal])
            for one in page:
                if epoch is None or epoch.n != one.place[0]:
                    if epoch is not None:
                        yield epoch
                    epoch = _Epoch(one.place[0])
                if one.journal:
                    epoch.add(one.journal, one.stored)
                else:
                    epoch.add_leaf(one.stored)
            after = page[-1].place
        if epoch is not None:
            yield epoch

    async def _end_of_round(self, rounds: "_Rounds", block_n: int) -> None:
        """The snapshots of a round are what they must be, where all of what lies before it is known."""
        if not rounds.is_dropped_from:
            if rounds.is_whole:
                await self._stand(rounds.after_n, block_n)
        elif rounds.from_the_start:
            if block_n < rounds.gone_upto:
                rounds.end(block_n)
                return  # what was moved counts on, until a round ends behind all that was dropped
            await self._stand_behind(block_n)
        rounds.end(block_n)
        self.moved = {}

    async def _stand(self, after_n: int, block_n: int) -> None:
        """The snapshots of a round are those of the round before and what was moved since, for just the accounts that moved."""
        expected = await sealing.snapshot_rows(self.uow, self.moved, after_n=after_n, block_n=block_n)
        found = await sealing.snapshots_at(self.uow, self.moved.keys(), block_n)
        self.misstood.add(*(encode("lac", key[1]) for key in self.moved if expected[key] != found.get(key)))

    async def _stand_behind(self, block_n: int) -> None:
        """The newest snapshots of the round behind what was dropped are the sums of that and of what was moved since."""
        found = await sealing.newest_snapshots(self.uow, self.moved.keys(), block_n)
        self.misstood.add(
            *(encode("lac", key[1]) for key, one in self.moved.items() if (one.debit, one.credit) != found.get(key, (0, 0, 0))[:2])
        )

    async def _look(self, page: Sequence[tuple[Written, bytes]]) -> None:
        written = [journal for journal, _ in page]
        keys = {one.id: (one.tenant_id, key_hash(str(one.payload.get("key")))) for one in written}
        holders = await posting.keys_there(self.uow, set(keys.values()))
        for journal, leaf in page:
            holder = holders.get(keys[journal.id])
            if holder is None:
                self.keyless.add(encode("jrn", journal.id))
            elif holder.journal_id != journal.id:
                self.twice.add(encode("jrn", journal.id))
            if leaf_of(journal) != leaf:
                self.bent.add(encode("jrn", journal.id))
            if not is_as_stated(journal):
                self.misstated.add(encode("jrn", journal.id))
        self.unlike.add(*(encode("jrn", one) for one in await _no_mirrors(self.uow, written, self.border)))
        self.progress("journals", len(written))


def _add(moved: dict[AccountKey, Moved], key: AccountKey, more: Moved) -> None:
    one = moved.get(key)
    moved[key] = (
        Moved(one.debit + more.debit, one.credit + more.credit, min(one.from_id, more.from_id), max(one.upto_id, more.upto_id))
        if one
        else more
    )


async def _no_mirrors(uow: UnitOfWork, written: Collection[Written], border: int) -> list[int]:
    """Those that reverse another and are no mirror of it. Of what was dropped it is only known that it was there."""
    reversals = {(one.tenant_id, one.reverses_id): one for one in written if one.reverses_id is not None}
    gone = {(tenant_id, id_) for tenant_id, id_ in reversals if id_ < border}
    originals = {(one.tenant_id, one.id): one for one, _ in await reading.journals(uow, reversals.keys() - gone)}
    known = await dropping.keyed(uow, gone)
    return [
        journal.id
        for journal in written
        if journal.reverses_id is not None
        and (journal.tenant_id, journal.reverses_id) not in known
        and not _mirrors(journal, originals.get((journal.tenant_id, journal.reverses_id)))
    ]


def _mirrors(journal: Written, original: Written | None) -> bool:
    back = sorted((credit, debit, amount, currency) for _, debit, credit, amount, currency in journal.postings)
    return original is not None and back == sorted(
        (debit, credit, amount, currency) for _, debit, credit, amount, currency in original.postings
    )
