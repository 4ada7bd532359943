"""Column types that mean the same on MySQL and on SQLite's STRICT tables.

STRICT tables know only INTEGER, TEXT, BLOB and REAL, so every type is spelled as one of them there.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import JSON, BigInteger, Boolean, Date, Dialect, Integer, LargeBinary, SmallInteger, String, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine


def _spelled_on_sqlite(kind: type[TypeEngine[Any]], word: str) -> None:
    @compiles(kind, "sqlite")
    def spell(type_: TypeEngine[Any], compiler: object, **options: object) -> str:  # pyright: ignore[reportUnusedFunction] -- registered by the decorator
        return word


for _kind, _word in ((BigInteger, "INTEGER"), (Integer, "INTEGER"), (SmallInteger, "INTEGER"), (Boolean, "INTEGER"),
                     (String, "TEXT"), (Date, "TEXT"), (JSON, "TEXT"), (LargeBinary, "BLOB")):  # fmt: skip
    _spelled_on_sqlite(_kind, _word)


class UtcTime(TypeDecorator[datetime]):
    """An aware moment in UTC, kept to the microsecond: DATETIME(6) on MySQL, sortable ISO text on SQLite."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(mysql.DATETIME(fsp=6) if dialect.name == "mysql" else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: give an aware moment, such as uow.now.")
        return _stored(value, as_text=dialect.name != "mysql")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)


@lru_cache(maxsize=1024)
def _stored(value: datetime, *, as_text: bool) -> datetime | str:
    """The rows of one transaction share a moment, so it is turned into the driver's form once."""
    moment = value.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if as_text else moment.replace(tzinfo=None)


BigId: Final = BigInteger()
Minor: Final = BigInteger()
Flag: Final = Boolean(create_constraint=False)
JsonDoc: Final = JSON()
Digest: Final = LargeBinary(32).with_variant(mysql.BINARY(32), "mysql")


def dump_json(value: object) -> str:
    """JSON as it stands in the database: sorted keys, so that the same value is the same text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
