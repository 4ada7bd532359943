"""Files.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'parked')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_job_state_priority_next_at"), "job", ["state", "priority", "next_at"], unique=False)
    op.create_table(
        "catalog_photo",
        sa.Column("seller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.CheckConstraint("(state = 'ready') = (name <> '')", name=op.f("ck_catalog_photo_name")),
        sa.CheckConstraint("state IN ('asked', 'sent', 'ready', 'refused')", name=op.f("ck_catalog_photo_state")),
        sa.ForeignKeyConstraint(
            ["seller_id", "product_id"],
            ["catalog_product.seller_id", "catalog_product.id"],
            name=op.f("fk_catalog_photo_seller_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("seller_id", "id", name=op.f("pk_catalog_photo")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_catalog_photo_seller_id_product_id"), "catalog_photo", ["seller_id", "product_id"], unique=False)
    op.create_index(op.f("ix_catalog_photo_state_id"), "catalog_photo", ["state", "id"], unique=False)
    op.add_column("catalog_product", sa.Column("photo", sa.String(length=160), nullable=True))
