"""Webhooks.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_attempt",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("endpoint_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("request_headers", sa.JSON(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "seller_id", "endpoint_id", "event_id", "id", name=op.f("pk_webhook_attempt")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_webhook_attempt_event_id"), "webhook_attempt", ["event_id"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("endpoint_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("last_status", sa.SmallInteger(), nullable=True),
        sa.Column("last_error", sa.String(length=400), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("delivered_at", UtcTime(), nullable=True),
        sa.CheckConstraint("(state IN ('pending', 'failed')) = (next_at IS NOT NULL)", name=op.f("ck_webhook_delivery_next")),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'failed', 'given_up')", name=op.f("ck_webhook_delivery_state")),
        sa.PrimaryKeyConstraint("tenant_id", "seller_id", "endpoint_id", "event_id", name=op.f("pk_webhook_delivery")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_webhook_delivery_event_id"), "webhook_delivery", ["event_id"], unique=False)
    op.create_index(
        op.f("ix_webhook_delivery_tenant_id_seller_id_endpoint_id_next_at"),
        "webhook_delivery",
        ["tenant_id", "seller_id", "endpoint_id", "next_at"],
        unique=False,
    )
    op.create_table(
        "webhook_endpoint",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("event_types", sa.JSON(), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=60).with_variant(sa.VARBINARY(length=60), "mysql"), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(length=60).with_variant(sa.VARBINARY(length=60), "mysql"), nullable=True),
        sa.Column("old_secret_until", UtcTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcTime(), nullable=True),
        sa.Column("lane", sa.String(length=5), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", UtcTime(), nullable=False),
        sa.Column("rest_until", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("lane IN ('quick', 'slow')", name=op.f("ck_webhook_endpoint_lane")),
        sa.CheckConstraint("reason IN ('', 'asked', 'gone', 'failing')", name=op.f("ck_webhook_endpoint_reason")),
        sa.CheckConstraint("state IN ('enabled', 'disabled')", name=op.f("ck_webhook_endpoint_state")),
        sa.CheckConstraint("(tenant_id = 0) <> (seller_id = 0)", name=op.f("ck_webhook_endpoint_owner")),
        sa.PrimaryKeyConstraint("tenant_id", "seller_id", "id", name=op.f("pk_webhook_endpoint")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_webhook_endpoint_lane_state_next_at"), "webhook_endpoint", ["lane", "state", "next_at"], unique=False)
