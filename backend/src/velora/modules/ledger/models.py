"""The ledger's tables: accounts, journals of paired postings, business keys, balances, and the blocks that seal them.

`ledger_entry` is the auditors' view: one row per side of each posting.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import DDL, CheckConstraint, Index, Integer, SmallInteger, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import Base, TenantOwned
from velora.platform.db.base import table_of
from velora.platform.db.types import BigId, Digest, JsonDoc, Minor, UtcTime

CODE_LENGTH: Final = 40

LEDGER_ENTRY: Final = """
CREATE VIEW ledger_entry AS
SELECT tenant_id, journal_id, line, debit_account_id AS account_id, 'D' AS side, amount, currency FROM ledger_posting
UNION ALL
SELECT tenant_id, journal_id, line, credit_account_id AS account_id, 'C' AS side, amount, currency FROM ledger_posting
"""

# The side that must not go below zero is named in `floor`: D debit balances, C credit balances, N neither.
_FLOOR_HOLDS = "floor = 'N' OR (floor = 'C' AND credit - pending_debit >= debit) OR (floor = 'D' AND debit - pending_credit >= credit)"


class LedgerAccount(TenantOwned, Base):
    """An account of one tenant in one currency: `2010:sel_…` is what is held for that seller. `heat` 1: folded, see the chart."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", "currency"),
        CheckConstraint("normal IN ('D', 'C')", name="normal"),
        {"info": {"sealer": "SELECT"}},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    class_: Mapped[str] = mapped_column("class", String(10))
    normal: Mapped[str] = mapped_column(String(1))
    currency: Mapped[str] = mapped_column(String(3))
    floor_rule: Mapped[str] = mapped_column(String(1))
    heat: Mapped[int] = mapped_column(SmallInteger)


class LedgerJournal(TenantOwned, Base):
    """One movement of money with its reason; `leaf` is the hash of its canonical form (policy.leaf_of)."""

    __tablename__ = "ledger_journal"
    __table_args__ = (
        Index(None, "shard", "epoch"),
        {"info": {"append_only": True, "partition_by": "id", "sealer": "SELECT"}, "sqlite_with_rowid": False},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    shard: Mapped[int] = mapped_column(SmallInteger)
    epoch: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(30))
    effective_at: Mapped[datetime] = mapped_column(UtcTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcTime)
    reverses_id: Mapped[int | None] = mapped_column(BigId)
    actor_ref: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    leaf: Mapped[bytes] = mapped_column(Digest)


class LedgerPosting(TenantOwned, Base):
    """An amount from one account to another: a row that does not balance cannot be written."""

    __tablename__ = "ledger_posting"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account_id <> credit_account_id", name="sides"),
        Index(None, "debit_account_id", "journal_id"),
        Index(None, "credit_account_id", "journal_id"),
        {
            "info": {"append_only": True, "partition_by": "journal_id", "sealer": "SELECT", "views": (LEDGER_ENTRY,)},
            "sqlite_with_rowid": False,
        },
    )

    journal_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    debit_account_id: Mapped[int] = mapped_column(BigId)
    credit_account_id: Mapped[int] = mapped_column(BigId)
    amount: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))


class LedgerKey(TenantOwned, Base):
    """Business idempotency: what a journal is for, so that it is posted once. Kept as long as the journals."""

    __tablename__ = "ledger_key"
    __table_args__ = ({"info": {"append_only": True, "sealer": "SELECT"}, "sqlite_with_rowid": False},)

    key_hash: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(Digest)
    journal_id: Mapped[int] = mapped_column(BigId)


class LedgerBalance(TenantOwned, Base):
    """The running sums of an account. The database itself refuses a change that would break the floor.

    Of a folded account they are those of the sealed epochs; what was posted since is added by whoever reads.
    """

    __tablename__ = "ledger_balance"
    __table_args__ = (
        CheckConstraint("floor IN ('D', 'C', 'N')", name="floor_rule"),
        CheckConstraint(_FLOOR_HOLDS, name="floor"),
        {"info": {"sealer": "SELECT, UPDATE"}, "sqlite_with_rowid": False},
    )

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    debit: Mapped[int] = mapped_column(Minor)
    credit: Mapped[int] = mapped_column(Minor)
    pending_debit: Mapped[int] = mapped_column(Minor)
    pending_credit: Mapped[int] = mapped_column(Minor)
    version: Mapped[int] = mapped_column(BigId)
    floor: Mapped[str] = mapped_column(String(1))


class LedgerSnapshot(TenantOwned, Base):
    """What an account stood at when a block was sealed: from its postings in the epochs up to `block_n`, wherever their ids lie.

    Written in rounds for the accounts that moved since the round before, so a row also closes a span of the account's own history:
    the epochs after `after_n`, in which its first posting has the journal `from_id`. `upto_id` is the largest of all so far.
    """

    __tablename__ = "ledger_snapshot"
    __table_args__ = ({"info": {"append_only": True, "sealer": "SELECT, INSERT"}, "sqlite_with_rowid": False},)

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    block_n: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    after_n: Mapped[int] = mapped_column(BigId)
    from_id: Mapped[int] = mapped_column(BigId)
    upto_id: Mapped[int] = mapped_column(BigId)
    debit: Mapped[int] = mapped_column(Minor)
    credit: Mapped[int] = mapped_column(Minor)


class LedgerEpoch(Base):
    """A span of about a second whose journals are sealed together. There is always an open one; the first comes with the table."""

    __tablename__ = "ledger_epoch"
    __table_args__ = ({"info": {"sealer": "SELECT, INSERT, UPDATE"}},)

    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    closed: Mapped[int] = mapped_column(SmallInteger)


event.listen(table_of(LedgerEpoch), "after_create", DDL("INSERT INTO ledger_epoch (shard, n, closed) VALUES (0, 1, 0)"))


class LedgerBlock(Base):
    """A sealed epoch, chained to the one before and signed with a key that the database does not have.

    `total` counts the journals of all blocks so far; `round_n` is the newest block up to this one with which snapshots were written.
    """

    __tablename__ = "ledger_block"
    __table_args__ = ({"info": {"append_only": True, "sealer": "SELECT, INSERT"}},)

    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    prev_hash: Mapped[bytes] = mapped_column(Digest)
    merkle_root: Mapped[bytes] = mapped_column(Digest)
    block_hash: Mapped[bytes] = mapped_column(Digest)
    journals: Mapped[int] = mapped_column(Integer)
    sums: Mapped[dict[str, int]] = mapped_column(JsonDoc)
    sealed_at: Mapped[datetime] = mapped_column(UtcTime)
    key_id: Mapped[str] = mapped_column(String(40))
    signature: Mapped[str] = mapped_column(String(128))
    total: Mapped[int] = mapped_column(BigId)
    round_n: Mapped[int] = mapped_column(BigId)
