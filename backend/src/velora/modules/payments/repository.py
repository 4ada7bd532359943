"""The SQL of payments. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Select, bindparam, case, delete, false, func, or_, select, true, tuple_

from velora.kernel.ids import first_id_at
from velora.modules.payments.models import GatewayInbox, PaymentAttempt, PaymentIntent, PaymentMethod, PaymentRefund
from velora.modules.payments.policy import HELD, UNHEARD, IntentState
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

Key = tuple[int, int]
NoticeKey = tuple[str, str]
Row = TypeVar("Row", PaymentIntent, PaymentRefund)

_LOCK: Final = (
    select(PaymentIntent)
    .where(tuple_(PaymentIntent.tenant_id, PaymentIntent.id).in_(bindparam("keys", expanding=True)))
    .order_by(PaymentIntent.tenant_id, PaymentIntent.id)
    .with_for_update()
)
_FROM_CARD: Final = func.sum(PaymentRefund.amount_minor - PaymentRefund.from_credit_minor)
_LOCK_REFUNDS: Final = (
    select(PaymentRefund)
    .where(tuple_(PaymentRefund.tenant_id, PaymentRefund.id).in_(bindparam("keys", expanding=True)))
    .order_by(PaymentRefund.tenant_id, PaymentRefund.id)
    .with_for_update()
)


def add_intents(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    uow.insert_soon(PaymentIntent, rows)


def add_attempts(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    uow.insert_soon(PaymentAttempt, rows)


async def add_refunds(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(PaymentRefund, rows)


async def lock_intents(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentIntent]:
    return {(one.tenant_id, one.id): one for one in await uow.entities(_LOCK, {"keys": sorted(keys)})} if keys else {}


async def intents(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentIntent]:
    statement = select(PaymentIntent).where(tuple_(PaymentIntent.tenant_id, PaymentIntent.id).in_(sorted(keys)))
    return await uow.entities(statement) if keys else []


def set_intents(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    uow.set_soon(PaymentIntent, values)


async def add_to_intents(uow: UnitOfWork, deltas: Mapping[Key, Mapping[str, int]]) -> int:
    return await uow.add_to(PaymentIntent, deltas) if deltas else 0


async def of_orders(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentIntent]:
    if not keys:
        return []
    return await uow.entities(select(PaymentIntent).where(tuple_(PaymentIntent.tenant_id, PaymentIntent.order_id).in_(sorted(keys))))


async def wishing_to_keep(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentIntent]:
    statement = select(PaymentIntent).where(
        tuple_(PaymentIntent.tenant_id, PaymentIntent.order_id).in_(sorted(keys)), PaymentIntent.keep_card == true()
    )
    return await uow.entities(statement) if keys else []


async def methods(uow: UnitOfWork, owners: Collection[Key], *, lock: bool = False) -> Sequence[PaymentMethod]:
    """Every card that these (tenant, account) saved, also those that were removed."""
    statement = (
        select(PaymentMethod)
        .where(tuple_(PaymentMethod.tenant_id, PaymentMethod.account_id).in_(sorted(owners)))
        .order_by(PaymentMethod.tenant_id, PaymentMethod.id)
    )
    return await uow.entities(uow.for_update(statement) if lock else statement) if owners else []


async def add_methods(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(PaymentMethod, rows)


async def set_methods(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> int:
    return await uow.set_on(PaymentMethod, values) if values else 0


async def stale_intents(uow: UnitOfWork, states: Collection[str], now: datetime, limit: int) -> Sequence[PaymentIntent]:
    statement = (
        select(PaymentIntent)
        .where(PaymentIntent.state.in_(states), PaymentIntent.next_look_at <= now)
        .order_by(PaymentIntent.next_look_at)
        .limit(limit)
    )
    return await uow.entities(statement.execution_options(**ACROSS_TENANTS))


async def intents_without_fee(uow: UnitOfWork, now: datetime, limit: int) -> Sequence[PaymentIntent]:
    statement = (
        select(PaymentIntent)
        .where(PaymentIntent.state == IntentState.CAPTURED, PaymentIntent.next_look_at <= now, PaymentIntent.fee_known == 0)
        .order_by(PaymentIntent.next_look_at)
        .limit(limit)
    )
    return await uow.entities(statement.execution_options(**ACROSS_TENANTS))


async def newest_states(uow: UnitOfWork, tenant_ids: Sequence[int], *, before: int | None, limit: int) -> list[tuple[int, int, str]]:
    """(tenant, intent, state) of the newest payments. Each tenant is read by its own key."""
    found: list[tuple[int, int, str]] = []
    for tenant_id in tenant_ids:
        statement = select(PaymentIntent.tenant_id, PaymentIntent.id, PaymentIntent.state).where(PaymentIntent.tenant_id == tenant_id)
        statement = statement.where(PaymentIntent.id < before) if before is not None else statement
        found += [(row[0], row[1], row[2]) for row in await uow.all(statement.order_by(PaymentIntent.id.desc()).limit(limit))]
    return sorted(found, key=lambda row: row[1], reverse=True)[:limit]


async def keys_in_state(uow: UnitOfWork, tenant_ids: Collection[int], state: str, *, limit: int) -> list[Key]:
    """(tenant, intent) of payments in this state, in no order."""
    statement = select(PaymentIntent.tenant_id, PaymentIntent.id).where(
        PaymentIntent.tenant_id.in_(set(tenant_ids)), PaymentIntent.state == state
    )
    return [(row[0], row[1]) for row in await uow.all(statement.limit(limit))]


async def refunds_by_key(uow: UnitOfWork, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], PaymentRefund]:
    statement = select(PaymentRefund).where(tuple_(PaymentRefund.tenant_id, PaymentRefund.business_key).in_(sorted(keys)))
    return {(one.tenant_id, one.business_key): one for one in await uow.entities(statement)} if keys else {}


async def lock_refunds(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, PaymentRefund]:
    return {(one.tenant_id, one.id): one for one in await uow.entities(_LOCK_REFUNDS, {"keys": sorted(keys)})} if keys else {}


async def set_refunds(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> int:
    return await uow.set_on(PaymentRefund, values) if values else 0


async def refunds_to_look_at(uow: UnitOfWork, state: str, until: datetime, limit: int) -> Sequence[PaymentRefund]:
    """Refunds in this state whose next look is due by then, the longest due first."""
    statement = (
        select(PaymentRefund)
        .where(PaymentRefund.state == state, PaymentRefund.next_look_at <= until)
        .order_by(PaymentRefund.next_look_at)
        .limit(limit)
    )
    return await uow.entities(statement.execution_options(**ACROSS_TENANTS))


async def refunds(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentRefund]:
    statement = select(PaymentRefund).where(tuple_(PaymentRefund.tenant_id, PaymentRefund.id).in_(sorted(keys)))
    return await uow.entities(statement) if keys else []


async def refunds_of_orders(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentRefund]:
    statement = (
        select(PaymentRefund).where(tuple_(PaymentRefund.tenant_id, PaymentRefund.order_id).in_(sorted(keys))).order_by(PaymentRefund.id)
    )
    return await uow.entities(statement) if keys else []


async def captured_after(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> list[int]:
    """Payments by which more than nothing was taken, from a card or from credit, after this id, oldest first."""
    taken = PaymentIntent.captured_minor + PaymentIntent.credit_used_minor > 0
    statement = (
        select(PaymentIntent.id)
        .where(PaymentIntent.tenant_id == tenant_id, PaymentIntent.id > after, taken)
        .order_by(PaymentIntent.id)
        .limit(limit)
    )
    return [row[0] for row in await uow.all(statement)]


async def miscounted(uow: UnitOfWork, tenant_id: int | None, *, limit: int) -> list[int]:
    """Payments whose refunds that stand add up to something else than is counted, or to more than was captured."""
    refunds_ = (
        select(PaymentRefund.tenant_id, PaymentRefund.intent_id, _FROM_CARD.label("total"))
        .where(PaymentRefund.state != "failed")
        .group_by(PaymentRefund.tenant_id, PaymentRefund.intent_id)
    )
    standing = scoped(refunds_, PaymentRefund, tenant_id).subquery()
    total = func.coalesce(standing.c.total, 0)
    statement = (
        select(PaymentIntent.id)
        .outerjoin(standing, (standing.c.tenant_id == PaymentIntent.tenant_id) & (standing.c.intent_id == PaymentIntent.id))
        .where(
            (total + PaymentIntent.disputed_minor > PaymentIntent.captured_minor)
            | (PaymentIntent.disputed_minor < 0)
            | (total != PaymentIntent.refunded_minor)
        )
    )
    return [row[0] for row in await uow.all(scoped(statement.limit(limit), PaymentIntent, tenant_id))]


async def capture_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int, int]]:
    """(tenant, currency, Σ captured, Σ fees) of all captured payments."""
    statement = (
        select(PaymentIntent.tenant_id, PaymentIntent.currency, func.sum(PaymentIntent.captured_minor), func.sum(PaymentIntent.fee_minor))
        .where(PaymentIntent.state == IntentState.CAPTURED)
        .group_by(PaymentIntent.tenant_id, PaymentIntent.currency)
    )
    rows = await uow.all(scoped(statement, PaymentIntent, tenant_id))
    return [(tenant, currency, int(captured), int(fees)) for tenant, currency, captured, fees in rows]


async def moved_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Of the orders with these ids: (currency, Σ captured), (currency, Σ refunded)."""
    taken = select(PaymentIntent.currency, func.sum(PaymentIntent.captured_minor)).where(
        PaymentIntent.tenant_id == tenant_id, PaymentIntent.order_id >= first, PaymentIntent.order_id < below,
        PaymentIntent.state == IntentState.CAPTURED,
    )  # fmt: skip
    back = select(PaymentRefund.currency, func.sum(PaymentRefund.amount_minor)).where(
        PaymentRefund.tenant_id == tenant_id, PaymentRefund.order_id >= first, PaymentRefund.order_id < below,
        PaymentRefund.state == "succeeded",
    )  # fmt: skip
    captured = await uow.all(taken.group_by(PaymentIntent.currency))
    refunded = await uow.all(back.group_by(PaymentRefund.currency))
    return [(currency, int(total)) for currency, total in captured], [(currency, int(total)) for currency, total in refunded]


