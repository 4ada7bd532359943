"""All SQL of figures."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, select, tuple_

from velora.modules.reporting.models import ReportingDue, ReportingFigure
from velora.modules.reporting.policy import DAY, MONTH, Name, Sum
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

DayKey = tuple[int, int]


async def ask(uow: UnitOfWork, days: Collection[DayKey]) -> None:
    """By a change of the row where there is one: it waits for whoever is just counting that day, and has taken the row."""
    if not days or await uow.add_to(ReportingDue, {key: {"asked": 1} for key in days}) == len(days):
        return
    key = tuple_(ReportingDue.tenant_id, ReportingDue.day)
    there = {(tenant, day) for tenant, day in await uow.all(select(ReportingDue.tenant_id, ReportingDue.day).where(key.in_(sorted(days))))}
    missing = sorted(set(days) - there)
    await uow.insert(ReportingDue, [{"tenant_id": tenant, "day": day, "asked": 1} for tenant, day in missing])


async def due(uow: UnitOfWork, *, limit: int) -> list[DayKey]:
    """The newest days first: they are looked at most."""
    statement = select(ReportingDue.tenant_id, ReportingDue.day).order_by(ReportingDue.day.desc()).limit(limit)
    return [(tenant, day) for tenant, day in await uow.all(statement.execution_options(**ACROSS_TENANTS))]


async def take(uow: UnitOfWork, key: DayKey) -> bool:
    tenant_id, day = key
    mine = (ReportingDue.tenant_id == tenant_id, ReportingDue.day == day)
    if await uow.scalar(UnitOfWork.for_update(select(ReportingDue.day).where(*mine), skip_locked=True)) is None:
        return False
    return await uow.change(delete(ReportingDue).where(*mine)) == 1


async def said(uow: UnitOfWork, tenant_id: int, span: str, starts: int, *, locked: bool = False) -> dict[Name, Sum]:
    """What a day or month says; `locked` is kept for this transaction, so that nobody changes it meanwhile."""
    figure = ReportingFigure
    statement = (
        select(figure.seller_id, figure.name, figure.currency, figure.pieces, figure.amount_minor)
        .where(figure.tenant_id == tenant_id, figure.span == span, figure.starts == starts)
        .order_by(figure.seller_id, figure.name, figure.currency)
    )
    rows = await uow.all(uow.for_update(statement) if locked else statement)
    return {Name(seller, name, currency): Sum(pieces, amount) for seller, name, currency, pieces, amount in rows}


async def add(uow: UnitOfWork, tenant_id: int, span: str, starts: int, deltas: Mapping[Name, Sum]) -> None:
    """The deltas are added; what had no row gets one."""
    figure = ReportingFigure
    place = (figure.tenant_id == tenant_id, figure.span == span, figure.starts == starts)
    names = sorted(deltas)
    known: set[Name] = set()
    for start in range(0, len(names), 300):
        of = tuple_(figure.seller_id, figure.name, figure.currency).in_([tuple(name) for name in names[start : start + 300]])
        known |= {Name(*row) for row in await uow.all(select(figure.seller_id, figure.name, figure.currency).where(*place, of))}
    await uow.insert(figure, [_row(tenant_id, span, starts, name, deltas[name]) for name in names if name not in known])
    await uow.add_to(figure, {(tenant_id, span, starts, *name): deltas[name]._asdict() for name in names if name in known})


async def summed(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> dict[Name, Sum]:
    """What the days from the first to before another say together."""
    figure = ReportingFigure
    statement = (
        select(figure.seller_id, figure.name, figure.currency, func.sum(figure.pieces), func.sum(figure.amount_minor))
        .where(figure.tenant_id == tenant_id, figure.span == DAY, figure.starts >= first, figure.starts < below)
        .group_by(figure.seller_id, figure.name, figure.currency)
    )
    rows = await uow.all(statement)
    return {Name(seller, name, currency): Sum(int(pieces), int(amount)) for seller, name, currency, pieces, amount in rows}


async def starts(uow: UnitOfWork, tenant_id: int, span: str) -> list[int]:
    """The days (or months) of which something is said, the oldest first."""
    figure = ReportingFigure
    return list(
        await uow.entities(
            select(figure.starts).distinct().where(figure.tenant_id == tenant_id, figure.span == span).order_by(figure.starts)
        )
    )


async def months_of(uow: UnitOfWork, tenant_id: int | None, seller_id: int) -> Sequence[tuple[int, str, str, int, int]]:
    """(month, name, currency, pieces, amount) of a seller in one marketplace or in all."""
    figure = ReportingFigure
    statement = select(figure.starts, figure.name, figure.currency, figure.pieces, figure.amount_minor).where(
        figure.seller_id == seller_id, figure.span == MONTH
    )
    return [(*row,) for row in await uow.all(scoped(statement, figure, tenant_id))]


async def days_since(
    uow: UnitOfWork, tenant_ids: Collection[int], seller_id: int, since: int, names: Collection[str]
) -> list[tuple[int, str, str, int]]:
    """(day, name, currency, Σ amount) of these marketplaces together. Each is read by its own place in the index."""
    figure = ReportingFigure
    statement = (
        select(figure.starts, figure.name, figure.currency, func.sum(figure.amount_minor))
        .where(
            figure.seller_id == seller_id, figure.span == DAY, figure.tenant_id.in_(set(tenant_ids)), figure.starts >= since,
            figure.name.in_(names),
        )
        .group_by(figure.starts, figure.name, figure.currency)
    )  # fmt: skip
    return [(day, name, currency, int(total)) for day, name, currency, total in await uow.all(statement)]


def _row(tenant_id: int, span: str, starts_: int, name: Name, value: Sum) -> dict[str, object]:
    return {"tenant_id": tenant_id, "span": span, "starts": starts_, **name._asdict(), **value._asdict()}
