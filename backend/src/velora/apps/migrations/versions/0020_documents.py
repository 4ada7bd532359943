"""What is issued of orders, and who a seller is before the law. A version without these tables goes on without issuing anything."""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_order_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", UtcTime(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note', 'return_label')", name=op.f("ck_document_kind")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_document")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_document_seller_id_id"), "document", ["seller_id", "id"], unique=False)
    op.create_index(op.f("ix_document_tenant_id_seller_order_id"), "document", ["tenant_id", "seller_order_id"], unique=False)
    op.create_index("uq_document_tenant_id_kind_subject_id", "document", ["tenant_id", "kind", "subject_id"], unique=True)
    op.create_table(
        "document_series",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "seller_id", "kind", name=op.f("pk_document_series")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
    op.create_table(
        "seller_imprint",
        sa.Column("seller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("legal_name", sa.String(length=120), nullable=False),
        sa.Column("line1", sa.String(length=120), nullable=False),
        sa.Column("line2", sa.String(length=120), nullable=False),
        sa.Column("postal_code", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("tax_number", sa.String(length=30), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name=op.f("fk_seller_imprint_seller_id")),
        sa.PrimaryKeyConstraint("seller_id", name=op.f("pk_seller_imprint")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_0900_bin",
        mysql_engine="InnoDB",
        sqlite_strict=True,
    )