async def disputed(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, int, int]]:
    """(tenant, payment, disputed) of those of which banks took something back."""
    statement = select(PaymentIntent.tenant_id, PaymentIntent.id, PaymentIntent.disputed_minor).where(PaymentIntent.disputed_minor != 0)
    return [(row[0], row[1], row[2]) for row in await uow.all(scoped(statement, PaymentIntent, tenant_id))]


async def held_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ amount) of all open authorisations."""
    statement = (
        select(PaymentIntent.tenant_id, PaymentIntent.currency, func.sum(PaymentIntent.amount_minor))
        .where(PaymentIntent.state.in_(sorted(HELD)))
        .group_by(PaymentIntent.tenant_id, PaymentIntent.currency)
    )
    rows = await uow.all(scoped(statement, PaymentIntent, tenant_id))
    return [(tenant, currency, int(total)) for tenant, currency, total in rows]


async def overdue(uow: UnitOfWork, before: Sequence[datetime], limit: int) -> list[Key]:
    """(tenant, intent) of awaited invoices that were to be paid before the first of these moments, when their buyers were never reminded,
    before the second when they were once, and so on.
    """
    late = or_(*((PaymentIntent.reminded == times) & (PaymentIntent.due_at <= moment) for times, moment in enumerate(before)))
    statement = (
        select(PaymentIntent.tenant_id, PaymentIntent.id)
        .where(PaymentIntent.state == IntentState.AWAITED, late)
        .order_by(PaymentIntent.due_at)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in await uow.all(statement.execution_options(**ACROSS_TENANTS))]


async def awaited_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ due) of all payments of which something is said to be still to come."""
    statement = (
        select(PaymentIntent.tenant_id, PaymentIntent.currency, func.sum(PaymentIntent.due_minor))
        .where(PaymentIntent.due_minor != 0)
        .group_by(PaymentIntent.tenant_id, PaymentIntent.currency)
    )
    rows = await uow.all(scoped(statement, PaymentIntent, tenant_id))
    return [(tenant, currency, int(total)) for tenant, currency, total in rows]


