"""Who may do what in MySQL: four roles with just the rights that each needs, read off what the tables say of themselves.

The triggers of what is append-only do not fire on TRUNCATE, DROP PARTITION and EXCHANGE PARTITION; a role without DROP and ALTER
is refused these. Rights are given table by table, so that a pattern in a database's name never reaches another database.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

from velora.platform.db.base import Base
from velora.platform.db.ddl import append_only_tables
from velora.platform.db.errors import translated

APP, SEALER, RETENTION, READER = ROLES = ("app", "sealer", "retention", "reader")

_LONGEST_NAME: Final = 32  # of a role in MySQL
_DIGEST: Final = 6
# What the app role has nowhere on a table that is append-only. TRIGGER could take the triggers away.
_TOO_MUCH: Final = ("UPDATE", "DELETE", "DROP", "ALTER", "TRIGGER")
_GRANT: Final = re.compile(r"GRANT (?P<rights>.+) ON (?P<database>\*|`(?:[^`]|``)+`)\.(?P<table>\*|`(?:[^`]|``)+`) TO ")


def role_names(database: str) -> dict[str, str]:
    """The four roles by what they are for. They begin with the database's name, so that two installations on a server never meet."""
    room = _LONGEST_NAME - 1 - max(map(len, ROLES))
    if len(database) > room:
        database = f"{database[: room - 1 - _DIGEST]}_{sha256(database.encode()).hexdigest()[:_DIGEST]}"
    return {role: f"{database}_{role}" for role in ROLES}


def grants(database: str, *, read_by_all: Sequence[str] = ()) -> list[str]:
    """The statements that make the roles and give each its rights; again, they change nothing. The models must have been imported.

    `read_by_all` are tables beside the models'. A table must be there before a right on it can be given.
    """
    names = role_names(database)
    given = [
        *((table.name, rights_on(table)) for table in Base.metadata.sorted_tables),
        *((name, {READER: "SELECT"}) for name in _views()),
        *((name, dict.fromkeys(ROLES, "SELECT")) for name in read_by_all),
    ]
    return [
        *(f"CREATE ROLE IF NOT EXISTS {quoted(name)}" for name in names.values()),
        *(
            f"GRANT {rights[role]} ON {quoted(database)}.{quoted(table)} TO {quoted(names[role])}"
            for role in ROLES
            for table, rights in given
            if role in rights
        ),
    ]


def rights_on(table: Table) -> dict[str, str]:
    """What each role may do with a table; a role that is missing may do nothing.

    Rows of what is append-only are added and read. What sealing adds, nobody else does: its tables say so by `info["sealer"]`. What
    retention does beyond making months stands in `info["retention"]`, and `info["app"]` says where the application may do less.
    """
    usual = "SELECT, INSERT" if table.info.get("append_only") else "SELECT, INSERT, UPDATE, DELETE"
    rights = {APP: table.info.get("app", usual), READER: "SELECT"}
    if "sealer" in table.info:
        rights[SEALER] = table.info["sealer"]
        if "INSERT" in rights[SEALER]:
            rights[APP] = "SELECT"
    if "partition_by" in table.info:
        rights[RETENTION] = "SELECT, ALTER"
    if "retention" in table.info:
        rights[RETENTION] = table.info["retention"]
    return rights


def apply_grants(connection: Connection, statements: Iterable[str]) -> None:
    """The roles stand with their rights. Raises NotAllowed with MySQL's words for the right that this user lacks."""
    connection.execute(text("SET SESSION sql_notes = 0"))  # that a role is there already is no news
    try:
        for statement in statements:
            connection.execute(text(statement))
    except DBAPIError as error:
        raise translated(error) from error
    finally:
        connection.execute(text("SET SESSION sql_notes = 1"))


def rights_beyond_app(connection: Connection) -> list[str]:
    """What this user may do to rows that are append-only, and the app role may not. MySQL only."""
    database = str(connection.execute(text("SELECT DATABASE()")).scalar_one())
    tables = {table.name for table in append_only_tables()}
    lines = [str(line) for line in connection.execute(text("SHOW GRANTS")).scalars()]
    held = {right for line in lines for right in rights_held(line, database, tables)}
    return [right for right in _TOO_MUCH if right in held or "ALL PRIVILEGES" in held]


def quoted(name: str) -> str:
    """A name as MySQL takes it, whatever is in it."""
    return f"`{name.replace('`', '``')}`"


def rights_held(line: str, database: str, tables: set[str]) -> Iterator[str]:
    """The rights that a line of SHOW GRANTS gives on any of the tables."""
    found = _GRANT.match(line)
    if found is None or not _matches(found["database"], database):
        return
    if found["table"] == "*" or _plain(found["table"]) in tables:
        yield from (right.partition(" (")[0] for right in re.split(r", (?![^(]*\))", found["rights"]))


def _matches(pattern: str, database: str) -> bool:
    """Whether a grant on this pattern, where `_` and `%` stand for others unless escaped, reaches the database."""
    if pattern == "*":
        return True
    spelled = {"%": ".*", "_": "."}
    parts = re.findall(r"\\.|.", _plain(pattern))
    return re.fullmatch("".join(spelled.get(part) or re.escape(part[-1]) for part in parts), database) is not None


def _plain(name: str) -> str:
    return name[1:-1].replace("``", "`")


def _views() -> list[str]:
    return [view.split()[2] for table in Base.metadata.sorted_tables for view in table.info.get("views", ())]
