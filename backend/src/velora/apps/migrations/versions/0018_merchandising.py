"""Merchandising.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merchandising_query",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("query", sa.String(length=80), nullable=False),
        sa.Column("shown", sa.String(length=80), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.CheckConstraint("found >= 0 AND missed >= 0", name=op.f("ck_merchandising_query_counts")),
        sa.PrimaryKeyConstraint("tenant_id", "day", "query", name=op.f("pk_merchandising_query")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_merchandising_query_day"), "merchandising_query", ["day"], unique=False)
    op.create_table(
        "merchandising_rule",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("query", sa.String(length=100), nullable=False),
        sa.Column("matching", sa.String(length=10), nullable=False),
        sa.Column("pins", sa.JSON(), nullable=False),
        sa.Column("hides", sa.JSON(), nullable=False),
        sa.Column("starts_at", UtcTime(), nullable=True),
        sa.Column("ends_at", UtcTime(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.CheckConstraint("matching IN ('exact', 'contains')", name=op.f("ck_merchandising_rule_matching")),
        sa.CheckConstraint("starts_at IS NULL OR ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_merchandising_rule_ends")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchandising_rule")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_table(
        "merchandising_state",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("denied", sa.JSON(), nullable=False),
        sa.Column("denied_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_merchandising_state")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_table(
        "merchandising_synonyms",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_merchandising_synonyms")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