async def awaiting_keys(uow: UnitOfWork, tenant_id: int | None) -> list[Key]:
    """(tenant, intent) of all that is awaited, by the index of states."""
    statement = select(PaymentIntent.tenant_id, PaymentIntent.id).where(PaymentIntent.state == IntentState.AWAITED)
    return [(row[0], row[1]) for row in await uow.all(scoped(statement, PaymentIntent, tenant_id))]


async def awaited_after(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> Sequence[PaymentIntent]:
    """Payments that are awaited, or of which something is said to be still to come, after this id."""
    awaited = (PaymentIntent.state == IntentState.AWAITED) | (PaymentIntent.due_minor != 0)
    statement = select(PaymentIntent).where(PaymentIntent.tenant_id == tenant_id, PaymentIntent.id > after, awaited)
    return await uow.entities(statement.order_by(PaymentIntent.id).limit(limit))


async def refund_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, str, int, int, int, int]]:
    """(tenant, currency, state, Σ amount, Σ of it paid with credit, Σ of it that becomes credit, Σ of it by transfer) of all refunds."""
    place = (PaymentRefund.tenant_id, PaymentRefund.currency, PaymentRefund.state)
    whole, of_credit, to_credit = PaymentRefund.amount_minor, PaymentRefund.from_credit_minor, PaymentRefund.to_credit_minor
    sent = case((PaymentRefund.by_transfer == true(), whole - to_credit), else_=0)
    statement = select(*place, func.sum(whole), func.sum(of_credit), func.sum(to_credit), func.sum(sent)).group_by(*place)
    rows = await uow.all(scoped(statement, PaymentRefund, tenant_id))
    return [(tenant, currency, state, int(total), int(of), int(to), int(by)) for tenant, currency, state, total, of, to, by in rows]


