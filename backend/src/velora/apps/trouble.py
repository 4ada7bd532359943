"""What is the matter, in plain words, and how to mend it."""

from typing import Final

from sqlalchemy.exc import DBAPIError

_MENDS: Final = {
    1044: "The user may not use this database: GRANT ALL ON velora.* TO 'velora'@'%'.",
    1045: "The user or its password is wrong: look at VELORA_DATABASE_URL.",
    1049: "There is no database of that name: CREATE DATABASE velora, or change the name in VELORA_DATABASE_URL.",
    1142: "The user lacks a right there: GRANT it, or run the command as a user who has it.",
    2003: "Nothing answers at that address. Is MySQL running, and are host and port in VELORA_DATABASE_URL right?",
    2005: "The host in VELORA_DATABASE_URL is not known.",
}


def with_database(error: Exception) -> tuple[str, str]:
    """What the database, or the way to it, says; and how to mend it."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    arguments = origin.args
    number = arguments[0] if arguments and isinstance(arguments[0], int) else 0
    words = str(arguments[-1] if arguments else origin).splitlines()[0]
    return words, _MENDS.get(number, "Look at VELORA_DATABASE_URL, and at the log of the database.")
