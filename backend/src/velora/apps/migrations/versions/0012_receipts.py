"""Receipts.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.apps.migrations import steps
from velora.platform.db.types import UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfer",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("payee", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("approval_id", sa.BigInteger(), nullable=True),
        sa.Column("bank_ref", sa.String(length=64), nullable=False),
        sa.Column("sent_on", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("settled_by", sa.String(length=40), nullable=False),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.CheckConstraint("(state IN ('sent', 'failed')) = (settled_at IS NOT NULL)", name=op.f("ck_transfer_settled")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_transfer_amount")),
        sa.CheckConstraint("state IN ('to_make', 'awaiting_second', 'sent', 'failed')", name=op.f("ck_transfer_state")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_transfer")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_transfer_state_settled_at"), "transfer", ["state", "settled_at"], unique=False)
    op.create_index("uq_transfer_tenant_id_about", "transfer", ["tenant_id", "about"], unique=True)
    op.create_table(
        "transfer_payee",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=140), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("given_by", sa.String(length=40), nullable=False),
        sa.Column("given_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "about", name=op.f("pk_transfer_payee")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.add_column("payment_refund", sa.Column("by_transfer", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("suspense_case", sa.Column("order_id", sa.BigInteger(), nullable=True))
    op.add_column("suspense_case", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.add_column("suspense_case", sa.Column("split_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(op.f("ix_suspense_case_tenant_id_order_id"), "suspense_case", ["tenant_id", "order_id"], unique=False)
    steps.change_check("suspense_case", "ck_suspense_case_amount", before="amount_minor > 0", after="amount_minor > 0 AND split_minor >= 0")
    steps.change_check(
        "suspense_case",
        "ck_suspense_case_state",
        before="state IN ('open', 'awaiting_second', 'giving_back', 'settled')",
        after="state IN ('open', 'awaiting_second', 'kept', 'giving_back', 'settled')",
    )
    steps.change_check(
        "suspense_case",
        "ck_suspense_case_settlement",
        before="settlement IN ('', 'give_back', 'write_off', 'credit')",
        after="settlement IN ('', 'give_back', 'write_off', 'credit', 'take') AND (settlement <> 'take' OR order_id IS NOT NULL)",
    )
