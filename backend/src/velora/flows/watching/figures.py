"""What was seen becomes the figures of this process: the worker's, so that one process reads the queues and not every one."""

import os
import socket
from datetime import datetime
from typing import Final

from velora.flows.watching.look import Queues, Seen, look
from velora.platform.db.workers import note_worker
from velora.platform.house import House
from velora.platform.telemetry import queues as told

THIS_PROCESS: Final = f"{socket.gethostname()[:60]}:{os.getpid()}"


async def watch(house: House) -> int:
    """The figures say how engines and queues stand now; what could not be read keeps its last value, and its engine is down.

    And that this worker runs is known to whoever looks.
    """
    seen = await look(house)
    tell(seen)
    if seen.queues is not None:  # else there is no database to note it in
        async with house.db.begin(None) as uow:
            await note_worker(uow, THIS_PROCESS)
    return 0


def tell(seen: Seen) -> None:
    """This is what the figures say from now on."""
    for engine in seen.engines:
        told.engine_up.labels(engine.name).set(engine.is_up)
    if seen.queues is not None:
        _tell_queues(seen.queues, seen)
    for name, lag in (seen.groups or {}).items():
        told.group_waiting.labels(name).set(lag.waiting)
        told.group_age.labels(name).set(_seconds(lag.oldest, seen.at))
    if seen.index is not None:
        told.search_documents.set(seen.index.documents)
        for stage, count in seen.index.generations.items():
            told.search_generations.labels(stage).set(count)
    told.looked_at.set(seen.at.timestamp())


def _tell_queues(queues: Queues, seen: Seen) -> None:
    told.outbox_waiting.set(queues.outbox.waiting)
    told.outbox_age.set(_seconds(queues.outbox.oldest, seen.at))
    told.parked.clear()  # what was told again waits for nobody any more
    for listener, backlog in queues.parked.items():
        told.parked.labels(listener).set(backlog.count)
    first = min((one.since for one in queues.parked.values()), default=None)
    told.parked_age.set(_seconds(first, seen.at))
    told.letters_waiting.set(queues.letters.waiting)
    told.letters_age.set(_seconds(queues.letters.oldest, seen.at))
    told.letters_failed.set(queues.letters.failed)
    told.webhooks_waiting.set(queues.webhooks.waiting)
    told.webhooks_age.set(_seconds(queues.webhooks.oldest, seen.at))
    told.webhooks_failed.set(queues.webhooks.failed)
    told.jobs_waiting.set(queues.jobs.waiting)
    told.jobs_age.set(_seconds(queues.jobs.oldest, seen.at))
    told.jobs_again.set(queues.jobs.again)
    told.jobs_failed.set(queues.jobs.failed)
    books = queues.books
    told.books_verified.set(books.verified_at.timestamp() if books.verified_at else 0)
    told.books_wrong.set(books.wrong)
    told.unsealed_age.set(_seconds(books.unsealed_since, seen.at))


def _seconds(since: datetime | None, now: datetime) -> int:
    """How long ago that was; 0 for nothing."""
    return max(round((now - since).total_seconds()), 0) if since else 0
