"""Capture at shipment.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op

from velora.platform.db.types import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_intent", sa.Column("capture", sa.String(length=5), server_default="now", nullable=False))
    op.add_column("payment_intent", sa.Column("capturing_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("payment_intent", sa.Column("authorised_until", UtcTime(), nullable=True))
    op.add_column("tenant", sa.Column("charged", sa.String(length=12), server_default="at_order", nullable=False))
