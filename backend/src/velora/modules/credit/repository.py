"""The SQL of store credit. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, func, select, tuple_

from velora.modules.credit.models import CreditUse, CustomerCredit
from velora.modules.credit.policy import Purse
from velora.platform.db import UnitOfWork, scoped

Key = tuple[int, int]


async def of_accounts(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[CustomerCredit]:
    """The credit of these (tenant, account), in every currency."""
    named = tuple_(CustomerCredit.tenant_id, CustomerCredit.account_id).in_(sorted(keys))
    return await uow.entities(select(CustomerCredit).where(named).order_by(CustomerCredit.currency)) if keys else []


async def lock(uow: UnitOfWork, purses: Collection[Purse]) -> dict[Purse, CustomerCredit]:
    """These, kept for this transaction."""
    if not purses:
        return {}
    key = (CustomerCredit.tenant_id, CustomerCredit.account_id, CustomerCredit.currency)
    statement = select(CustomerCredit).where(tuple_(*key).in_(sorted(purses))).order_by(*key)
    return {(one.tenant_id, one.account_id, one.currency): one for one in await uow.entities(uow.for_update(statement))}


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(CustomerCredit, rows)


async def add_to(uow: UnitOfWork, deltas: Mapping[Purse, Mapping[str, int]]) -> None:
    if deltas:
        await uow.add_to(CustomerCredit, deltas)


def add_uses(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    uow.insert_soon(CreditUse, rows)


async def uses(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[CreditUse]:
    return await uow.entities(select(CreditUse).where(_named(keys))) if keys else []


async def lock_uses(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, CreditUse]:
    """The uses under these (tenant, intent), kept for this transaction."""
    if not keys:
        return {}
    statement = select(CreditUse).where(_named(keys)).order_by(CreditUse.tenant_id, CreditUse.intent_id)
    return {(one.tenant_id, one.intent_id): one for one in await uow.entities(uow.for_update(statement))}


async def set_uses(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(CreditUse, values)


async def add_to_uses(uow: UnitOfWork, deltas: Mapping[Key, Mapping[str, int]]) -> None:
    if deltas:
        await uow.add_to(CreditUse, deltas)


async def after(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> Sequence[CustomerCredit]:
    """A tenant's credits, all currencies of an account together, after this account."""
    statement = select(CustomerCredit).where(CustomerCredit.tenant_id == tenant_id, CustomerCredit.account_id > after)
    return await uow.entities(statement.order_by(CustomerCredit.account_id, CustomerCredit.currency).limit(limit))


async def held_of(uow: UnitOfWork, keys: Collection[Key]) -> dict[Purse, int]:
    """What waits for unpaid orders of these (tenant, account), by purse."""
    if not keys:
        return {}
    purse = (CreditUse.tenant_id, CreditUse.account_id, CreditUse.currency)
    statement = select(*purse, func.sum(CreditUse.amount_minor)).where(
        tuple_(CreditUse.tenant_id, CreditUse.account_id).in_(sorted(keys)), CreditUse.state == "held"
    )
    return {(tenant, account, currency): int(total) for tenant, account, currency, total in await uow.all(statement.group_by(*purse))}


async def use_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int, int, int]]:
    """(tenant, currency, Σ held, Σ used, Σ gone back) of all uses."""
    place = (CreditUse.tenant_id, CreditUse.currency, CreditUse.state)
    statement = select(*place, func.sum(CreditUse.amount_minor), func.sum(CreditUse.used_minor), func.sum(CreditUse.back_minor))
    statement = statement.group_by(*place)
    found: dict[tuple[int, str], tuple[int, int, int]] = {}
    for tenant, currency, state, amount, used, back in await uow.all(scoped(statement, CreditUse, tenant_id)):
        held, spent, returned = found.get((tenant, currency), (0, 0, 0))
        found[tenant, currency] = (held + (int(amount) if state == "held" else 0), spent + int(used), returned + int(back))
    return [(tenant, currency, *totals) for (tenant, currency), totals in found.items()]


def _named(keys: Collection[Key]) -> ColumnElement[bool]:
    return tuple_(CreditUse.tenant_id, CreditUse.intent_id).in_(sorted(keys))
