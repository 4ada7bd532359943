"""What is watched: the trace of an event, what was last the matter with an engine, which workers run, and webhooks counted by state."""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_event", sa.Column("traceparent", sa.String(length=55), server_default="", nullable=False))
    op.create_table(
        "engine_trouble",
        sa.Column("engine", sa.String(length=20), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("engine", name=op.f("pk_engine_trouble")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_table(
        "worker",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_webhook_delivery_state_event_id"), "webhook_delivery", ["state", "event_id"], unique=False)
