"""The SQL of merchandising."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from sqlalchemy import ColumnElement, delete, func, select, tuple_

from velora.modules.merchandising.models import MerchandisingQuery, MerchandisingRule, MerchandisingState, MerchandisingSynonyms
from velora.platform.db import ACROSS_TENANTS, UnitOfWork
from velora.platform.db.errors import Duplicate

Key = tuple[int, int]  # tenant and id
QueryKey = tuple[int, str, str]  # tenant, day, the words as compared


async def state(uow: UnitOfWork, tenant_id: int) -> MerchandisingState | None:
    return await uow.entity(select(MerchandisingState).where(MerchandisingState.tenant_id == tenant_id))


async def edition(uow: UnitOfWork, tenant_id: int) -> int | None:
    return await uow.scalar(select(MerchandisingState.edition).where(MerchandisingState.tenant_id == tenant_id))


async def lock_state(uow: UnitOfWork, tenant_id: int) -> MerchandisingState:
    """The marketplace's row, made if there is none: whoever holds it is the only one to change anything of it."""
    mine = UnitOfWork.for_update(select(MerchandisingState).where(MerchandisingState.tenant_id == tenant_id))
    found = await uow.entity(mine)
    if found is None:
        with suppress(Duplicate):  # made by somebody else as well, between our look and our write
            await uow.insert(MerchandisingState, [{"tenant_id": tenant_id, "edition": 0, "denied": [], "denied_version": 1}])
        found = await uow.entity(mine)
    assert found is not None
    return found


async def set_state(uow: UnitOfWork, tenant_id: int, values: Mapping[str, object]) -> None:
    await uow.set_on(MerchandisingState, {(tenant_id,): values})


async def all_synonyms(uow: UnitOfWork, tenant_id: int) -> Sequence[MerchandisingSynonyms]:
    """The oldest first."""
    chosen = select(MerchandisingSynonyms).where(MerchandisingSynonyms.tenant_id == tenant_id)
    return await uow.entities(chosen.order_by(MerchandisingSynonyms.id))


async def synonym_set(uow: UnitOfWork, key: Key) -> MerchandisingSynonyms | None:
    tenant_id, id_ = key
    chosen = select(MerchandisingSynonyms).where(MerchandisingSynonyms.tenant_id == tenant_id, MerchandisingSynonyms.id == id_)
    return await uow.entity(chosen)


async def add_synonyms(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(MerchandisingSynonyms, rows)


async def set_synonyms(uow: UnitOfWork, key: Key, values: Mapping[str, object]) -> None:
    await uow.set_on(MerchandisingSynonyms, {key: values})


async def remove_synonyms(uow: UnitOfWork, key: Key) -> None:
    tenant_id, id_ = key
    await uow.change(delete(MerchandisingSynonyms).where(MerchandisingSynonyms.tenant_id == tenant_id, MerchandisingSynonyms.id == id_))


async def all_rules(uow: UnitOfWork, tenant_id: int) -> Sequence[MerchandisingRule]:
    """The oldest first."""
    chosen = select(MerchandisingRule).where(MerchandisingRule.tenant_id == tenant_id)
    return await uow.entities(chosen.order_by(MerchandisingRule.id))


async def count_rules(uow: UnitOfWork, tenant_id: int) -> int:
    return await uow.scalar(select(func.count()).select_from(MerchandisingRule).where(MerchandisingRule.tenant_id == tenant_id)) or 0


async def rule(uow: UnitOfWork, key: Key) -> MerchandisingRule | None:
    tenant_id, id_ = key
    return await uow.entity(select(MerchandisingRule).where(MerchandisingRule.tenant_id == tenant_id, MerchandisingRule.id == id_))


async def add_rule(uow: UnitOfWork, row: Mapping[str, object]) -> None:
    await uow.insert(MerchandisingRule, [row])


async def set_rule(uow: UnitOfWork, key: Key, values: Mapping[str, object]) -> None:
    await uow.set_on(MerchandisingRule, {key: values})


async def remove_rule(uow: UnitOfWork, key: Key) -> None:
    tenant_id, id_ = key
    await uow.change(delete(MerchandisingRule).where(MerchandisingRule.tenant_id == tenant_id, MerchandisingRule.id == id_))


async def known_queries(uow: UnitOfWork, keys: Collection[QueryKey]) -> set[QueryKey]:
    """Those of these that have a row."""
    columns = (MerchandisingQuery.tenant_id, MerchandisingQuery.day, MerchandisingQuery.query)
    rows = await uow.all(select(*columns).where(tuple_(*columns).in_(sorted(keys))))
    return {(tenant_id, day, query) for tenant_id, day, query in rows}


async def add_queries(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(MerchandisingQuery, rows)


async def count_queries(uow: UnitOfWork, counts: Mapping[QueryKey, Mapping[str, int]]) -> None:
    await uow.add_to(MerchandisingQuery, counts)


async def most_frequent(
    uow: UnitOfWork, tenant_id: int, *, counted: str, since: str, at_least: int, limit: int
) -> Sequence[tuple[str, str, int, int]]:
    """Queries with how they are shown, how often they found something and nothing since that day, by the count that is named."""
    found, missed = func.sum(MerchandisingQuery.found), func.sum(MerchandisingQuery.missed)
    by: ColumnElement[int] = found if counted == "found" else missed
    chosen = (
        select(MerchandisingQuery.query, func.max(MerchandisingQuery.shown), found, missed)
        .where(MerchandisingQuery.tenant_id == tenant_id, MerchandisingQuery.day >= since)
        .group_by(MerchandisingQuery.query)
        .having(by >= at_least)
        .order_by(by.desc(), MerchandisingQuery.query)
        .limit(limit)
    )
    return [(query, shown, int(hits), int(misses)) for query, shown, hits, misses in await uow.all(chosen)]


async def forget_before(uow: UnitOfWork, day: str, limit: int) -> int:
    """Queries of earlier days are gone, the oldest first, about so many; how many."""
    oldest = select(MerchandisingQuery.day).where(MerchandisingQuery.day < day).order_by(MerchandisingQuery.day).limit(limit)
    page = await uow.entities(oldest.execution_options(**ACROSS_TENANTS))
    if not page:
        return 0
    gone = delete(MerchandisingQuery).where(MerchandisingQuery.day <= page[-1])
    return await uow.change(gone.execution_options(**ACROSS_TENANTS))
