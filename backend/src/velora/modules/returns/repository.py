"""All SQL of returns."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import func, select, tuple_

from velora.modules.returns.models import ReturnLine, ReturnRequest
from velora.modules.returns.policy import STANDING, State, Worth
from velora.platform.db import ACROSS_TENANTS, UnitOfWork

Key = tuple[int, int]
_STANDING: Final = [state.value for state in STANDING]


async def add(uow: UnitOfWork, requests: Sequence[Mapping[str, object]], lines: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(ReturnRequest, requests)
    await uow.insert(ReturnLine, lines)


async def locked(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, ReturnRequest]:
    """These returns, kept for this transaction."""
    if not keys:
        return {}
    named = tuple_(ReturnRequest.tenant_id, ReturnRequest.id).in_(sorted(keys))
    statement = select(ReturnRequest).where(named).order_by(ReturnRequest.tenant_id, ReturnRequest.id)
    return {(one.tenant_id, one.id): one for one in await uow.entities(uow.for_update(statement))}


async def of_seller_orders(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[ReturnRequest]:
    if not keys:
        return []
    named = tuple_(ReturnRequest.tenant_id, ReturnRequest.seller_order_id).in_(sorted(keys))
    return await uow.entities(select(ReturnRequest).where(named).order_by(ReturnRequest.id))


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[ReturnRequest]:
    if not keys:
        return []
    return await uow.entities(select(ReturnRequest).where(tuple_(ReturnRequest.tenant_id, ReturnRequest.id).in_(sorted(keys))))


async def one_of_seller(uow: UnitOfWork, seller_id: int, return_id: int) -> ReturnRequest | None:
    """Every state is named, as the index has them between the seller and the id."""
    named = ReturnRequest.seller_id == seller_id, ReturnRequest.state.in_([state.value for state in State]), ReturnRequest.id == return_id
    return await uow.entity(select(ReturnRequest).where(*named).execution_options(**ACROSS_TENANTS))


async def of_seller(uow: UnitOfWork, seller_id: int, *, states: Collection[str], before: int | None, limit: int) -> Sequence[ReturnRequest]:
    """The newest of each state by themselves: the index has them in that order, so the cost is that of a page."""
    found: list[ReturnRequest] = []
    for state in sorted(states):
        statement = select(ReturnRequest).where(ReturnRequest.seller_id == seller_id, ReturnRequest.state == state)
        statement = statement.where(ReturnRequest.id < before) if before is not None else statement
        found += await uow.entities(statement.order_by(ReturnRequest.id.desc()).limit(limit).execution_options(**ACROSS_TENANTS))
    return sorted(found, key=lambda one: -one.id)[:limit]


async def count_of_seller(uow: UnitOfWork, seller_id: int, state: str) -> int:
    statement = select(func.count()).select_from(ReturnRequest).where(ReturnRequest.seller_id == seller_id, ReturnRequest.state == state)
    return int(await uow.scalar(statement.execution_options(**ACROSS_TENANTS)) or 0)


async def lines_of(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, list[ReturnLine]]:
    """The lines of these (tenant, return)."""
    found: dict[Key, list[ReturnLine]] = {key: [] for key in keys}
    if keys:
        named = tuple_(ReturnLine.tenant_id, ReturnLine.return_id).in_(sorted(keys))
        for line in await uow.entities(select(ReturnLine).where(named).order_by(ReturnLine.line_id)):
            found[line.tenant_id, line.return_id].append(line)
    return found


async def standing(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Worth]:
    """What the returns that stand take of each (tenant, line) of these (tenant, seller order)."""
    if not keys:
        return {}
    rows = await uow.all(
        select(
            ReturnLine.tenant_id, ReturnLine.line_id, func.sum(ReturnLine.quantity), func.sum(ReturnLine.net_minor),
            func.sum(ReturnLine.tax_minor), func.sum(ReturnLine.commission_minor),
        )
        .join(ReturnRequest, (ReturnRequest.tenant_id == ReturnLine.tenant_id) & (ReturnRequest.id == ReturnLine.return_id))
        .where(tuple_(ReturnRequest.tenant_id, ReturnRequest.seller_order_id).in_(sorted(keys)), ReturnRequest.state.in_(_STANDING))
        .group_by(ReturnLine.tenant_id, ReturnLine.line_id)
    )  # fmt: skip
    return {(tenant_id, line_id): Worth(*(int(amount) for amount in amounts)) for tenant_id, line_id, *amounts in rows}


async def change(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(ReturnRequest, values)
