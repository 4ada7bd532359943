"""${message.capitalize()}.

Written by `velora db revision` from the models; then read by a person.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
from velora.apps.migrations import steps
from velora.platform.db.types import UtcTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
