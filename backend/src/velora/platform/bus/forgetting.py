"""What has served its time is removed, piece by piece: events that all have had, and the notes of who has had them."""

from typing import Final

from sqlalchemy import and_, delete, select

from velora.kernel.ids import first_id_at
from velora.platform.db.outbox import RELAYED_KEPT, InboxEntry, OutboxEvent, ParkedEvent
from velora.platform.db.uow import UnitOfWork

# How many rows go in one transaction when old ones are removed: few enough that nobody waits for it.
FORGOTTEN_AT_ONCE: Final = 500


async def forget_relayed(uow: UnitOfWork, *, needed_from: int | None) -> int:
    """Some of the events that all have had, and that are older than RELAYED_KEPT, are gone; how many, about FORGOTTEN_AT_ONCE.

    What somebody waits for, or could not take, stays; so does what was relayed in the round `needed_from` or later. They go by ranges
    of their key, the oldest first: far from where new ones are written, so that nobody waits.
    """
    had = and_(OutboxEvent.relayed > 0, OutboxEvent.relayed < needed_from) if needed_from else OutboxEvent.relayed > 0
    told = select(OutboxEvent.id).where(had, OutboxEvent.id < _too_old(uow))
    told = told.order_by(OutboxEvent.id).limit(FORGOTTEN_AT_ONCE)
    done, after = 0, 0
    while done < FORGOTTEN_AT_ONCE and (page := await uow.entities(told.where(OutboxEvent.id > after))):
        these = OutboxEvent.id.between(page[0], page[-1])
        parked_ones = select(ParkedEvent.event_id)
        done += await uow.change(delete(OutboxEvent).where(these, had, OutboxEvent.id.not_in(parked_ones)))
        after = page[-1]
    return done


async def forget_inbox(uow: UnitOfWork) -> int:
    """Some of the notes of who has had which event are gone, once the event is; how many, about FORGOTTEN_AT_ONCE.

    An event that still lies in the outbox could be told again, so its notes stay, however old they are.
    """
    done, consumer = 0, ""
    while done < FORGOTTEN_AT_ONCE and (consumer := await _consumer_after(uow, consumer)):
        done += await _forget_had(uow, consumer, wanted=FORGOTTEN_AT_ONCE - done)
    return done


async def _forget_had(uow: UnitOfWork, consumer: str, *, wanted: int) -> int:
    had = select(InboxEntry.event_id).where(InboxEntry.consumer == consumer, InboxEntry.event_id < _too_old(uow))
    had = had.order_by(InboxEntry.event_id).limit(FORGOTTEN_AT_ONCE)
    done, after = 0, 0
    while done < wanted and (page := await uow.entities(had.where(InboxEntry.event_id > after))):
        these = InboxEntry.event_id.between(page[0], page[-1])
        # With its bounds: without them MySQL reads the whole outbox.
        there = select(OutboxEvent.id).where(OutboxEvent.id.between(page[0], page[-1]))
        done += await uow.change(delete(InboxEntry).where(InboxEntry.consumer == consumer, these, InboxEntry.event_id.not_in(there)))
        after = page[-1]
    return done


async def _consumer_after(uow: UnitOfWork, consumer: str) -> str:
    """The next of the consumers, one step along the key; empty after the last."""
    following = select(InboxEntry.consumer).where(InboxEntry.consumer > consumer).order_by(InboxEntry.consumer).limit(1)
    return await uow.scalar(following) or ""


def _too_old(uow: UnitOfWork) -> int:
    return first_id_at(uow.now - RELAYED_KEPT)
