"""Routes of watching: how every engine and every queue stands, for those who run the installation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from fastapi import APIRouter
from pydantic import Field

from velora.flows.reactions import INTERESTS, home_of
from velora.flows.watching.look import BUS, CACHE, DATABASE, SEARCH, SEEN_WITHIN, Engine, Queues, Seen, look
from velora.kernel.errors import Forbidden
from velora.platform.bus import Lag
from velora.platform.bus.parking import ParkedEvents
from velora.platform.db.backlog import Backlog
from velora.platform.house import House
from velora.platform.web import HouseDep, Schema, SuperAdmin, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(tags=["watching"])

# Somebody waits for the page: what takes longer is away to them.
_PATIENCE: Final = timedelta(seconds=2)

State = Literal["up", "degraded", "away"]


class TroubleOut(Schema):
    """What an engine, or the way to it, last said was the matter, whichever process met it."""

    error: str
    at: datetime


class EngineOut(Schema):
    """`degraded` answers, and is not well; `why` says what is the matter with one that is not `up`."""

    name: Literal["database", "bus", "cache", "search"]
    kind: str = Field(examples=["MySQL"])
    version: str = Field(description="As it says itself; empty where it does not answer", examples=["MySQL 8.4.6"])
    state: State
    why: str
    answered_in_ms: int = Field(description="Or, of one that is away, for how long it was waited for")
    last_trouble: TroubleOut | None


class QueueOut(Schema):
    """`oldest_seconds` is the age of the oldest that waits. `retried` failed before and waits for its next try, where that is known."""

    waiting: int
    oldest_seconds: int | None
    retried: int | None = None
    given_up: int


class GroupOut(Schema):
    """Who listens to events, and what it has still to hear. `parked` is what it could not take and a person should look at."""

    name: str
    waiting: int | None = Field(description="None while it is not known: the bus is away, or no worker has begun yet")
    oldest_seconds: int | None
    parked: int | None


class BooksOut(Schema):
    """What a worker found when it last verified the books, which it does every hour."""

    verified_at: datetime | None
    wrong: int
    unsealed_seconds: int | None = Field(description="For how long the oldest journal has been waiting for its seal")


class WorkerOut(Schema):
    """A process that works in the background. `runs` while it says so; every few seconds it does."""

    name: str = Field(description="Its machine, and its process there", examples=["worker-7f9c:12"])
    started_at: datetime
    seen_at: datetime
    runs: bool


class QueuesOut(Schema):
    """What waits in the database. `given_up` of the outbox is what the bus could never take. `workers` were heard of within the hour."""

    outbox: QueueOut
    letters: QueueOut
    webhooks: QueueOut
    jobs: QueueOut
    books: BooksOut
    workers: list[WorkerOut]


class EnginesOut(Schema):
    """How everything stands at `at`. `queues` is None while the database does not say."""

    at: datetime
    engines: list[EngineOut]
    queues: QueuesOut | None
    groups: list[GroupOut]


@router.get("/platform/engines", responses=problems(NotSignedIn, Forbidden))
async def list_engines(caller: SuperAdmin, house: HouseDep) -> EnginesOut:
    """Every engine with its version and its last trouble, and what waits where and for how long. Answers while engines are away."""
    seen = await look(house, answers_within=_PATIENCE)
    kinds = _kinds(house)
    queues = _queues(seen.queues, seen.at) if seen.queues else None
    return EnginesOut(at=seen.at, engines=[_engine(one, kinds[one.name]) for one in seen.engines], queues=queues, groups=_groups(seen))


def _kinds(house: House) -> Mapping[str, str]:
    """What the settings name, which is also known of what does not answer."""
    return {
        DATABASE: "MySQL" if house.db.dialect == "mysql" else "SQLite",
        BUS: "Kafka" if house.settings.kafka_url.get_secret_value() else "outbox",
        CACHE: "Redis" if house.settings.redis_url.get_secret_value() else "SQLite",
        SEARCH: "OpenSearch" if house.settings.opensearch_url.get_secret_value() else "tantivy",
    }


def _engine(one: Engine, kind: str) -> EngineOut:
    state: State = "away" if not one.version else "degraded" if one.error or one.ails else "up"
    last = TroubleOut(error=one.last.error, at=one.last.at) if one.last else None
    named: dict[str, object] = {"name": one.name, "kind": kind, "version": one.version, "state": state, "why": one.error or one.ails}
    return EngineOut.model_validate({**named, "answered_in_ms": one.ms, "last_trouble": last})


def _queues(found: Queues, now: datetime) -> QueuesOut:
    refused = found.parked.get("relay")
    return QueuesOut(
        outbox=_queue(found.outbox, now, given_up=refused.count if refused else 0),
        letters=_queue(found.letters, now),
        webhooks=_queue(found.webhooks, now),
        jobs=_queue(found.jobs, now, retried=found.jobs.again),
        books=BooksOut(
            verified_at=found.books.verified_at, wrong=found.books.wrong, unsealed_seconds=_age(found.books.unsealed_since, now)
        ),
        workers=[
            WorkerOut(name=one.name, started_at=one.started_at, seen_at=one.seen_at, runs=now - one.seen_at < SEEN_WITHIN)
            for one in found.workers
        ],
    )


def _queue(queue: Backlog, now: datetime, *, given_up: int | None = None, retried: int | None = None) -> QueueOut:
    lost = queue.failed if given_up is None else given_up
    return QueueOut(waiting=queue.waiting, oldest_seconds=_age(queue.oldest, now), retried=retried, given_up=lost)


def _groups(seen: Seen) -> list[GroupOut]:
    """Every group there is, and whoever else has something parked: it may have been a group of an older version."""
    parked: Mapping[str, int] = _parked(seen.queues.parked) if seen.queues else {}
    lags: Mapping[str, Lag] = seen.groups or {}
    names = sorted({*INTERESTS, *parked})
    return [_group(name, lags.get(name), parked.get(name, 0) if seen.queues else None, seen.at) for name in names]


def _group(name: str, lag: Lag | None, parked: int | None, now: datetime) -> GroupOut:
    waiting, age = (lag.waiting, _age(lag.oldest, now)) if lag else (None, None)
    return GroupOut(name=name, waiting=waiting, oldest_seconds=age, parked=parked)


def _parked(by_listener: Mapping[str, ParkedEvents]) -> Mapping[str, int]:
    """By group; what nobody of a group could read is parked under its own name."""
    found: dict[str, int] = {}
    for listener, backlog in by_listener.items():
        if listener != "relay":
            group = listener if listener in INTERESTS else home_of(listener)
            found[group] = found.get(group, 0) + backlog.count
    return found


def _age(since: datetime | None, now: datetime) -> int | None:
    return max(round((now - since).total_seconds()), 0) if since else None
