"""The tenant guard: below the business code, so that forgetting a filter is impossible rather than forbidden."""

from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Table
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.selectable import SelectBase

from velora.platform.db.base import Base, SellerOwned, TenantOwned
from velora.platform.db.errors import UnscopedStatement

_checked: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def tenant_tables() -> frozenset[str]:
    """The names of all tables whose rows belong to one tenant."""
    return frozenset(
        table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, TenantOwned)
        for table in mapper.tables
        if isinstance(table, Table)
    )


def narrow(state: ORMExecuteState, tenant_id: int | None, seller_id: int | None) -> None:
    """Narrow the statement to the owner of the unit of work; in platform scope, refuse it unless it names the tenant."""
    statement = state.statement
    if tenant_id is not None:
        statement = statement.options(with_loader_criteria(TenantOwned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True))  # pyright: ignore
    elif not state.execution_options.get("across_tenants"):
        require_tenant(state.statement)
    if seller_id is not None:
        statement = statement.options(with_loader_criteria(SellerOwned, lambda cls: cls.seller_id == seller_id, include_aliases=True))  # pyright: ignore
    state.statement = statement


def require_tenant(statement: Any) -> None:
    """Raise UnscopedStatement when a tenant's table is read or changed without a predicate on its `tenant_id`."""
    if _checked.get(statement):
        return
    read: set[str] = set()
    named: set[str] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, Table):
            read.add(element.name)
        elif isinstance(element, BinaryExpression):
            comparison = cast("BinaryExpression[Any]", element)
            named |= {_table_name(part) for part in visitors.iterate(comparison) if isinstance(part, Column) and part.name == "tenant_id"}
    target = getattr(statement, "table", None)
    if isinstance(target, Table):
        read.add(target.name)
    if missing := sorted((read & tenant_tables()) - named):
        raise UnscopedStatement(
            f"This statement touches {', '.join(missing)} for every tenant. Open the unit of work for one tenant, compare tenant_id in the "
            "statement, or, where all tenants are meant, add .execution_options(**ACROSS_TENANTS)."
        )
    _checked[statement] = True


def _table_name(column: Any) -> str:
    """Of which table the column is; empty for one of a select within the select, whose own tables must be named there."""
    table = column.table
    while not isinstance(table, Table):
        if isinstance(table, SelectBase):
            return ""
        table = table.element
    return table.name
