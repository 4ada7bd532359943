"""Suspense and approvals.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("open_subject", sa.String(length=141), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32).with_variant(sa.BINARY(length=32), "mysql"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("requested_by", sa.String(length=40), nullable=False),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_approval_done")),
        sa.CheckConstraint("(state IN ('requested', 'approved')) = (open_subject IS NOT NULL)", name=op.f("ck_approval_open")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'rejected', 'withdrawn', 'expired', 'done')", name=op.f("ck_approval_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'rejected', 'done') OR decided_by <> requested_by", name=op.f("ck_approval_four_eyes")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_approval")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_approval_state_expires_at"), "approval", ["state", "expires_at"], unique=False)
    op.create_index("uq_approval_tenant_id_open_subject", "approval", ["tenant_id", "open_subject"], unique=True)
    op.create_table(
        "suspense_case",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("gateway", sa.String(length=16), nullable=False),
        sa.Column("gateway_ref", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("settlement", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("approval_id", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("refund_ref", sa.String(length=64), nullable=False),
        sa.Column("refusal", sa.String(length=200), nullable=False),
        sa.Column("next_look_at", UtcTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=40), nullable=False),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (settlement = '')", name=op.f("ck_suspense_case_decided")),
        sa.CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name=op.f("ck_suspense_case_settled")),
        sa.CheckConstraint("settlement IN ('', 'give_back', 'write_off')", name=op.f("ck_suspense_case_settlement")),
        sa.CheckConstraint("state <> 'awaiting_second' OR approval_id IS NOT NULL", name=op.f("ck_suspense_case_second")),
        sa.CheckConstraint("state IN ('open', 'awaiting_second', 'giving_back', 'settled')", name=op.f("ck_suspense_case_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_suspense_case_amount")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_suspense_case")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_suspense_case_state_next_look_at"), "suspense_case", ["state", "next_look_at"], unique=False)
    op.create_index("uq_suspense_case_tenant_id_gateway_gateway_ref", "suspense_case", ["tenant_id", "gateway", "gateway_ref"], unique=True)
