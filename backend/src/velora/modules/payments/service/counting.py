"""Sums and walks over all payments, for whoever doubts the books."""

from collections.abc import AsyncGenerator, Sequence

from velora.modules.payments import repository
from velora.modules.payments.models import PaymentIntent
from velora.platform.db import UnitOfWork


async def walk_captured(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> list[int]:
    """The next payments of a marketplace by which something was taken, after this id, oldest first: all of them in pieces."""
    return await repository.captured_after(uow, tenant_id=tenant_id, after=after, limit=limit)


async def miscounted(uow: UnitOfWork, tenant_id: int | None, *, limit: int) -> list[int]:
    """Payments whose refunds add up to something else than is counted, or to more than was captured: there must be none."""
    return await repository.miscounted(uow, tenant_id, limit=limit)


async def capture_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int, int]]:
    """(tenant, currency, Σ captured, Σ fees) of all captured payments, as the gateway answered for each."""
    return await repository.capture_sums(uow, tenant_id)


async def moved_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Of a marketplace's orders with ids from `first` to before `below`: what was captured by currency, and what went back of it."""
    return await repository.moved_of(uow, tenant_id, first, below)


async def held_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ amount) of all that banks hold for us and we have neither taken nor given up."""
    return await repository.held_sums(uow, tenant_id)


async def awaited_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ still to come) of all awaited payments; of any other nothing is to come."""
    return await repository.awaited_sums(uow, tenant_id)


async def walk_awaited(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> Sequence[PaymentIntent]:
    """The next awaited payments of a marketplace after this id, oldest first: all of them in pieces."""
    return await repository.awaited_after(uow, tenant_id=tenant_id, after=after, limit=limit)


async def awaiting(uow: UnitOfWork, tenant_id: int | None, *, at_once: int) -> AsyncGenerator[Sequence[PaymentIntent]]:
    """All awaited payments of a marketplace, or of all, so many at a time: as many as buyers have still to pay, however many have paid."""
    keys = sorted(await repository.awaiting_keys(uow, tenant_id))
    for start in range(0, len(keys), at_once):
        yield await repository.intents(uow, keys[start : start + at_once])


async def refund_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, str, int, int, int, int]]:
    """(tenant, currency, state, Σ amount, Σ of it paid with credit, Σ of it that becomes credit, Σ of it by transfer) of all refunds."""
    return await repository.refund_sums(uow, tenant_id)


async def credit_sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ of what store credit paid) of all payments."""
    return await repository.credit_sums(uow, tenant_id)