async def credit_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ of what credit paid) of all payments."""
    statement = (
        select(PaymentIntent.tenant_id, PaymentIntent.currency, func.sum(PaymentIntent.credit_used_minor))
        .where(PaymentIntent.credit_used_minor > 0)
        .group_by(PaymentIntent.tenant_id, PaymentIntent.currency)
    )
    rows = await uow.all(scoped(statement, PaymentIntent, tenant_id))
    return [(tenant, currency, int(total)) for tenant, currency, total in rows]


async def notices_had(uow: UnitOfWork, keys: Collection[NoticeKey]) -> set[NoticeKey]:
    statement = select(GatewayInbox.gateway, GatewayInbox.event_id)
    statement = statement.where(tuple_(GatewayInbox.gateway, GatewayInbox.event_id).in_(sorted(keys)))
    return {(gateway, event_id) for gateway, event_id in await uow.all(statement)} if keys else set()


async def add_notices(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(GatewayInbox, rows)


async def forget_notices(uow: UnitOfWork, before: datetime, limit: int) -> int:
    """Notices from before then are gone, but for those of money that matched nothing; how many, at most the limit."""
    old = select(GatewayInbox.gateway, GatewayInbox.event_id).where(GatewayInbox.outcome != "unmatched", GatewayInbox.received_at < before)
    keys = sorted((gateway, event_id) for gateway, event_id in await uow.all(old.limit(limit)))
    these = tuple_(GatewayInbox.gateway, GatewayInbox.event_id).in_(keys)
    return await uow.change(delete(GatewayInbox).where(these)) if keys else 0


async def unheard_intents(
    uow: UnitOfWork, *, tenant_id: int | None, since: datetime, before: int | None, limit: int
) -> Sequence[PaymentIntent]:
    """Payments that have been unheard of since this moment or longer, newest first."""
    later = select(PaymentAttempt.id).where(
        PaymentAttempt.tenant_id == PaymentIntent.tenant_id, PaymentAttempt.intent_id == PaymentIntent.id, PaymentAttempt.at > since
    )
    statement = select(PaymentIntent).where(PaymentIntent.state.in_(UNHEARD), PaymentIntent.id < first_id_at(since), ~later.exists())
    return await _newest(uow, statement, PaymentIntent, tenant_id=tenant_id, before=before, limit=limit)


async def unheard_refunds(
    uow: UnitOfWork, *, tenant_id: int | None, since: datetime, before: int | None, limit: int
) -> Sequence[PaymentRefund]:
    """Refunds that have been open since this moment or longer, newest first."""
    statement = select(PaymentRefund).where(
        PaymentRefund.state == "requested", PaymentRefund.requested_at <= since, PaymentRefund.by_transfer == false()
    )
    return await _newest(uow, statement, PaymentRefund, tenant_id=tenant_id, before=before, limit=limit)


async def attempts(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentAttempt]:
    """Every answer of the gateway for these (tenant, intent) keys, oldest first."""
    key = tuple_(PaymentAttempt.tenant_id, PaymentAttempt.intent_id)
    return await uow.entities(select(PaymentAttempt).where(key.in_(sorted(keys))).order_by(PaymentAttempt.id)) if keys else []


async def _newest(
    uow: UnitOfWork, statement: Select[Row], model: type[Row], *, tenant_id: int | None, before: int | None, limit: int
) -> Sequence[Row]:
    statement = scoped(statement, model, tenant_id)
    statement = statement if before is None else statement.where(model.id < before)
    return await uow.entities(statement.order_by(model.id.desc()).limit(limit))
