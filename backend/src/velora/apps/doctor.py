"""Look at everything that the settings name: does it answer, is it as it should be, and if not, how to mend it.

A finding is a value; an engine that is away is one, not an error. No secret is ever part of it.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter_ns
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from velora.apps import migrations, trouble, wiring
from velora.apps.findings import Finding, State, answers
from velora.flows.bookkeeping.seals import anchors_are_late
from velora.flows.bookkeeping.watch import LATE
from velora.flows.reactions import INTERESTS
from velora.flows.refund.again import OFTEN, refused_often
from velora.flows.watching.look import BUS, CACHE, DATABASE, SEARCH, SEEN_WITHIN, since
from velora.kernel.clock import SystemClock
from velora.kernel.ids import encode, time_of
from velora.modules.catalog import service as catalog
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.seals import SHARD, Block
from velora.modules.ledger.service import Watched
from velora.modules.notifications import service as notifications
from velora.modules.payments.policy import LONGEST_WAIT
from velora.modules.tenants import service as tenants
from velora.platform.anchors.port import Anchor, AnchorsAway
from velora.platform.bus import BusAway
from velora.platform.bus.relaying import lag, parked
from velora.platform.cache.port import CacheAway
from velora.platform.db import Database, jobs
from velora.platform.db.ddl import MONTHS_AHEAD, month_after, partitions_of, stray_rows
from velora.platform.db.engine import make_engine
from velora.platform.db.grants import rights_beyond_app
from velora.platform.db.health import health
from velora.platform.db.troubles import Trouble, last_troubles
from velora.platform.db.workers import Present, workers
from velora.platform.files import FilesAway
from velora.platform.mail.port import MailAway
from velora.platform.search.port import SearchUnavailable, Stage
from velora.platform.settings import Settings

_GIB: Final = 1 << 30
_LEAST_FREE: Final = 1 * _GIB
_SCARCE: Final = 5 * _GIB
_MANY_EVENTS: Final = 1_000
_LATE_SECONDS: Final = 60
_EXAMPLES: Final = 5
# What is said here of each engine that the worker looks at.
_ENGINES: Final = {"database": DATABASE, "events": BUS, "cache": CACHE, "search": SEARCH}


Told = Callable[[Finding], None]


async def examine(settings: Settings, told: Told = lambda _: None) -> list[Finding]:
    """Everything that was found, in the order looked at; `told` hears of each at once."""
    found: list[Finding] = []

    def note(*findings: Finding) -> None:
        for finding in findings:
            found.append(finding)
            told(finding)

    if (unusable := _unusable(settings)) is not None:
        note(unusable)  # and there is no more to look at: files, index and sandboxes live there, whatever else is configured
        return found
    note(_home(settings), _key(settings), _web())
    engine = make_engine(settings.database_address, connections=1)
    try:
        there = await _database(settings, engine)
        usable = not any(one.state is State.WRONG and one.subject in ("database", "schema") for one in there)
        last: Mapping[str, Trouble] = await _last_troubles(engine) if usable else {}
    finally:
        await engine.dispose()
    note(*(_with_last(one, last) for one in there))
    note(_with_last(await _cache(settings), last), await _files(settings), await _mail(settings), await _gateway(settings))
    note(_with_last(await _search(settings, usable=usable), last), await _anchors(settings, usable=usable))
    return found


async def _last_troubles(engine: AsyncEngine) -> Mapping[str, Trouble]:
    async with Database(engine, SystemClock(), _no_ids).read(None) as uow:
        return await last_troubles(uow)


def _with_last(finding: Finding, last: Mapping[str, Trouble]) -> Finding:
    """And what was last the matter with that engine, whichever process met it."""
    trouble_then = last.get(_ENGINES.get(finding.subject, ""))
    if trouble_then is None:
        return finding
    return replace(finding, says=f"{finding.says}; last trouble {trouble_then.at:%Y-%m-%d %H:%M} UTC: {trouble_then.error}")


def _unusable(settings: Settings) -> Finding | None:
    home = settings.home.resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        says = f"{home} is no folder that can be written: {error.strerror}"
        return Finding("home", State.WRONG, says, "Give the folder to this user, or set VELORA_HOME.")
    return None


def _home(settings: Settings) -> Finding:
    home = settings.home.resolve()
    free = shutil.disk_usage(home).free
    says = f"{home}, {free / _GIB:.1f} GiB free"
    if free < _LEAST_FREE:
        return Finding("home", State.WRONG, says, "Make room: a full disk stops every order. Or set VELORA_HOME to a larger one.")
    return Finding("home", State.NOTE if free < _SCARCE else State.OK, says, "Room is getting scarce." if free < _SCARCE else "")


def _key(settings: Settings) -> Finding:
    if settings.secret_key.get_secret_value():
        return Finding("secret key", State.OK, "from VELORA_SECRET_KEY")
    says = f"kept in {settings.home / 'secret.key'}"
    if settings.public_url.startswith("http://localhost"):
        return Finding("secret key", State.OK, says)
    return Finding("secret key", State.NOTE, says, "Several servers must share one: set VELORA_SECRET_KEY (openssl rand -hex 32).")


def _web() -> Finding:
    page = wiring.web_application() / "index.html"
    if page.exists():
        return Finding("web application", State.OK, "built")
    return Finding("web application", State.WRONG, "not built, only the API answers", "Build it: make setup")


async def _database(settings: Settings, engine: AsyncEngine) -> list[Finding]:
    began = perf_counter_ns()
    try:
        well = await health(engine)
    except (DBAPIError, OSError, RuntimeError) as error:
        refused, mend = trouble.with_database(error)
        return [Finding("database", State.WRONG, refused, mend)]
    embedded = "" if settings.database_url.get_secret_value() else ", embedded"
    found = [Finding("database", State.OK, well.version + embedded, ms=since(began))]
    if well.sql_mode and "STRICT_TRANS_TABLES" not in well.sql_mode:
        mend = "Velora sets its own; for others who write there: SET PERSIST sql_mode = 'STRICT_TRANS_TABLES,…' (the default)."
        found.append(Finding("sql mode", State.NOTE, "the server's default is not strict", mend))
    schema = await _schema(engine)
    found.append(schema)
    if schema.state is State.OK:
        found += await _inside(settings, engine)
    return found


async def _schema(engine: AsyncEngine) -> Finding:
    found = await migrations.status(engine)
    if found.unknown:
        return Finding("schema", State.WRONG, f"revision {found.current} of a newer Velora", "Run that one.")
    if found.is_current:
        return Finding("schema", State.OK, f"revision {found.current}, the newest")
    says = f"revision {found.current}, {len(found.waiting)} behind" if found.current else "none yet"
    return Finding("schema", State.WRONG, says, "Bring it up to date: velora db upgrade (velora up does it by itself)")


async def _inside(settings: Settings, engine: AsyncEngine) -> list[Finding]:
    """What waits in the database and whether its months are there."""
    clock = SystemClock()
    db = Database(engine, clock, _no_ids)
    found = [await _partitions(engine), await _rights(engine)] if engine.dialect.name == "mysql" else []
    waiting, oldest = await lag(db)
    parked_ones = sum((await parked(db)).values())
    late = int((clock.now() - time_of(oldest)).total_seconds()) if oldest else 0
    found.append(await _bus(settings, db))
    if parked_ones:
        says = f"{parked_ones} events that nobody could take"
        found.append(Finding("outbox", State.WRONG, says, "Which, and why: velora events parked. Then: velora events again"))
    elif waiting and late > _LATE_SECONDS:
        found.append(
            Finding("outbox", State.WRONG, f"{waiting} events wait, the oldest for {late} s", "Is a worker running? velora worker")
        )
    else:
        found.append(Finding("outbox", State.OK, f"{waiting} events wait"))
    async with db.read(None) as uow:
        found.append(_books(await ledger.last_watch(uow), uow.now))
        letters = await notifications.waiting(uow)
        refused = await refused_often(uow)
        stuck = (await jobs.counted(uow)).get("parked", 0)
        found.append(_workers(await workers(uow), uow.now))
    if stuck:
        says = f"{stuck} jobs that were given up"
        found.append(Finding("jobs", State.WRONG, says, "Which, and why: velora jobs list --parked. Then: velora jobs again"))
    if refused:
        named = ", ".join(encode("ord", one.order_id) for one in refused[:_EXAMPLES])
        says = f"the money of {len(refused)} cancelled orders was refused {OFTEN} times or more: {named}"
        mend = f"The gateway's reasons are in each order's money trail. It is asked again at the latest after {LONGEST_WAIT.days} days."
        found.append(Finding("refunds", State.WRONG, says, mend))
    if letters["failed"]:
        says = f"{letters['failed']} were given up, {letters['queued']} wait"
        found.append(Finding("letters", State.NOTE, says, "Their last errors are in the table notification_mail."))
    return found


async def _bus(settings: Settings, db: Database) -> Finding:
    """Whether the bus answers, and who has still to hear how much."""
    bus = wiring.bus_of(settings, db)
    began = perf_counter_ns()
    try:
        version = await bus.ping()
        took = since(began)
        waiting = {name: one.waiting for name, one in (await bus.lags(INTERESTS)).items() if one.waiting}
    except BusAway as error:
        mend = "Orders go on; what follows from them waits, and is told when it is back. Is Kafka running, and VELORA_KAFKA_URL right?"
        return Finding("events", State.WRONG, str(error), mend)
    finally:
        await bus.close()
    if not waiting:
        return Finding("events", State.OK, f"{version}; everybody has heard all", ms=took)
    says = f"{version}; to be heard by {', '.join(f'{name}: {count}' for name, count in waiting.items())}"
    if max(waiting.values()) > _MANY_EVENTS:
        return Finding(
            "events", State.NOTE, says, "Is a worker running? velora worker. If one is, velora events status says again how far.", took
        )
    return Finding("events", State.OK, says, ms=took)


def _workers(found: Sequence[Present], now: datetime) -> Finding:
    if running := sum(now - one.seen_at < SEEN_WITHIN for one in found):
        return Finding("workers", State.OK, f"{running} at work")
    says = f"none since {found[0].seen_at:%Y-%m-%d %H:%M} UTC" if found else "none within the last hour"
    return Finding("workers", State.NOTE, says, "Letters, refunds, the index and all that waits need one: velora worker")


def _books(last: Watched | None, now: datetime) -> Finding:
    """What the worker's own verification found last."""
    if last is None or last.checked_at is None:
        return Finding("books", State.OK, "not verified by a worker yet")
    says = f"verified {last.checked_at:%Y-%m-%d %H:%M} UTC"
    if last.wrong:
        named = ", ".join(f"{one.number} ({one.name}): {one.count}" for one in last.wrong)
        return Finding("books", State.WRONG, f"{says}: {named}", "velora ledger verify says where. Do not repair them by hand.")
    if now - last.checked_at > LATE:
        return Finding("books", State.NOTE, says, "A worker does that every hour: is one running? velora worker")
    return Finding("books", State.OK, f"{says}, every count is 0")


