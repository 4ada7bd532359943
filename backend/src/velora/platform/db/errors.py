"""What the database refuses, in words that do not depend on the engine."""

from sqlalchemy.exc import DBAPIError


class DatabaseError(Exception):
    """Base of the refusals below."""


class Duplicate(DatabaseError):
    """A row with this key is there already."""


class CheckFailed(DatabaseError):
    """A CHECK constraint would no longer hold: too little stock, too little money."""


class Deadlock(DatabaseError):
    """The engine gave this transaction up for another; run it again from the start."""


class Unavailable(DatabaseError):
    """The database does not answer. Nothing was written, or it is not known whether the commit was."""


class LateRefusal(DatabaseError):
    """A write that was put off was refused. Only what cannot be refused is put off, so this is a defect, and no caller's to handle."""


class NotAllowed(DatabaseError):
    """The user lacks a right on the database; the message says which."""


class UnscopedStatement(DatabaseError):
    """A statement in platform scope reads a tenant's table without naming the tenant."""


class WrongTenant(DatabaseError):
    """A row of one tenant was about to be written in the unit of work of another."""


_MYSQL: dict[int, type[DatabaseError]] = {
    1062: Duplicate, 3819: CheckFailed, 1264: CheckFailed, 1690: CheckFailed, 1213: Deadlock, 1205: Deadlock,
    1142: NotAllowed, 1227: NotAllowed,
    2002: Unavailable, 2003: Unavailable, 2006: Unavailable, 2013: Unavailable, 2014: Unavailable, 1053: Unavailable,
    4031: Unavailable,
}  # fmt: skip
_SQLITE: tuple[tuple[str, type[DatabaseError]], ...] = (
    ("UNIQUE constraint failed", Duplicate),
    ("CHECK constraint failed", CheckFailed),
    ("database is locked", Deadlock),
)


def translated(error: DBAPIError) -> BaseException:
    """The refusal that an error of SQLAlchemy's means, or the error itself when it means none of them."""
    refusal = refusal_of(error.orig) if error.orig is not None else error
    if refusal is error.orig:
        return Unavailable(str(error.orig)) if error.connection_invalidated else error
    return refusal


def refusal_of(origin: BaseException) -> BaseException:
    """The refusal that a driver's error means, or the error itself when it means none of them."""
    arguments = origin.args
    if arguments and isinstance(arguments[0], int):
        kind = _MYSQL.get(arguments[0])
    else:
        kind = next((kind for words, kind in _SQLITE if words in str(origin)), None)
    return kind(str(arguments[-1] if arguments else origin)) if kind else origin
