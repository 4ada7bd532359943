"""What a person with every right on the database can do to sealed books: each a function that does it and names the blocks it hurt.

The triggers are gone, the key is not theirs. `Books` is read before each, so that a function can choose at random and still know
what must be found.
"""

import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from velora.modules.ledger.policy import Written, leaf_of
from velora.modules.ledger.policy.seals import Block, MerkleRoot
from velora.modules.ledger.repository import reading, sealing
from velora.modules.ledger.repository.sealing import SealedBlock
from velora.platform.db import UnitOfWork

APPEND_ONLY = ("ledger_journal", "ledger_posting", "ledger_key", "ledger_block", "ledger_snapshot")
ANOTHER = 1 << 12  # added to an id: as another process would have made it


@dataclass
class Books:
    """The books as they lie there, and a hand with dice."""

    uow: UnitOfWork
    chance: random.Random
    journals: list[Written]
    blocks: list[SealedBlock]

    async def run(self, statement: str, **values: object) -> None:
        await self.uow.connection.execute(text(statement), values)

    def a_journal(self) -> Written:
        return self.chance.choice(self.journals)

    def a_block(self) -> SealedBlock:
        return self.chance.choice(self.blocks)


Tampering = Callable[[Books], Awaitable[set[int]]]


async def opened(uow: UnitOfWork, chance: random.Random) -> Books:
    page = await reading.epoch_page(uow, after=(0, 0, 0), limit=10_000)
    return Books(uow, chance, [journal for journal, _ in page], await sealing.blocks_between(uow, 0, None, limit=10_000))


async def without_triggers(connection: AsyncConnection) -> None:
    for table in APPEND_ONLY:
        for verb in ("update", "delete", "replace"):
            await connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))


async def edit_an_amount(books: Books) -> set[int]:
    one = books.a_journal()
    change = books.chance.choice((1, 100, 99_999))
    await books.run("UPDATE ledger_posting SET amount = amount + :more WHERE journal_id = :id AND line = 1", more=change, id=one.id)
    return {one.epoch}


async def edit_an_amount_and_its_balances(books: Books) -> set[int]:
    one = books.a_journal()
    _, debit, credit, _, _ = one.postings[0]
    await books.run("UPDATE ledger_posting SET amount = amount + 7 WHERE journal_id = :id AND line = 1", id=one.id)
    await books.run("UPDATE ledger_balance SET debit = debit + 7 WHERE account_id = :id", id=debit)
    await books.run("UPDATE ledger_balance SET credit = credit + 7 WHERE account_id = :id", id=credit)
    return {one.epoch}


async def move_a_posting(books: Books) -> set[int]:
    one = books.a_journal()
    accounts = {account for other in books.journals for _, debit, credit, _, _ in other.postings for account in (debit, credit)}
    other = books.chance.choice(sorted(accounts - {one.postings[0][1], one.postings[0][2]}))
    await books.run("UPDATE ledger_posting SET credit_account_id = :to WHERE journal_id = :id AND line = 1", to=other, id=one.id)
    return {one.epoch}


async def edit_a_journal(books: Books) -> set[int]:
    one = books.a_journal()
    column, value = books.chance.choice(
        (("actor_ref", "somebody else"), ("kind", "goodwill"), ("payload", '{"key": "x"}'), ("effective_at", "2020-01-01 00:00:00"))
    )
    await books.run(f"UPDATE ledger_journal SET {column} = :value WHERE id = :id", value=value, id=one.id)
    return {one.epoch}


async def edit_a_journal_with_its_leaf(books: Books) -> set[int]:
    one = books.a_journal()
    changed = replace(one, actor_ref="somebody else")
    await books.run("UPDATE ledger_journal SET actor_ref = 'somebody else', leaf = :leaf WHERE id = :id", leaf=leaf_of(changed), id=one.id)
    return {one.epoch}


async def delete_a_journal(books: Books) -> set[int]:
    one = books.a_journal()
    await _remove(books, f"= {one.id}")
    return {one.epoch}


