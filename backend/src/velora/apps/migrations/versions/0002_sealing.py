"""Seal the ledger: epochs, blocks, snapshots, folded balances.

The tables of blocks and snapshots are made anew: nothing has ever been written into them. Every journal so far lies in epoch 1, so
the balances of the accounts that are folded from now on start at nothing and move when the first block is sealed.
"""

import sqlalchemy as sa
from alembic import op

from velora.apps.migrations import steps
from velora.platform.db.types import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_ledger_journal_shard_epoch"), "ledger_journal", ["shard", "epoch"], unique=False)
    op.drop_table("ledger_block")
    op.create_table(
        "ledger_block",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(length=32).with_variant(sa.BINARY(length=32), "mysql"), nullable=False),
        sa.Column("merkle_root", sa.LargeBinary(length=32).with_variant(sa.BINARY(length=32), "mysql"), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(length=32).with_variant(sa.BINARY(length=32), "mysql"), nullable=False),
        sa.Column("journals", sa.Integer(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("sealed_at", UtcTime(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("round_n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "n", name=op.f("pk_ledger_block")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.drop_table("ledger_snapshot")
    op.create_table(
        "ledger_snapshot",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block_n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("after_n", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("upto_id", sa.BigInteger(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "block_n", name=op.f("pk_ledger_snapshot")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO ledger_epoch (shard, n, closed) SELECT 0, 1, 0 WHERE NOT EXISTS (SELECT 1 FROM ledger_epoch)")
    op.execute("UPDATE ledger_account SET heat = 1 WHERE floor_rule = 'N'")
    op.execute("UPDATE ledger_balance SET debit = 0, credit = 0 WHERE floor = 'N'")
    steps.append_only("ledger_block", "shard", "n")
    steps.append_only("ledger_snapshot", "tenant_id", "account_id", "block_n")
