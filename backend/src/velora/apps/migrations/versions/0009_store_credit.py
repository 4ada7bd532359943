"""Store credit.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.apps.migrations import steps
from velora.platform.db.types import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_use",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("intent_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("back_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("held_at", UtcTime(), nullable=False),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.CheckConstraint("state = 'used' OR used_minor = 0", name=op.f("ck_credit_use_spent")),
        sa.CheckConstraint("state IN ('held', 'used', 'released')", name=op.f("ck_credit_use_state")),
        sa.CheckConstraint("amount_minor > 0 AND used_minor >= 0 AND used_minor <= amount_minor", name=op.f("ck_credit_use_used")),
        sa.CheckConstraint("back_minor >= 0 AND back_minor <= used_minor", name=op.f("ck_credit_use_back")),
        sa.PrimaryKeyConstraint("tenant_id", "intent_id", name=op.f("pk_credit_use")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_credit_use_tenant_id_account_id"), "credit_use", ["tenant_id", "account_id"], unique=False)
    op.create_table(
        "customer_credit",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("held_minor >= 0 AND held_minor <= balance_minor", name=op.f("ck_customer_credit_held")),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "currency", name=op.f("pk_customer_credit")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.add_column("payment_intent", sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payment_intent", sa.Column("credit_used_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payment_refund", sa.Column("from_credit_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payment_refund", sa.Column("to_credit_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payment_refund", sa.Column("credit_account_id", sa.BigInteger(), nullable=True))
    op.add_column("return_request", sa.Column("as_credit_of", sa.BigInteger(), nullable=True))
    steps.change_check(
        "suspense_case",
        "ck_suspense_case_settlement",
        before="settlement IN ('', 'give_back', 'write_off')",
        after="settlement IN ('', 'give_back', 'write_off', 'credit')",
    )
