"""Opening the house for a command, and saying in plain words why it cannot be opened."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from velora.apps import migrations, trouble
from velora.apps.cli.console import Complaint, Exit, err
from velora.apps.migrations import CannotUpgrade
from velora.apps.wiring import open_house
from velora.flows.house import TradingHouse
from velora.kernel.clock import Clock
from velora.kernel.errors import Refusal
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.anchors.port import AnchorConflict, AnchorsAway
from velora.platform.bus import BusAway, NoSuchPlace
from velora.platform.cache.port import CacheAway
from velora.platform.db.engine import make_engine
from velora.platform.db.errors import NotAllowed, Unavailable
from velora.platform.mail.port import MailAway
from velora.platform.search.port import SearchUnavailable
from velora.platform.settings import BadSettings, Settings
from velora.platform.signing import NoSigningKey


def explain(error: Exception) -> int | None:
    """A person is told what is the matter and what to do; with which exit code the command ends. None for what nobody foresaw."""
    complaint = _complaint_of(error)
    if complaint is None:
        return None
    err.print(str(complaint), markup=False)
    return int(complaint.code)


def _complaint_of(error: Exception) -> Complaint | None:
    match error:
        case Complaint():
            return error
        case BadSettings():
            return Complaint(f"A setting is not as it should be:\n{error}", Exit.USAGE)
        case SearchUnavailable():
            return Complaint(f"The search engine does not answer or refuses: {error}. velora doctor says more.", Exit.AWAY)
        case Refusal():
            return Complaint(error.detail())
        case DBAPIError():
            says, mend = trouble.with_database(error)
            return Complaint(f"The database refuses: {says}\n{mend}", Exit.AWAY)
        case NotAllowed():
            return Complaint(f"This user of the database may not do that: {error}")
        case Unavailable():
            return Complaint(f"The database does not answer: {error}. velora doctor says more.", Exit.AWAY)
        case BusAway() | CacheAway() | MailAway():
            return Complaint(f"An engine does not answer: {error}. velora doctor says more.", Exit.AWAY)
        case BrokenPipeError():  # whoever read has enough, as `head` does
            return None
        case OSError(filename=str() as path, strerror=str() as why):
            return Complaint(f"{path} cannot be used: {why}. Look at that path, or name another.")
        case NoSigningKey() | AnchorConflict() | AnchorsAway() | NoSuchPlace():
            return Complaint(str(error))
        case CannotUpgrade() | OSError():
            return Complaint(str(error))
        case _:
            return None


async def schema_of(settings: Settings) -> migrations.SchemaStatus:
    """How far the schema of the configured database is."""
    engine = make_engine(settings.database_address, connections=1)
    try:
        return await migrations.status(engine)
    finally:
        await engine.dispose()


async def require_schema(settings: Settings) -> None:
    """Raises Complaint unless the schema is the one this Velora needs."""
    found = await schema_of(settings)
    if found.unknown:
        raise Complaint(f"The database is at revision {found.current}, made by a newer Velora than this. Run that one.")
    if not found.is_current:
        raise Complaint(
            "The database has no schema yet. Make it: velora db upgrade (or velora up, which does it by itself)."
            if found.current is None
            else f"The database is at revision {found.current}, this Velora needs {found.newest}. Bring it up to date: velora db upgrade"
        )


@asynccontextmanager
async def tables_of(settings: Settings) -> AsyncGenerator[AsyncEngine]:
    """The database without a house in it: a role that has no right on anything else can still do its work."""
    await require_schema(settings)
    migrations.import_models()
    engine = make_engine(settings.database_address, connections=1)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def at_home(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[TradingHouse]:
    """The house of a command, over a database that is up to date. Raises Complaint when it is not."""
    await require_schema(settings)
    async with open_house(settings, clock) as house:
        yield house


async def tenant_named(house: TradingHouse, slug: str) -> TenantFacts:
    """The marketplace of this short name. Raises Complaint with the names there are."""
    async with house.db.read(None) as uow:
        known = {one.slug: one for one in await tenants.all_tenants(uow)}
    if slug in known:
        return known[slug]
    others = f"There are: {', '.join(sorted(known))}." if known else "There is none yet: velora tenant create makes one."
    raise Complaint(f"There is no marketplace {slug}. {others}", Exit.USAGE)


async def tenant_id_of(house: TradingHouse, slug: str | None) -> int | None:
    """The id of the marketplace of this short name; None for all of them, where none is named. Raises as tenant_named."""
    return (await tenant_named(house, slug)).id if slug else None
