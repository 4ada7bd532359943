"""The SQL of invoice terms. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, tuple_

from velora.modules.terms.models import InvoiceTerms
from velora.modules.terms.policy import Account
from velora.platform.db import UnitOfWork

Key = tuple[int, int]


async def of_accounts(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[InvoiceTerms]:
    """The terms of these (tenant, account), in every currency."""
    named = tuple_(InvoiceTerms.tenant_id, InvoiceTerms.account_id).in_(sorted(keys))
    return await uow.entities(select(InvoiceTerms).where(named).order_by(InvoiceTerms.currency)) if keys else []


async def lock(uow: UnitOfWork, accounts: Collection[Account]) -> dict[Account, InvoiceTerms]:
    """These, kept for this transaction."""
    if not accounts:
        return {}
    key = (InvoiceTerms.tenant_id, InvoiceTerms.account_id, InvoiceTerms.currency)
    statement = select(InvoiceTerms).where(tuple_(*key).in_(sorted(accounts))).order_by(*key)
    return {(one.tenant_id, one.account_id, one.currency): one for one in await uow.entities(uow.for_update(statement))}


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(InvoiceTerms, rows)


async def change(uow: UnitOfWork, values: Mapping[Account, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(InvoiceTerms, values)


async def add_to(uow: UnitOfWork, deltas: Mapping[Account, Mapping[str, int]]) -> None:
    if deltas:
        await uow.add_to(InvoiceTerms, deltas)


async def owed(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> Sequence[InvoiceTerms]:
    """A tenant's terms, all currencies of an account together, after this account."""
    statement = select(InvoiceTerms).where(InvoiceTerms.tenant_id == tenant_id, InvoiceTerms.account_id > after)
    return await uow.entities(statement.order_by(InvoiceTerms.account_id, InvoiceTerms.currency).limit(limit))
