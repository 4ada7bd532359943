"""The schema's history: one line of revisions, applied forward only (expand, backfill, contract).

`status` says how far a database is. `upgrading`, which only those load who need it, brings one to the newest revision and
writes the next page of the history: what the models say and the history does not.

The next page:    velora db upgrade && velora db revision -m "gift cards" && make fmt      (on MySQL, which also sees lengths)
0001 anew:        rm versions/0001_initial.py && VELORA_HOME=$(mktemp -d) velora db revision -m initial && make fmt
                  (only until the first release; from then on it stays as it is)
"""

from velora.apps.migrations.history import VERSION_TABLE, CannotUpgrade, SchemaStatus, history, import_models, status

__all__ = ["VERSION_TABLE", "CannotUpgrade", "SchemaStatus", "history", "import_models", "status"]
