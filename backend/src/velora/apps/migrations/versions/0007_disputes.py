"""Disputes.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gateway", sa.String(length=16), nullable=False),
        sa.Column("gateway_ref", sa.String(length=64), nullable=False),
        sa.Column("charge_ref", sa.String(length=64), nullable=False),
        sa.Column("intent_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("taken_minor", sa.BigInteger(), nullable=False),
        sa.Column("covered_minor", sa.BigInteger(), nullable=False),
        sa.Column("suspended_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("late_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_back_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("answer_by", UtcTime(), nullable=True),
        sa.Column("heard_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("next_look_at", UtcTime(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_dispute_ended")),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name=op.f("ck_dispute_state")),
        sa.CheckConstraint("(intent_id IS NULL) = (order_id IS NULL)", name=op.f("ck_dispute_order")),
        sa.CheckConstraint("covered_minor >= 0 AND suspended_minor >= 0 AND covered_minor <= taken_minor", name=op.f("ck_dispute_covered")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_dispute")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_dispute_gateway_gateway_ref"), "dispute", ["gateway", "gateway_ref"], unique=False)
    op.create_index(op.f("ix_dispute_state_next_look_at"), "dispute", ["state", "next_look_at"], unique=False)
    op.create_index(op.f("ix_dispute_tenant_id_order_id"), "dispute", ["tenant_id", "order_id"], unique=False)
    op.create_index("uq_dispute_tenant_id_gateway_gateway_ref", "dispute", ["tenant_id", "gateway", "gateway_ref"], unique=True)
    op.create_table(
        "dispute_share",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dispute_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seller_order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("in_escrow", sa.Boolean(), nullable=False),
        sa.Column("payable_minor", sa.BigInteger(), nullable=False),
        sa.Column("reserve_minor", sa.BigInteger(), nullable=False),
        sa.Column("debt_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "net_minor >= 0 AND tax_minor >= 0 AND commission_minor >= 0 AND commission_minor <= net_minor",
            name=op.f("ck_dispute_share_amounts"),
        ),
        sa.CheckConstraint("payable_minor >= 0 AND reserve_minor >= 0 AND debt_minor >= 0", name=op.f("ck_dispute_share_borne")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "dispute_id"], ["dispute.tenant_id", "dispute.id"], name=op.f("fk_dispute_share_tenant_id_dispute_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "dispute_id", "seller_order_id", name=op.f("pk_dispute_share")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_dispute_share_seller_id_dispute_id"), "dispute_share", ["seller_id", "dispute_id"], unique=False)
    op.create_index(op.f("ix_dispute_share_tenant_id_seller_order_id"), "dispute_share", ["tenant_id", "seller_order_id"], unique=False)
    op.add_column("payment_intent", sa.Column("disputed_minor", sa.BigInteger(), server_default="0", nullable=False))
