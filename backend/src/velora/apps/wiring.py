"""The composition root: one choice per port, made here and nowhere else. The client of an engine is loaded where that engine is chosen."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from velora.flows.house import TradingHouse
from velora.kernel.clock import Clock, SystemClock
from velora.modules.payments.gateways.port import Gateway
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.modules.payments.gateways.stripe import browser as stripe_in_browsers
from velora.modules.payouts.gateways.port import Bank
from velora.modules.payouts.gateways.sandbox import SandboxBank
from velora.platform.anchors.folder import FolderAnchors
from velora.platform.anchors.port import Anchors
from velora.platform.bus.outbox import OutboxBus
from velora.platform.bus.port import Bus
from velora.platform.cache.port import Cache
from velora.platform.cache.sqlite import SqliteCache
from velora.platform.db.database import Database, open_database
from velora.platform.db.group_commit import Writes
from velora.platform.files.folder import FolderFiles
from velora.platform.files.port import Files
from velora.platform.files.tickets import Tickets
from velora.platform.mail.folder import FolderMail
from velora.platform.mail.port import Mail
from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.port import SearchIndex
from velora.platform.search.tantivy import TantivyIndex
from velora.platform.settings import Settings, secret_key
from velora.platform.signing import SigningKeys
from velora.platform.wakeups.in_process import InProcessWakeUps
from velora.platform.wakeups.port import TRUSTED_FOR, WakeUps


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None, *, alone: bool = False) -> AsyncGenerator[TradingHouse]:
    """Every engine that the settings name, or its embedded twin; all are closed at the end. As to `alone` see wakeups_of."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as closing:
        wakeups = wakeups_of(settings, alone=alone)
        closing.push_async_callback(wakeups.close)
        db = await open_database(settings.database_address, clock, wakeups=wakeups)
        closing.push_async_callback(db.close)
        sealing = db
        if address := settings.sealer_database_url.get_secret_value():
            sealing = await open_database(address, clock, connections=1, wakeups=wakeups)
            closing.push_async_callback(sealing.close)
        bus, cache, search = bus_of(settings, db), cache_of(settings), search_of(settings)
        gateway, bank = gateway_of(settings, clock), bank_of(settings)
        for engine in (bus, cache, search, gateway, bank):
            closing.push_async_callback(engine.close)
        yield TradingHouse(
            settings=settings,
            secret_key=secret_key(settings),
            clock=clock,
            db=db,
            sealing=sealing,
            writes=Writes(db),
            bus=bus,
            cache=cache,
            search=search,
            mail=mail_of(settings),
            files=files_of(settings, clock),
            keys=keys_of(settings),
            anchors=anchors_of(settings),
            gateway=gateway,
            bank=bank,
        )


def bus_of(settings: Settings, db: Database) -> Bus:
    match settings.kafka_url.get_secret_value():
        case "":
            return OutboxBus(db)
        case address:
            from velora.platform.bus.kafka import KafkaBus

            return KafkaBus(address, settings.public_url)


def cache_of(settings: Settings) -> Cache:
    match settings.redis_url.get_secret_value():
        case "":
            return SqliteCache(settings.home / "cache.db")
        case address:
            from velora.platform.cache.redis import RedisCache

            return RedisCache(address)


def wakeups_of(settings: Settings, *, alone: bool) -> WakeUps:
    """How workers hear of what was committed. Where this process is `alone`, what it does not hear by itself is not worth looking for."""
    match settings.redis_url.get_secret_value():
        case "":
            return InProcessWakeUps(TRUSTED_FOR if alone else timedelta(0))
        case address:
            from velora.platform.wakeups.redis import RedisWakeUps

            return RedisWakeUps(address)


def search_of(settings: Settings) -> SearchIndex:
    match settings.opensearch_url.get_secret_value():
        case "":
            return TantivyIndex(settings.home / "search")
        case address:
            from velora.platform.search.opensearch import OpenSearchIndex

            return OpenSearchIndex(OpenSearchAddress.from_url(address))


def mail_of(settings: Settings) -> Mail:
    match settings.mail_url.get_secret_value():
        case "":
            return FolderMail(settings.home / "mailbox")
        case address:
            from velora.platform.mail.smtp import SmtpMail, SmtpServer

            return SmtpMail(SmtpServer.from_url(address))


def files_of(settings: Settings, clock: Clock) -> Files:
    match settings.files_url.partition("://"):
        case ["", "", ""]:
            return FolderFiles(settings.home / "files", Tickets(secret_key(settings)), clock)
        case ["file", _, folder]:
            return FolderFiles(Path(folder), Tickets(secret_key(settings)), clock)
        case _:
            from velora.platform.files.objects import ObjectFiles

            return ObjectFiles(settings.files_url, clock)


def keys_of(settings: Settings) -> SigningKeys:
    return SigningKeys(settings.home / "keys")


def anchors_of(settings: Settings) -> Anchors:
    match settings.anchor_url.partition("://"):
        case ["", "", ""]:
            return FolderAnchors(settings.home / "anchors")
        case ["file", _, folder]:
            return FolderAnchors(Path(folder))
        case _:
            from velora.platform.anchors.objects import ObjectAnchors

            return ObjectAnchors(settings.anchor_url)


def gateway_of(settings: Settings, clock: Clock) -> Gateway:
    match settings.gateway:
        case "sandbox":
            return SandboxGateway(
                settings.home / "sandbox-gateway.db",
                challenge_base="/sandbox/challenge",
                fee_bps=settings.sandbox_fee_bps,
                fee_fixed_minor=settings.sandbox_fee_fixed_minor,
            )
        case "stripe":
            from velora.modules.payments.gateways.stripe.gateway import StripeGateway

            return StripeGateway(
                settings.stripe_secret_key.get_secret_value(),
                settings.stripe_webhook_secret.get_secret_value(),
                api_base=settings.stripe_api_base,
                return_base=f"{settings.public_url}/api/v1/gateways/stripe/returns",
                clock=clock,
            )


def others_in_pages(settings: Settings) -> Mapping[str, Sequence[str]]:
    """Whom the pages may load from besides us: the gateway whose own form takes the card, and the store that sellers send files to."""
    others = {"sandbox": {}, "stripe": stripe_in_browsers.ORIGINS}[settings.gateway]
    store = files_of(settings, SystemClock()).origin
    return {**others, "connect-src": (*others.get("connect-src", ()), store)} if store else others


def bank_of(settings: Settings) -> Bank:
    return SandboxBank(settings.home / "sandbox-bank.db")


def web_application() -> Path:
    """Where the built web application lies: beside the backend in the checkout."""
    return Path(__file__).resolve().parents[4] / "frontend" / "dist"