async def _partitions(engine: AsyncEngine) -> Finding:
    async with engine.connect() as connection:
        months = await connection.run_sync(partitions_of)
        stray = await connection.run_sync(stray_rows)
    if outside := {name: count for name, count in stray.items() if count}:
        says = ", ".join(f"{count} rows of {name}" for name, count in outside.items())
        return Finding("partitions", State.WRONG, f"{says} lie outside of every month", "Make the months: velora partitions ensure")
    now = SystemClock().now()
    wanted = [f"{month_after(now, ahead):%Y-%m}" for ahead in range(MONTHS_AHEAD)]
    if missing := sorted({month for month in wanted for there in months.values() if month not in there}):
        return Finding("partitions", State.WRONG, f"{', '.join(missing)} missing", "Make them: velora partitions ensure")
    return Finding("partitions", State.OK, f"{len(months)} tables, {MONTHS_AHEAD} months ahead")


async def _rights(engine: AsyncEngine) -> Finding:
    async with engine.connect() as connection:
        beyond = await connection.run_sync(rights_beyond_app)
    if beyond:
        says = f"this user may {', '.join(beyond)} on the ledger"
        mend = "Let Velora connect as a user who has the app role and nothing else: velora db grants prints it."
        return Finding("rights", State.NOTE, says, mend)
    return Finding("rights", State.OK, "what is append-only can be added to and read, nothing else")


