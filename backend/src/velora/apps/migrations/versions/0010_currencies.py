"""Currencies.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_price",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("variant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("compare_at_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "price_minor >= 0 AND (compare_at_minor IS NULL OR compare_at_minor > price_minor)", name=op.f("ck_catalog_price_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"],
            ["catalog_offer.tenant_id", "catalog_offer.variant_id"],
            name=op.f("fk_catalog_price_tenant_id_variant_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "variant_id", "currency", name=op.f("pk_catalog_price")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.add_column("commission_rule", sa.Column("further_fixed", sa.JSON(), nullable=True))
    op.add_column("shipping_rule", sa.Column("further", sa.JSON(), nullable=True))
    op.add_column("tenant", sa.Column("further_currencies", sa.JSON(), nullable=True))
