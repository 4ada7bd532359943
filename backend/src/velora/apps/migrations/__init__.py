"""The schema's history: one line of revisions, applied forward only (expand, backfill, contract).

`upgrade` brings a database to the newest revision and `status` says how far it is. `new_revision` writes the next page of
the history: what the models say and the history does not.

The next page:    velora db upgrade && velora db revision -m "gift cards" && make fmt      (on MySQL, which also sees lengths)
0001 anew:        rm versions/0001_initial.py && VELORA_HOME=$(mktemp -d) velora db revision -m initial && make fmt
                  (only until the first release; from then on it stays as it is)
"""

from velora.apps.migrations.history import (
    VERSION_TABLE,
    CannotUpgrade,
    SchemaStatus,
    Upgraded,
    history,
    import_models,
    new_revision,
    status,
    upgrade,
)

__all__ = ["VERSION_TABLE", "CannotUpgrade", "SchemaStatus", "Upgraded", "history", "import_models", "new_revision", "status", "upgrade"]
