"""What gateways say is heard once; a fee may be learned later; the bank's address may be long.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_inbox",
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=100), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("object_ref", sa.String(length=100), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("(outcome = 'unmatched') = (amount_minor > 0)", name=op.f("ck_gateway_inbox_amount")),
        sa.CheckConstraint("outcome IN ('told', 'unmatched', 'nothing')", name=op.f("ck_gateway_inbox_outcome")),
        sa.PrimaryKeyConstraint("gateway", "event_id", name=op.f("pk_gateway_inbox")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_gateway_inbox_outcome_received_at"), "gateway_inbox", ["outcome", "received_at"], unique=False)
    op.add_column("payment_intent", sa.Column("fee_known", sa.SmallInteger(), server_default="1", nullable=False))
    if op.get_bind().dialect.name == "mysql":  # on SQLite a text has no length
        op.alter_column(
            "payment_intent", "challenge_url", existing_type=sa.String(length=300), type_=sa.String(length=1000), existing_nullable=False
        )