async def delete_a_posting(books: Books) -> set[int]:
    one = books.a_journal()
    await books.run("DELETE FROM ledger_posting WHERE journal_id = :id AND line = :line", id=one.id, line=len(one.postings))
    return {one.epoch}


async def delete_an_epoch(books: Books) -> set[int]:
    n = books.a_block().block.n
    await _remove(books, f"IN ({', '.join(str(one.id) for one in books.journals if one.epoch == n)})")
    return {n}


async def delete_an_epoch_with_its_block(books: Books) -> set[int]:
    n = await delete_an_epoch(books)
    await books.run(f"DELETE FROM ledger_block WHERE n = {min(n)}")
    await books.run(f"DELETE FROM ledger_epoch WHERE n = {min(n)}")
    return n


async def delete_the_newest_block(books: Books) -> set[int]:
    n = books.blocks[-1].block.n
    await _remove(books, f"IN ({', '.join(str(one.id) for one in books.journals if one.epoch == n)})")
    for table, column in (("ledger_block", "n"), ("ledger_epoch", "n"), ("ledger_snapshot", "block_n")):
        await books.run(f"DELETE FROM {table} WHERE {column} = {n}")
    return {n}


async def delete_a_block(books: Books) -> set[int]:
    n = books.a_block().block.n
    await books.run(f"DELETE FROM ledger_block WHERE n = {n}")
    return {n}


async def swap_two_journals(books: Books) -> set[int]:
    one = books.a_journal()
    other = books.chance.choice([another for another in books.journals if another.epoch != one.epoch])
    for mine, to in ((one, other), (other, one)):
        await books.run("UPDATE ledger_journal SET epoch = :epoch WHERE id = :id", epoch=to.epoch, id=mine.id)
    return {one.epoch, other.epoch}


async def add_a_journal(books: Books) -> set[int]:
    one = books.a_journal()
    forged = replace(one, id=one.id + ANOTHER)
    columns = "tenant_id, shard, epoch, kind, effective_at, recorded_at, reverses_id, actor_ref, payload"
    await books.run(
        f"INSERT INTO ledger_journal (id, leaf, {columns}) SELECT id + {ANOTHER}, :leaf, {columns} FROM ledger_journal WHERE id = :id",
        leaf=leaf_of(forged), id=one.id,
    )  # fmt: skip
    columns = "tenant_id, line, debit_account_id, credit_account_id, amount, currency"
    await books.run(
        f"INSERT INTO ledger_posting (journal_id, {columns}) "
        f"SELECT journal_id + {ANOTHER}, {columns} FROM ledger_posting WHERE journal_id = :id",
        id=one.id,
    )
    return {one.epoch}


async def add_a_posting_without_strictness(books: Books) -> set[int]:
    """A session that has emptied its sql_mode: MySQL then takes an amount that is too large for its column, and clamps it in silence."""
    one = books.a_journal()
    is_mysql = books.uow.connection.dialect.name == "mysql"
    if is_mysql:
        await books.run("SET @strict = @@SESSION.sql_mode")
        await books.run("SET SESSION sql_mode = ''")
    columns = "tenant_id, journal_id, debit_account_id, credit_account_id, currency"
    await books.run(
        f"INSERT INTO ledger_posting (line, amount, {columns}) SELECT 9, {10**30 if is_mysql else 10**15}, {columns} FROM ledger_posting "
        "WHERE journal_id = :id AND line = 1",
        id=one.id,
    )
    if is_mysql:
        await books.run("SET SESSION sql_mode = @strict")
    return {one.epoch}


async def edit_a_block(books: Books) -> set[int]:
    n = books.a_block().block.n
    column, value = books.chance.choice(
        (
            ("journals", 99), ("sums", '{"EUR": 1}'), ("merkle_root", b"\x01" * 32), ("prev_hash", b"\x02" * 32),
            ("block_hash", b"\x03" * 32), ("signature", "00" * 64), ("key_id", "ffffffffffffffff"), ("sealed_at", "2020-01-01 00:00:00"),
            ("total", 5),
        )
    )  # fmt: skip
    await books.run(f"UPDATE ledger_block SET {column} = :value WHERE n = {n}", value=_spelled(books, column, value))
    return {n}


