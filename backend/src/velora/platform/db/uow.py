"""The unit of work: one transaction, narrowed to its tenant, with set-based writes and the events it tells."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Row, Select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql.dml import Delete, Update
from sqlalchemy.sql.selectable import TypedReturnsRows
from typing_extensions import TypeVarTuple

from velora.kernel.events import Event
from velora.kernel.ids import IdSource
from velora.platform.db import sets, wire
from velora.platform.db.base import Base, SellerOwned, TenantOwned, table_of
from velora.platform.db.errors import CheckFailed, Duplicate, LateRefusal, WrongTenant, translated
from velora.platform.db.guard import narrow, require_tenant
from velora.platform.db.lookups import lookup_of
from velora.platform.db.outbox import EVENTS, OutboxEvent
from velora.platform.db.sets import Write
from velora.platform.telemetry import metrics, tracing

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Params = Mapping[str, object]
_NONE: Params = {}
_MOMENT: Final = text("SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))")
_DETACHED: Final = {"synchronize_session": False}  # nothing that was read stays in the session


class UnitOfWork:
    """Everything one transaction may do.

    With a `tenant_id`, every statement is narrowed to that tenant and every new row is stamped with it. With a `seller_id`,
    the same holds for what sellers own. Without a tenant (platform scope) every statement on a tenant's table must name the
    tenant itself. Reads load columns or detached entities; writes are sets of rows.
    """

    def __init__(
        self, connection: AsyncConnection, *, now: datetime, new_id: IdSource, tenant_id: int | None, seller_id: int | None = None
    ) -> None:
        self.now = now
        self.new_id = new_id
        self.tenant_id = tenant_id
        self.seller_id = seller_id
        self.connection = connection
        self.woken: set[str] = set()
        self._session = AsyncSession(connection, autoflush=False, expire_on_commit=False)
        self._session.sync_session.info["scope"] = (tenant_id, seller_id)
        self._told: list[Event] = []
        self._origins = tracing.origins()
        self._waiting: list[Write] = []
        self._is_platform_on_mysql = tenant_id is None and seller_id is None and connection.dialect.name == "mysql"

    async def all(self, statement: TypedReturnsRows[*Ts], params: Params = _NONE) -> Sequence[Row[*Ts]]:
        """Every row of a select of columns. One that is kept, with a list of keys as its parameter, costs least (lookups.py)."""
        if params and self._is_platform_on_mysql and (lookup := lookup_of(statement, params, self.connection.dialect)):
            self._guard(statement)
            await self._write([])
            return cast("Sequence[Row[*Ts]]", lookup.rows(await wire.look_up(self.connection, lookup.text(params))))
        return (await self._plain(statement, params)).all()

    async def first(self, statement: TypedReturnsRows[*Ts], params: Params = _NONE) -> Row[*Ts] | None:
        """The first row, or None."""
        return (await self._plain(statement, params)).first()

    async def entities(self, statement: Select[T], params: Params = _NONE) -> Sequence[T]:
        """Every entity (or single column value) of the select, detached: changing it writes nothing."""
        found = (await self._run(statement, params)).scalars().all()
        self._session.expunge_all()  # what was read before a write must never stand for what is there after it
        return found

    async def entity(self, statement: Select[T], params: Params = _NONE) -> T | None:
        """The first entity, detached, or None."""
        found = (await self._run(statement, params)).scalars().first()
        self._session.expunge_all()
        return found

    async def scalar(self, statement: Select[T], params: Params = _NONE) -> T | None:
        """The first column of the first row, or None."""
        return (await self._run(statement, params)).scalar()

    async def moment(self) -> int:
        """Now by the database's own clock, in microseconds. What is read after it is at least as new as all that was committed before.

        SQLite's clock is that of the one machine its file lies on.
        """
        if self.connection.dialect.name != "mysql":
            return time.time_ns() // 1000
        return int((await self.connection.execute(_MOMENT)).scalar_one())

    async def change(self, statement: Update | Delete, params: Params = _NONE) -> int:
        """Run an UPDATE or DELETE; how many rows it met."""
        return (await self._plain(statement, params)).rowcount

    @staticmethod
    def for_update(statement: Select[*Ts], *, skip_locked: bool = False) -> Select[*Ts]:
        """The select, keeping its rows for this transaction. Order it by key ascending: all writers lock in one order."""
        return statement.with_for_update(skip_locked=skip_locked)

    async def insert(self, model: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
        """All the rows, or none (of more than a thousand, thousands). Stamps the owner; raises WrongTenant, Duplicate, CheckFailed."""
        await self._write(self._insertion(model, rows))

    async def add_to(self, model: type[Base], deltas: Mapping[tuple[Any, ...], Mapping[str, int]]) -> int:
        """Add to columns of many rows at once, by primary key, keys ascending; how many rows there were. Raises CheckFailed."""
        return await self._write(self._updates(model, deltas, sets.ADD))

    async def set_on(self, model: type[Base], values: Mapping[tuple[Any, ...], Mapping[str, object]]) -> int:
        """Set columns of many rows at once, by primary key, keys ascending; how many rows there were. Raises CheckFailed."""
        return await self._write(self._updates(model, values, sets.SET))

    def insert_soon(self, model: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
        """As `insert`, with this transaction's next statement: on MySQL, what was put off travels together.

        For rows that nothing can refuse any more; a refusal is a LateRefusal there, which no caller takes for its own.
        """
        self._waiting += self._insertion(model, rows)

    def set_soon(self, model: type[Base], values: Mapping[tuple[Any, ...], Mapping[str, object]]) -> None:
        """As `set_on`, with this transaction's next statement. For rows that are known to be there and ours to change."""
        self._waiting += self._updates(model, values, sets.SET)

    def add_soon(self, model: type[Base], deltas: Mapping[tuple[Any, ...], Mapping[str, int]]) -> None:
        """As `add_to`, with this transaction's next statement. For rows that are locked and have what is taken from them."""
        self._waiting += self._updates(model, deltas, sets.ADD)

    def follows(self, one: int, other: int) -> None:
        """What happens to the other here was asked for by whoever asked about the one. Matters only to who follows traces."""
        if self._origins and one in self._origins:
            self._origins = {**self._origins, other: self._origins[one]}

    def _origin(self, event: Event) -> str:
        """The trace in which it happened: of the request that asked for it, else of what runs now."""
        if self._origins:
            ids = (value for value in event.payload().values() if isinstance(value, int))
            if found := next((self._origins[one] for one in ids if one in self._origins), ""):
                return found
        return tracing.here()

    def tell(self, events: Iterable[Event]) -> None:
        """These things happened, if and only if this transaction commits."""
        self._told.extend(events)

    def wakes(self, topic: str) -> None:
        """Whoever waits for this topic looks once this transaction has committed, instead of when its interval is over. Only a hint."""
        self.woken.add(topic)

    async def finish(self) -> None:
        """Write what was told and commit."""
        if self._told:
            rows = [
                {
                    "id": self.new_id(), "tenant_id": event.tenant_id, "epoch": 1, "aggregate_type": event.aggregate,
                    "aggregate_id": event.aggregate_id, "type": event.type, "payload": event.payload(), "relayed": 0,
                    "traceparent": self._origin(event),
                }
                for event in self._told
            ]  # fmt: skip
            self.insert_soon(OutboxEvent, rows)
            self.wakes(EVENTS)
        await self._write([])
        began = time.perf_counter()
        try:
            with tracing.span("commit", "client"):
                await self.connection.commit()
        except DBAPIError as error:
            raise translated(error) from error
        metrics.commits.observe(time.perf_counter() - began)

    async def abandon(self) -> None:
        """Undo everything. Where the connection is lost the server has done so, and the caller hears what ended the transaction."""
        self._told.clear()
        self._waiting.clear()
        try:
            await self.connection.rollback()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise translated(error) from error

    def _stamped(self, model: type[Base], rows: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
        for owner, mark in ((TenantOwned, "tenant_id"), (SellerOwned, "seller_id")):
            mine = getattr(self, mark)
            if mine is None or not issubclass(model, owner):
                continue
            for row in rows:
                if row.get(mark, mine) != mine:
                    raise WrongTenant(f"A row of {model.__tablename__} names {mark} {row[mark]} in a unit of work of {mine}.")
            rows = [{**row, mark: mine} for row in rows]
        return rows

    def _insertion(self, model: type[Base], rows: Sequence[Mapping[str, object]]) -> Sequence[Write]:
        return list(sets.insertion(table_of(model), self._stamped(model, rows), self.connection.dialect)) if rows else []

    def _updates(self, model: type[Base], changes: Mapping[tuple[Any, ...], Mapping[str, Any]], how: sets.How) -> Sequence[Write]:
        table = table_of(model)
        for owner, mark in ((TenantOwned, "tenant_id"), (SellerOwned, "seller_id")):
            mine = getattr(self, mark)
            if mine is not None and issubclass(model, owner):
                place = [column.name for column in table.primary_key].index(mark)
                if any(key[place] != mine for key in changes):
                    raise WrongTenant(f"A key of {table.name} belongs to another {mark} than {mine}.")
        return list(sets.updates(table, changes, how, self.connection.dialect))

    async def _write(self, writes: Sequence[Write]) -> int:
        """Send what waits and then these; how many rows these met."""
        late, self._waiting = self._waiting, []
        if not late and not writes:
            return 0
        try:
            with tracing.span("write", "client", statements=len(late) + len(writes)):
                met = await wire.send(self.connection, [*late, *writes])
        except wire.Refused as refused:
            if refused.place < len(late) and isinstance(refused.error, Duplicate | CheckFailed):
                raise LateRefusal(str(refused.error)) from refused
            raise refused.error from refused
        return sum(met[len(late) :])

    async def _plain(self, statement: TypedReturnsRows[*Ts] | Update | Delete, params: Params) -> Any:
        """What needs no entities. In platform scope the guard has nothing to add to it, and the session's own way would only cost time."""
        if self.tenant_id is not None or self.seller_id is not None:
            return await self._run(statement, params)
        self._guard(statement)
        await self._write([])
        try:
            with tracing.span("statement", "client"):
                return await self.connection.execute(statement, params or None)
        except DBAPIError as error:
            raise translated(error) from error

    @staticmethod
    def _guard(statement: TypedReturnsRows[*Ts] | Update | Delete) -> None:
        """In platform scope a statement names its tenant, or says that it means all of them."""
        if not statement.get_execution_options().get("across_tenants"):
            require_tenant(statement)

    async def _run(self, statement: Any, params: Params) -> Any:
        await self._write([])
        try:
            with tracing.span("statement", "client"):
                return await self._session.execute(statement, params or None, execution_options=_DETACHED)
        except DBAPIError as error:
            raise translated(error) from error


def guard_every_session(state: ORMExecuteState) -> None:
    """The session hook: nothing is read or changed around the guard."""
    scope = state.session.info.get("scope")
    if scope is not None and (state.is_select or state.is_update or state.is_delete):
        narrow(state, *scope)