async def _cache(settings: Settings) -> Finding:
    cache = wiring.cache_of(settings)
    mend = "Is Redis running, and is VELORA_REDIS_URL right? Sign-in and checkout go on without it, more slowly."
    try:
        return await answers("cache", _named(settings.redis_url.get_secret_value(), "Redis"), cache.ping, mend, CacheAway)
    finally:
        await cache.close()


async def _files(settings: Settings) -> Finding:
    mend = "Is VELORA_FILES_URL right, and may this user read, write and delete there? Pictures wait meanwhile."
    try:
        files = wiring.files_of(settings, SystemClock())
        return await answers("files", files.place, files.ping, mend, FilesAway)
    except ValueError as error:
        return Finding("files", State.WRONG, str(error), mend)


async def _mail(settings: Settings) -> Finding:
    mend = "Is VELORA_MAIL_URL right, with user and password? Letters wait meanwhile and go later."
    return await answers("mail", _named(settings.mail_url.get_secret_value(), "SMTP"), wiring.mail_of(settings).ping, mend, MailAway)


async def _gateway(settings: Settings) -> Finding:
    gateway = wiring.gateway_of(settings, SystemClock())
    mend = "No order can be paid. Look at VELORA_GATEWAY" + (" and VELORA_STRIPE_SECRET_KEY." if settings.gateway == "stripe" else ".")
    try:
        found = await answers("payments", _gateway_named(settings), gateway.ping, mend, OSError)
    finally:
        await gateway.close()
    live_form = settings.stripe_publishable_key.startswith("pk_live_")
    if found.state is State.OK and settings.gateway == "stripe" and live_form is not settings.charges_for_real:
        says = f"{found.says}, but VELORA_STRIPE_PUBLISHABLE_KEY is of {'live' if live_form else 'test'} mode"
        return Finding("payments", State.WRONG, says, "No new card can be paid with. Take both keys from the same mode.", found.ms)
    if found.state is State.OK and settings.public_url.startswith("https://") and not settings.charges_for_real:
        return Finding("payments", State.NOTE, found.says, "It charges nobody: not for real business.", found.ms)
    return found


