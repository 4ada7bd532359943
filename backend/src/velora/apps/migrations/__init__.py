"""The schema's history: one line of revisions, applied forward only (expand, backfill, contract).

`upgrade` brings a database to the newest revision and `status` says how far it is. `new_revision` writes the next page of
the history: what the models say and the history does not.
"""

from velora.apps.migrations.history import (
    CannotUpgrade,
    SchemaStatus,
    Upgraded,
    history,
    import_models,
    new_revision,
    status,
    upgrade,
)

__all__ = ["CannotUpgrade", "SchemaStatus", "Upgraded", "history", "import_models", "new_revision", "status", "upgrade"]
