"""The doctor sees what waits too long, what nobody could take, and rows outside of every month."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_sealed_history
from tests.builders.orders import a_paid_order
from tests.builders.stripe_double import SECRET_KEY, a_stripe_double
from tests.needs import needs_url
from velora.apps import migrations
from velora.apps.doctor import examine
from velora.apps.findings import Finding, State
from velora.apps.wiring import anchors_of
from velora.flows.bookkeeping.seal import anchor
from velora.kernel.clock import SystemClock
from velora.kernel.ids import encode, first_id_at
from velora.modules.payments import service as payments
from velora.platform.db import Database
from velora.platform.db.outbox import OutboxEvent, ParkedEvent
from velora.platform.db.troubles import note_troubles
from velora.platform.db.workers import Worker
from velora.platform.settings import Settings


@pytest.fixture
async def settings(fresh_db: Database, tmp_path: Path) -> Settings:
    """Of an installation over this database, whose schema is up to date."""
    address = fresh_db.engine.url.set(drivername=fresh_db.dialect, query={}).render_as_string(hide_password=False)
    newest = migrations.history()[-1][0]
    async with fresh_db.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest})
    return Settings.model_validate({"home": tmp_path / "home", "database_url": address})


async def found(settings: Settings, subject: str) -> Finding:
    return next(one for one in await examine(settings) if one.subject == subject)


def an_event(id_: int) -> dict[str, object]:
    return {
        "id": id_, "tenant_id": 1, "epoch": 1, "aggregate_type": "order", "aggregate_id": 1, "type": "orders.order_paid.v1",
        "payload": {}, "relayed": 0,
    }  # fmt: skip


async def test_it_is_said_whether_anybody_works(fresh_db: Database, settings: Settings):
    nobody = await found(settings, "workers")
    assert (nobody.state, nobody.says) == (State.NOTE, "none within the last hour")
    assert "velora worker" in nobody.mend
    now = SystemClock().now()
    rows = [{"name": name, "started_at": now, "seen_at": now - timedelta(minutes=ago)} for name, ago in (("here:1", 0), ("there:1", 5))]
    async with fresh_db.begin(None) as uow:
        await uow.insert(Worker, rows)
    assert (await found(settings, "workers")).says == "1 at work"
    async with fresh_db.begin(None) as uow:
        await uow.set_on(Worker, {("here:1",): {"seen_at": now - timedelta(minutes=6)}})
    gone = await found(settings, "workers")
    assert (gone.state, gone.says.startswith("none since 20")) == (State.NOTE, True)


async def test_events_that_wait_too_long_ask_for_a_worker(fresh_db: Database, settings: Settings):
    assert (await found(settings, "outbox")).state is State.OK
    async with fresh_db.begin(None) as uow:
        await uow.insert(OutboxEvent, [an_event(first_id_at(SystemClock().now() - timedelta(seconds=90)))])
    late = await found(settings, "outbox")
    assert late.state is State.WRONG
    assert "velora worker" in late.mend


async def test_an_event_that_nobody_could_take_is_for_a_person(fresh_db: Database, settings: Settings):
    async with fresh_db.begin(None) as uow:
        await uow.insert(ParkedEvent, [{"consumer": "x", "event_id": 1, "reason": "no", "attempts": 5, "parked_at": uow.now}])
    assert (await found(settings, "outbox")).says == "1 events that nobody could take"


async def test_money_that_the_gateway_refuses_to_give_back_is_for_a_person(fresh_db: Database, settings: Settings):
    async with fresh_db.begin(None) as uow:
        paid = await a_paid_order(uow, uow.new_id())
        now = await payments.of_orders(uow, [(paid.tenant_id, paid.order_id)])
        [intent] = now.values()
        keys = ["cancel:sor_1:3", "cancel:sor_2:2"]
        asked = await payments.request_refunds(uow, [payments.RefundRequest(paid.tenant_id, intent.id, 100, key) for key in keys])
        ids = [one.refund_id for one in asked if isinstance(one, payments.RefundAsked)]
        await payments.settle_refunds(uow, [payments.RefundHeard(paid.tenant_id, id_, succeeded=False, reason="no") for id_ in ids])
        await payments.ask_again_later(uow, {(paid.tenant_id, id_): 1 for id_ in ids})
    refused = await found(settings, "refunds")
    assert refused.state is State.WRONG
    assert refused.says == f"the money of 1 cancelled orders was refused 3 times or more: {encode('ord', paid.order_id)}"


async def test_stripe_is_asked_with_the_key_that_was_set(settings: Settings, tmp_path: Path):
    def trading(key: str, base: str, publishable: str = "pk_test_x") -> Settings:
        stripe = {"gateway": "stripe", "stripe_secret_key": SecretStr(key), "stripe_webhook_secret": SecretStr("whsec_x")}
        return settings.model_copy(update={**stripe, "stripe_api_base": base, "stripe_publishable_key": publishable})

    async with a_stripe_double(tmp_path) as double:
        well = await found(trading(SECRET_KEY, double.base), "payments")
        refused = await found(trading("rk_live_of_another", double.base), "payments")
        other_mode = await found(trading(SECRET_KEY, double.base, "pk_live_x"), "payments")
        base = double.base
    away = await found(trading(SECRET_KEY, base), "payments")
    assert (well.state, well.says) == (State.OK, "Stripe, test mode")
    assert (refused.state, refused.says) == (State.WRONG, "Stripe does not answer: Stripe does not take the key")
    assert other_mode.state is State.WRONG
    assert other_mode.says == "Stripe, test mode, but VELORA_STRIPE_PUBLISHABLE_KEY is of live mode"
    assert (away.state, "VELORA_STRIPE_SECRET_KEY" in away.mend) == (State.WRONG, True)


async def test_rows_outside_of_every_month_and_missing_months_are_found(fresh_db: Database, settings: Settings):
    if fresh_db.dialect != "mysql":
        assert "partitions" not in {one.subject for one in await examine(settings)}
        return
    far = SystemClock().now() + timedelta(days=400)
    async with fresh_db.begin(None) as uow:
        await uow.insert(OutboxEvent, [an_event(first_id_at(far)) | {"relayed": 1}])
    stray = await found(settings, "partitions")
    assert stray.state is State.WRONG
    assert "1 rows of outbox_event" in stray.says
    assert stray.mend.endswith("velora partitions ensure")


async def test_anchors_that_stay_behind_or_do_not_answer_are_found(fresh_db: Database, settings: Settings, bucket: str, tmp_path: Path):
    assert (await found(settings, "anchors")).says == f"{settings.home}/anchors, empty"
    public = settings.model_copy(update={"public_url": "https://market.example.com"})
    assert (await found(public, "anchors")).state is State.NOTE
    kept_in_bucket = settings.model_copy(update={"anchor_url": bucket})
    async with a_house(Database(fresh_db.engine, SystemClock(), fresh_db.new_id), tmp_path / "house") as house:
        await a_sealed_history(house, [11], blocks=3, seed=1)
        assert "the ledger is at block 3" in (await found(kept_in_bucket, "anchors")).says
        assert (await found(kept_in_bucket, "anchors")).state is State.WRONG
        await anchor(replace(house, anchors=anchors_of(kept_in_bucket)))
    well = await found(kept_in_bucket, "anchors")
    assert (well.state, f"{bucket}, up to block 3 of " in well.says) == (State.OK, True)
    away = await found(settings.model_copy(update={"anchor_url": "s3://nobody-made-this/anchors"}), "anchors")
    assert (away.state, "Is VELORA_ANCHOR_URL right" in away.mend) == (State.WRONG, True)


async def test_each_engine_says_its_version_and_what_was_last_the_matter_with_it(fresh_db: Database, settings: Settings):
    product = {"sqlite": "SQLite", "mysql": "MySQL"}[fresh_db.dialect]
    assert re.match(rf"{product} \d+\.\d+", (await found(settings, "database")).says)
    async with fresh_db.begin(None) as uow:
        await note_troubles(uow, {"cache": "connection refused", "bus": "no answer within 5 s"})
        at = f"{uow.now:%Y-%m-%d %H:%M} UTC"
    cache = await found(settings, "cache")
    assert cache.state is State.OK
    assert re.fullmatch(rf"SQLite [\d.]+, embedded; last trouble {at}: connection refused", cache.says)
    assert (await found(settings, "events")).says.endswith(f"; last trouble {at}: no answer within 5 s")
    assert "last trouble" not in (await found(settings, "search")).says


async def test_real_engines_say_the_versions_of_their_servers(settings: Settings):
    redis, search, bus = (needs_url(f"VELORA_TEST_{name}_URL") for name in ("REDIS", "OPENSEARCH", "KAFKA"))
    address = {"redis_url": SecretStr(redis), "opensearch_url": SecretStr(search), "kafka_url": SecretStr(f"{bus}/test-doctor")}
    real = settings.model_copy(update=address)
    said = {one.subject: one.says for one in await examine(real)}
    assert re.match(r"Redis \d+\.\d+", said["cache"])
    assert re.match(r"OpenSearch \d+\.\d+", said["search"])
    assert re.match(r"Kafka, \d+ brokers?", said["events"])  # it does not tell its version
