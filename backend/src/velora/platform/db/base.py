"""What every table has in common, and who owns its rows."""

from typing import Any, Final, cast

from sqlalchemy import MetaData, Select, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from typing_extensions import TypeVarTuple

from velora.platform.db.types import BigId

Ts = TypeVarTuple("Ts")

# A statement in platform scope that means every tenant says so with `.execution_options(**ACROSS_TENANTS)`.
ACROSS_TENANTS: Final[dict[str, Any]] = {"across_tenants": True}

_EVERY_TABLE: Final[dict[str, Any]] = {
    "sqlite_strict": True,
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    # Byte by byte, as SQLite compares: the same keys are equal on both.
    "mysql_collate": "utf8mb4_0900_bin",
}


class Base(DeclarativeBase):
    """A table. `info={"append_only": True}` adds triggers that refuse changes; `info={"partition_by": "id"}` months.

    `info={"sealer": "SELECT"}` says what sealing may do with it, `retention` and `app` the same of those roles (see grants).
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    def __init_subclass__(cls, **kw: Any) -> None:
        own: Any = cls.__dict__.get("__table_args__", ())
        if not isinstance(own, declared_attr):
            parts = cast("tuple[Any, ...]", (own,) if isinstance(own, dict) else own)
            options = cast("dict[str, Any]", parts[-1] if parts and isinstance(parts[-1], dict) else {})
            cls.__table_args__ = (*(part for part in parts if part is not options), _EVERY_TABLE | options)
        super().__init_subclass__(**kw)


class TenantOwned:
    """Rows of one tenant. `tenant_id` is the first column of the primary key, so no key can cross tenants."""

    tenant_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, sort_order=-2)


class SellerOwned:
    """Rows that a seller keeps across tenants."""

    seller_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, sort_order=-2)


def table_of(model: type[Base]) -> "Table[Any]":
    """The table behind a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return cast("Table[Any]", table)


def scoped(statement: Select[*Ts], model: type[Base], tenant_id: int | None) -> Select[*Ts]:
    """The statement for one tenant, or, said aloud, for all of them. The model is the one whose rows it reads."""
    if tenant_id is None:
        return statement.execution_options(**ACROSS_TENANTS)
    return statement.where(table_of(model).c.tenant_id == tenant_id)
