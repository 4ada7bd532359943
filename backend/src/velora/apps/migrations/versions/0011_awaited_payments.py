"""Awaited payments.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_terms",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.CheckConstraint("limit_minor >= 0 AND owed_minor >= 0", name=op.f("ck_invoice_terms_amounts")),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "currency", name=op.f("pk_invoice_terms")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.add_column("orders", sa.Column("purchase_order", sa.String(length=40), server_default="", nullable=False))
    op.add_column("payment_intent", sa.Column("method", sa.String(length=16), server_default="card", nullable=False))
    op.add_column("payment_intent", sa.Column("due_at", UtcTime(), nullable=True))
    op.add_column("payment_intent", sa.Column("due_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payment_intent", sa.Column("reminded", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("tenant", sa.Column("paid_later", sa.JSON(), nullable=True))
