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
    op.add_column("payment_intent", sa.Column("method", sa.String(length=16), server_default="card", nullable=False))
    op.add_column("payment_intent", sa.Column("due_at", UtcTime(), nullable=True))
    op.add_column("payment_intent", sa.Column("due_minor", sa.BigInteger(), server_default="0", nullable=False))
