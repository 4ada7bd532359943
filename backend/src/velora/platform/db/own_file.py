"""A SQLite file of somebody's own, apart from the database: the embedded cache, the sandbox gateway's and the sandbox bank's books."""

import sqlite3
import time
from pathlib import Path
from typing import Final, Literal

_PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.02


def open_own_file(path: Path, schema: str, *, synchronous: Literal["OFF", "NORMAL", "FULL"]) -> sqlite3.Connection:
    """A connection to the file with its tables, made on first use in a folder that exists; several processes may open it at once.

    Turning a new file to WAL needs it alone and does not wait for its turn, so that is tried until it is had.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_SECONDS, check_same_thread=False)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
            connection.executescript(schema)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                connection.close()
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return connection