async def rewrite_history_without_the_key(books: Books) -> set[int]:
    """An amount, its leaf, its block's root and hash, and every block after it: all fits together, signed with a key of one's own."""
    one = books.a_journal()
    (line, debit, credit, amount, currency), *rest = one.postings
    bent = replace(one, postings=[(line, debit, credit, amount + 7, currency), *rest])
    await books.run("UPDATE ledger_posting SET amount = amount + 7 WHERE journal_id = :id AND line = :line", id=one.id, line=line)
    await books.run("UPDATE ledger_journal SET leaf = :leaf WHERE id = :id", leaf=leaf_of(bent), id=one.id)
    await books.run("UPDATE ledger_balance SET debit = debit + 7 WHERE account_id = :id", id=debit)
    await books.run("UPDATE ledger_balance SET credit = credit + 7 WHERE account_id = :id", id=credit)
    key = Ed25519PrivateKey.generate()
    before = books.blocks[one.epoch - 1].block.prev_hash
    for sealed in books.blocks[one.epoch - 1 :]:
        before = await _resealed(books, sealed, bent, before, key)
    return {one.epoch}


async def reopen_an_epoch(books: Books) -> set[int]:
    n = books.a_block().block.n
    await books.run(f"UPDATE ledger_epoch SET closed = 0 WHERE n = {n}")
    return {n}


EVERY: tuple[Tampering, ...] = (
    edit_an_amount, edit_an_amount_and_its_balances, move_a_posting, edit_a_journal, edit_a_journal_with_its_leaf, delete_a_journal,
    delete_a_posting, delete_an_epoch, delete_an_epoch_with_its_block, delete_the_newest_block, delete_a_block, swap_two_journals,
    add_a_journal, add_a_posting_without_strictness, edit_a_block, rewrite_history_without_the_key, reopen_an_epoch,
)  # fmt: skip


async def _remove(books: Books, which: str) -> None:
    """The journals with all that hangs on them, and balances that fit what is left."""
    ids = [one.id for one in books.journals if _is_meant(one.id, which)]
    for one in (one for one in books.journals if one.id in ids):
        for _, debit, credit, amount, _ in one.postings:
            await books.run("UPDATE ledger_balance SET debit = debit - :amount WHERE account_id = :id", amount=amount, id=debit)
            await books.run("UPDATE ledger_balance SET credit = credit - :amount WHERE account_id = :id", amount=amount, id=credit)
    for table, column in (("ledger_posting", "journal_id"), ("ledger_journal", "id"), ("ledger_key", "journal_id")):
        await books.run(f"DELETE FROM {table} WHERE {column} {which}")


def _is_meant(journal_id: int, which: str) -> bool:
    return str(journal_id) in which.replace("=", "").replace("IN", "").strip(" ()").replace(" ", "").split(",")


async def _resealed(books: Books, sealed: SealedBlock, bent: Written, before: bytes, key: Ed25519PrivateKey) -> bytes:
    old = sealed.block
    tree, sums = MerkleRoot(), dict(old.sums)
    for journal in books.journals:
        if journal.epoch == old.n:
            tree.add(leaf_of(bent if journal.id == bent.id else journal))
    if bent.epoch == old.n:
        sums["EUR"] += 7
    block = Block(old.shard, old.n, before, tree.root, old.journals, sums, old.sealed_at, old.key_id)
    await books.run(
        f"UPDATE ledger_block SET prev_hash = :before, merkle_root = :root, block_hash = :hash, sums = :sums, signature = :signature "
        f"WHERE n = {old.n}",
        before=before, root=tree.root, hash=block.block_hash, sums=f'{{"EUR": {sums["EUR"]}}}', signature=key.sign(block.block_hash).hex(),
    )  # fmt: skip
    return block.block_hash


def _spelled(books: Books, column: str, value: object) -> object:
    if column == "sealed_at" and books.uow.connection.dialect.name == "sqlite":
        return "2020-01-01T00:00:00.000000Z"
    return hashlib.sha256(value).digest() if isinstance(value, bytes) else value