def _gateway_named(settings: Settings) -> str:
    if settings.gateway == "sandbox":
        return "sandbox gateway"
    return "Stripe" if settings.charges_for_real else "Stripe, test mode"


async def _search(settings: Settings, *, usable: bool) -> Finding:
    index = wiring.search_of(settings)
    try:
        began = perf_counter_ns()
        about, generations = await index.about(), await index.generations()
        took, ready = since(began), await index.ready()
        counts = await _products(settings) if usable else {}
        empty = [slug for tenant_id, (slug, listed) in counts.items() if listed and (not ready or not await index.count(tenant_id))]
    except SearchUnavailable as error:
        mend = "Is OpenSearch running, and is VELORA_OPENSEARCH_URL right? Browsing goes on without it, changes wait, and searches get 503."
        return Finding("search", State.WRONG, f"does not answer: {error}", mend)
    finally:
        await index.close()
    under_way = next((one.notes for one in generations if one.stage is Stage.BUILDING), None)
    building = f"; being built, {under_way.done:,} of {under_way.of:,}" if under_way else ""
    if empty:
        says = f"{about.engine}: nothing indexed of {', '.join(sorted(empty))}{building}"
        return Finding("search", State.WRONG, says, "Build the index: velora search reindex", took)
    if not ready:
        return Finding("search", State.OK, f"{about.engine}; empty, as there is nothing to find", ms=took)
    live = next(one for one in generations if one.stage is Stage.LIVE)
    says = f"{about.engine}, {live.documents:,} products{building}"
    if about.health != "green":
        mend = "Where no second node is to hold a copy, say so: VELORA_OPENSEARCH_URL=…?replicas=0, and build the index anew."
        if about.health == "red":
            mend = "A part of the index cannot be read. OpenSearch's own log says why; velora search reindex builds it anew."
        return Finding("search", State.NOTE if about.health == "yellow" else State.WRONG, f"{says}, health {about.health}", mend, took)
    return Finding("search", State.OK, says, ms=took)


async def _anchors(settings: Settings, *, usable: bool) -> Finding:
    """Whether the place answers, and how far the ledger's chain is kept there."""
    anchors = wiring.anchors_of(settings)
    began = perf_counter_ns()
    try:
        newest = await anchors.newest(SHARD)
    except AnchorsAway as error:
        mend = "Nothing is sealed meanwhile. Is VELORA_ANCHOR_URL right, and may this user read and create there?"
        return Finding("anchors", State.WRONG, str(error), mend)
    took = since(began)
    block, late = await _newest_block(settings, newest, anchors.every) if usable else (None, False)
    says = f"{anchors.place}, {f'up to block {newest.n} of {newest.sealed_at:%Y-%m-%d %H:%M:%S} UTC' if newest else 'empty'}"
    if block and late:
        mend = "Is a worker running, with the key? velora ledger seal --once says what stands in the way."
        return Finding("anchors", State.WRONG, f"{says}; the ledger is at block {block.n}", mend, took)
    if not settings.anchor_url and settings.public_url.startswith("https://"):
        mend = "Who can write the database can often write there too. Set VELORA_ANCHOR_URL to a bucket of others: s3://bucket/prefix"
        return Finding("anchors", State.NOTE, f"{says}, on this machine", mend, took)
    return Finding("anchors", State.OK, says, ms=took)


async def _newest_block(settings: Settings, anchored: Anchor | None, every: timedelta) -> tuple[Block | None, bool]:
    """The last block, and whether one waits for its anchor too long."""
    engine = make_engine(settings.database_address, connections=1)
    try:
        async with Database(engine, SystemClock(), _no_ids).read(None) as uow:
            found, late = await ledger.newest_block(uow), await anchors_are_late(uow, anchored, every)
    finally:
        await engine.dispose()
    return found.block if found else None, late


async def _products(settings: Settings) -> dict[int, tuple[str, int]]:
    """How many listings each marketplace has, by its id with its slug."""
    engine = make_engine(settings.database_address, connections=1)
    try:
        async with Database(engine, SystemClock(), _no_ids).read(None) as uow:
            return {one.id: (one.slug, await catalog.count_listings(uow, one.id)) for one in await tenants.all_tenants(uow)}
    finally:
        await engine.dispose()


def _named(address: str, engine: str) -> str:
    return engine if address else "embedded"


def _no_ids() -> int:
    raise RuntimeError("The doctor only looks; it writes nothing.")
