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


# What stands for months that were dropped: only who may drop them writes it.
_OF_RETENTION: Final = {"append_only": True, "app": "SELECT", "retention": "SELECT, INSERT"}


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
        {
            "info": {"append_only": True, "partition_by": "id", "sealer": "SELECT", "retention": "SELECT, ALTER, DROP"},
            "sqlite_with_rowid": False,
        },
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
            "info": {
                "append_only": True, "partition_by": "journal_id", "sealer": "SELECT", "retention": "SELECT, ALTER, DROP",
                "views": (LEDGER_ENTRY,),
            },
            "sqlite_with_rowid": False,
        },
    )  # fmt: skip

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


class LedgerArchive(Base):
    """A month whose journals are no longer here, said once and signed: what it was, where it lies, who asked and who agreed.

    From the moment that this row stands nobody looks for the month's journals; their partitions are dropped after it. `runs` are the
    blocks all of whose journals were of the month, as [first, last, journals]; `content` is a digest of the rows of this month in the
    three tables below, which the signature covers with the rest.
    """

    __tablename__ = "ledger_archive"
    __table_args__ = ({"info": _OF_RETENTION},)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger)
    first_id: Mapped[int] = mapped_column(BigId)
    below_id: Mapped[int] = mapped_column(BigId)
    journals: Mapped[int] = mapped_column(BigId)
    postings: Mapped[int] = mapped_column(BigId)
    sums: Mapped[dict[str, int]] = mapped_column(JsonDoc)
    last_n: Mapped[int] = mapped_column(BigId)
    runs: Mapped[list[list[int]]] = mapped_column(JsonDoc)
    content: Mapped[bytes] = mapped_column(Digest)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(255))
    approval_id: Mapped[int] = mapped_column(BigId)
    asked_by: Mapped[str] = mapped_column(String(40))
    agreed_by: Mapped[str] = mapped_column(String(40))
    dropped_at: Mapped[datetime] = mapped_column(UtcTime)
    key_id: Mapped[str] = mapped_column(String(40))
    signature: Mapped[str] = mapped_column(String(128))


class LedgerArchiveAccount(TenantOwned, Base):
    """What an account moved in a dropped month by journals of one kind.

    `round_n` is 0 for what every snapshot of a later moment has in it. A span of the account's history that the end of the month
    divides has no such snapshot: what it moved until then stands by itself, with the block that closes the span.
    """

    __tablename__ = "ledger_archive_account"
    __table_args__ = ({"info": _OF_RETENTION, "sqlite_with_rowid": False},)

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    round_n: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    debit: Mapped[int] = mapped_column(Minor)
    credit: Mapped[int] = mapped_column(Minor)


class LedgerArchiveKind(TenantOwned, Base):
    """How many journals of a kind a tenant had in a dropped month."""

    __tablename__ = "ledger_archive_kind"
    __table_args__ = ({"info": _OF_RETENTION, "sqlite_with_rowid": False},)

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    journals: Mapped[int] = mapped_column(BigId)


class LedgerArchiveLeaf(TenantOwned, Base):
    """The leaf of a dropped journal whose block `n` has journals of other months too, so that their tree still leads to its root."""

    __tablename__ = "ledger_archive_leaf"
    __table_args__ = (
        Index(None, "n", "tenant_id", "journal_id"),
        {"info": _OF_RETENTION, "sqlite_with_rowid": False},
    )

    journal_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigId)
    month: Mapped[str] = mapped_column(String(7))
    leaf: Mapped[bytes] = mapped_column(Digest)


class LedgerWatch(Base):
    """When the books were doubted last, and what was found. Whoever does it next claims the row, so that one does at a time.

    `whole_at` is when every journal was looked at; `wrong` the checks that found something, as [number, name, count, examples].
    """

    __tablename__ = "ledger_watch"

    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    claimed_until: Mapped[datetime] = mapped_column(UtcTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    whole_at: Mapped[datetime | None] = mapped_column(UtcTime)
    took_ms: Mapped[int] = mapped_column(Integer)
    wrong: Mapped[list[list[object]]] = mapped_column(JsonDoc)
