"""What runs beside the requests: one table of loops, each at its own pace, patient when an engine is away.

A loop whose work is committed by somebody else is woken by that (platform/wakeups), and looks seldom otherwise. That is a hint and nothing
more: without it the loop looks at its own pace.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from velora.apps.pace import Pace
from velora.flows.bookkeeping.seal import seal_once
from velora.flows.bookkeeping.watch import watch_books
from velora.flows.disputes.sweep import find_disputes, sweep_disputes
from velora.flows.four_eyes.decide import expire_approvals
from velora.flows.house import TradingHouse
from velora.flows.indexing import forget_gone, mend_index
from velora.flows.jobs import do_job
from velora.flows.notices.buyers import remind_overdue
from velora.flows.notices.sending import A_HANDFUL, send_due
from velora.flows.payment_outcome.sweep import sweep_fees, sweep_payments
from velora.flows.payout_run.run import resume_payouts
from velora.flows.pictures.sweep import sweep_pictures
from velora.flows.reactions import INTERESTS, group_of
from velora.flows.refund.settle import sweep_refunds
from velora.flows.release.release import release_due
from velora.flows.reporting import DAYS_AT_ONCE, ask_for_all, count_at_ease
from velora.flows.suspense.send import sweep_suspense
from velora.flows.watching.figures import watch
from velora.flows.webhooks.sending import send_to_quick, send_to_slow
from velora.modules.catalog.service import SWEPT_AT_ONCE
from velora.modules.identity import service as identity
from velora.modules.merchandising import service as merchandising
from velora.modules.notifications import service as notifications
from velora.modules.payments.service import inbox as gateway_inbox
from velora.modules.transfers import service as transfers
from velora.modules.webhooks import service as webhooks
from velora.platform.anchors.port import AnchorsAway
from velora.platform.bus import listen, relay
from velora.platform.bus.forgetting import FORGOTTEN_AT_ONCE, forget_inbox, forget_relayed
from velora.platform.bus.mending import mend
from velora.platform.db import UnitOfWork, idempotency
from velora.platform.db.ddl import ensure_months_ahead
from velora.platform.db.jobs import JOBS as NEW_JOBS
from velora.platform.db.outbox import EVENTS
from velora.platform.files import FilesAway
from velora.platform.house import NO_ANSWER
from velora.platform.mail.port import MailAway
from velora.platform.signing import NoSigningKey
from velora.platform.telemetry import metrics
from velora.platform.telemetry.surroundings import note

log: Final = logging.getLogger("velora.worker")

Job = Callable[[TradingHouse], Awaitable[int]]

_LONGEST_BACK_OFF: Final = timedelta(minutes=1)
_TIME_TO_FINISH: Final = timedelta(seconds=20)
# How long a group of listeners waits on the bus before its loop looks whether to stop.
_LISTENS_FOR: Final = 1.0
_AWAY: Final = (*NO_ANSWER, AnchorsAway, FilesAway, MailAway)


@dataclass(frozen=True)
class Loop:
    """A job done again and again: at once while it finds a full load of work, otherwise after `every`.

    One that is `woken_by` a topic waits for that afterwards, as long as silence can be trusted. Once woken it looks twice, the second time
    after `every`: who committed may have a clock that is ahead of ours.
    """

    name: str
    every: timedelta
    job: Job
    full_load: int | None = None
    woken_by: str = ""


async def _relay(house: TradingHouse) -> int:
    await house.bus.prepare(INTERESTS)
    return await relay(house.db, house.bus)


async def _mend_bus(house: TradingHouse) -> int:
    return await mend(house.db, house.bus)


def _telling(name: str) -> Job:
    async def tell(house: TradingHouse) -> int:
        await house.bus.prepare(INTERESTS)
        return await listen(house.db, house.bus, group_of(house, name), wait=_LISTENS_FOR)

    return tell


async def _begin_figures(house: TradingHouse) -> int:
    """Once the bus keeps what happens from now on, the history is asked for: nothing falls between."""
    await house.bus.prepare(INTERESTS)
    return await ask_for_all(house.db)


async def _count_figures(house: TradingHouse) -> int:
    return await count_at_ease(house.db)


def _in_a_transaction(work: Callable[[UnitOfWork], Awaitable[int]]) -> Job:
    async def job(house: TradingHouse) -> int:
        async with house.db.begin(None) as uow:
            return await work(uow)

    return job


async def _forget_events(house: TradingHouse) -> int:
    needed_from = await house.bus.needed_from()
    async with house.db.begin(None) as uow:
        return await forget_relayed(uow, needed_from=needed_from)


async def _make_partitions(house: TradingHouse) -> int:
    return len(await ensure_months_ahead(house.db.engine))


async def _seal(house: TradingHouse) -> int:
    """Where the key is not, there is nothing to do: another worker has it (velora doctor says so)."""
    try:
        return await seal_once(house)
    except NoSigningKey:
        return 0


# What is posted is told as an event.
SEALING: Final = (Loop("seal the ledger", timedelta(seconds=1), _seal, woken_by=EVENTS),)

# Each sends to one endpoint at a time, so as many endpoints are sent to at once. Who dawdles or fails has loops of its own to wait for.
WEBHOOKS: Final = (
    *(Loop(f"send webhooks {n}", timedelta(seconds=1), send_to_quick, full_load=1, woken_by=webhooks.DELIVERIES) for n in range(1, 7)),
    *(Loop(f"send slow webhooks {n}", timedelta(seconds=1), send_to_slow, full_load=1, woken_by=webhooks.DELIVERIES) for n in range(1, 5)),
)

# Each does one job at a time; the second is there for what is urgent while the first is at something long.
JOBS: Final = tuple(Loop(f"do jobs {n}", timedelta(seconds=1), do_job, full_load=1, woken_by=NEW_JOBS) for n in range(1, 3))

LOOPS: Final[tuple[Loop, ...]] = (
    Loop("relay events", timedelta(milliseconds=200), _relay, full_load=250, woken_by=EVENTS),
    Loop("mend the bus", timedelta(seconds=30), _mend_bus),
    *(Loop(f"tell {name}", timedelta(0), _telling(name)) for name in INTERESTS),
    *SEALING,
    Loop("send letters", timedelta(seconds=2), send_due, full_load=A_HANDFUL, woken_by=notifications.LETTERS),
    *WEBHOOKS,
    *JOBS,
    Loop("mend the search index", timedelta(seconds=10), mend_index),
    Loop("forget what left the index", timedelta(hours=1), forget_gone),
    Loop("sweep payments", timedelta(seconds=5), sweep_payments, full_load=100),
    Loop("sweep fees", timedelta(minutes=1), sweep_fees),
    Loop("remind of invoices", timedelta(minutes=10), remind_overdue),
    Loop("sweep refunds", timedelta(seconds=5), sweep_refunds),
    Loop("sweep disputes", timedelta(minutes=1), sweep_disputes, full_load=100),
    Loop("find disputes", timedelta(minutes=10), find_disputes),
    Loop("sweep suspense", timedelta(seconds=5), sweep_suspense, full_load=100),
    Loop("release escrow", timedelta(seconds=10), release_due),
    Loop("resume payouts", timedelta(seconds=30), resume_payouts),
    Loop("expire approvals", timedelta(seconds=30), expire_approvals, full_load=100),
    Loop("erase payees", timedelta(hours=1), _in_a_transaction(transfers.erase_old), full_load=transfers.ERASED_AT_ONCE),
    Loop("sweep pictures", timedelta(minutes=10), _in_a_transaction(sweep_pictures), full_load=SWEPT_AT_ONCE),
    Loop("forget sessions", timedelta(minutes=10), _in_a_transaction(identity.forget_ended_sessions)),
    Loop("forget letters", timedelta(minutes=10), _in_a_transaction(notifications.forget_settled)),
    Loop("forget keys", timedelta(minutes=1), _in_a_transaction(idempotency.forget_expired), full_load=idempotency.FORGOTTEN_AT_ONCE),
    Loop("forget events", timedelta(minutes=1), _forget_events, full_load=FORGOTTEN_AT_ONCE),
    Loop("forget the inbox", timedelta(minutes=1), _in_a_transaction(forget_inbox), full_load=FORGOTTEN_AT_ONCE),
    Loop("forget notices", timedelta(minutes=10), _in_a_transaction(gateway_inbox.forget_old), full_load=gateway_inbox.FORGOTTEN_AT_ONCE),
    Loop("forget deliveries", timedelta(minutes=1), _in_a_transaction(webhooks.forget_old), full_load=webhooks.FORGOTTEN_AT_ONCE),
    Loop("begin figures", timedelta(minutes=10), _begin_figures),
    Loop("count figures", timedelta(seconds=2), _count_figures, full_load=DAYS_AT_ONCE),
    Loop("look at engines and queues", timedelta(seconds=5), watch),
    Loop("forget queries", timedelta(hours=1), _in_a_transaction(merchandising.forget_old), full_load=merchandising.FORGOTTEN_AT_ONCE),
    Loop("verify the ledger", timedelta(minutes=5), watch_books),
    Loop("make partitions", timedelta(hours=6), _make_partitions),
)


async def run(house: TradingHouse, stop: asyncio.Event, loops: Sequence[Loop] = LOOPS, pace: Pace | None = None) -> None:
    """Every loop runs, at this pace, until `stop` is set; what is being done then is finished first, within reason."""
    running = [asyncio.create_task(_repeat(house, loop, stop, pace), name=loop.name) for loop in loops]
    log.info("Working: %s", ", ".join(loop.name for loop in loops))
    await stop.wait()
    _, late = await asyncio.wait(running, timeout=_TIME_TO_FINISH.total_seconds())
    for task in late:
        log.warning("%s did not finish in %s; it is cut off and goes on at the next start", task.get_name(), _TIME_TO_FINISH)
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def _repeat(house: TradingHouse, loop: Loop, stop: asyncio.Event, pace: Pace | None) -> None:
    failures, woken = 0, False
    note(loop=loop.name)
    # A process's own share of delay, so that the loops of several workers do not march in step.
    stagger = 1 + hash((loop.name, id(house))) % 100 / 1000
    while not stop.is_set():
        if pace:
            await pace.turn(stop)
            if stop.is_set():
                return
        # Asked for before the round: what is committed meanwhile is not missed.
        news = house.db.wakeups.news(loop.woken_by) if loop.woken_by else None
        done = await _once(house, loop, failures)
        if done is None:
            failures += 1
            await _sleep(back_off(loop.every, failures) * stagger, stop)
            continue
        if failures:
            log.info("%s: goes on after %d failures", loop.name, failures)
        failures = 0
        if loop.full_load is None or done < loop.full_load:
            await _sleep(loop.every * stagger, stop)
            woken = news is not None and not woken and await _is_woken(house, loop, news, stop)


async def _once(house: TradingHouse, loop: Loop, failures: int) -> int | None:
    """How much was done; None when it could not be, which is said at the first of several failures."""
    try:
        with metrics.loop_runs.labels(loop.name).time():
            done = await loop.job(house)
        metrics.loop_success.labels(loop.name).set_to_current_time()
        return done
    except _AWAY as error:
        if failures == 0:
            log.warning("%s: an engine does not answer or refuses; trying again, ever more slowly: %s", loop.name, error)
    except Exception:
        log.exception("%s failed; trying again, ever more slowly", loop.name)
    metrics.loop_failures.labels(loop.name).inc()
    return None


async def _is_woken(house: TradingHouse, loop: Loop, news: asyncio.Event, stop: asyncio.Event) -> bool:
    """Whether there are news, which are waited for as long as silence is trusted; what is left of that after the loop's own pause."""
    left = (house.db.wakeups.trusted_for - loop.every).total_seconds()
    if left > 0 and not news.is_set():
        waiting = [asyncio.create_task(news.wait()), asyncio.create_task(stop.wait())]
        try:
            await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
    if is_woken := news.is_set():
        metrics.loop_wakeups.labels(loop.name).inc()
    return is_woken


def back_off(every: timedelta, failures: int) -> timedelta:
    """Twice as long after each failure, from half a second or the loop's own pace up to a minute."""
    first = max(every, timedelta(milliseconds=500))
    return max(every, min(_LONGEST_BACK_OFF, first * 2 ** min(failures - 1, 10)))


async def _sleep(pause: timedelta, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), pause.total_seconds())
    except TimeoutError:
        return
