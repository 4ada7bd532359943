"""Deliveries on their way to real receivers on the loopback, each with manners of its own; on both databases."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.builders.letters import waiting_letters
from tests.builders.receivers import Receiver, a_receiver, answers, breaks_off, closes, dawdles, drips, hangs, never_ends
from tests.builders.webhooks import Listener, listens, post_all
from tests.flow.webhooks.conftest import World
from velora.flows.webhooks import telling
from velora.flows.webhooks.keeping import locked
from velora.flows.webhooks.sending import send_to_quick, send_to_slow
from velora.flows.webhooks.telling import message_id
from velora.kernel.clock import ManualClock
from velora.kernel.events import numbered
from velora.kernel.ids import first_id_at
from velora.modules.catalog.events import ListingChanged, ProductChanged
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.policy import signing
from velora.modules.webhooks.policy.endpoints import DeliveryState, EndpointState, Reason
from velora.modules.webhooks.policy.schedule import LEASE, Lane
from velora.modules.webhooks.policy.verdict import Heard
from velora.modules.webhooks.service import Owner
from velora.platform.house import House
from velora.platform.outbound import post as outbound
from velora.platform.vault import fresh_secret


async def happens(house: House, tenant_id: int, times: int = 1) -> list[int]:
    """So many things happen at a marketplace, one after the other; their numbers."""
    async with house.db.begin(None) as uow:
        numbers = [uow.new_id() for _ in range(times)]
        await telling.enqueue(uow, [numbered(ListingChanged(tenant_id, number), number) for number in numbers])
    return numbers


async def a_listener(house: House, world: World, receiver: Receiver, path: str = "") -> Listener:
    return await listens(house, Owner.tenant(world.nord.id), receiver.url + path, "catalog.listing_changed.v1")


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for on the wall clock is shorter than outside, in proportion."""
    monkeypatch.setattr(outbound, "CONNECT_WITHIN", 0.5)
    monkeypatch.setattr(outbound, "WHOLE_WITHIN", 1.5)
    monkeypatch.setattr(outbound, "BODY_WITHIN", 0.5)


async def test_what_happened_arrives_in_order_and_signed_so_that_others_can_tell(house: House, world: World, clock: ManualClock):
    async with a_receiver(answers(200)) as receiver:
        listener = await a_listener(house, world, receiver)
        clock.advance(
            timedelta(seconds=time.time()) - timedelta(seconds=clock.now().timestamp())
        )  # the other library has a clock of its own
        numbers = await happens(house, world.nord.id, times=3)
        await post_all(house)
    assert [one.headers["webhook-id"] for one in receiver.heard] == [message_id(number) for number in numbers]
    for request in receiver.heard:
        assert request.line == "POST /hook HTTP/1.1"
        assert Webhook(signing.shown(listener.secret)).verify(request.body, request.headers)["type"] == "catalog.listing_changed.v1"
    log = await listener.log()
    assert [(one.state, one.attempts, one.last_status) for one in log] == [(DeliveryState.DELIVERED, 1, 200)] * 3
    assert [one.body.encode() for one in log] == receiver.bodies
    [attempt] = await listener.tries(numbers[0])
    assert (attempt.status, attempt.reply, attempt.error) == (200, "ok", "")
    assert attempt.request_headers["webhook-id"] == message_id(numbers[0])


async def test_after_a_rotation_both_secrets_sign_for_a_day(house: House, world: World, clock: ManualClock):
    async with a_receiver(answers(200)) as receiver:
        listener = await a_listener(house, world, receiver)
        secret = fresh_secret()
        async with house.db.begin(None) as uow:
            kept = locked(house, listener.endpoint.id, secret)
            await webhooks.rotate(uow, listener.endpoint.owner, listener.endpoint.id, kept)
        await happens(house, world.nord.id)
        await post_all(house)
        clock.advance(timedelta(hours=24))
        await happens(house, world.nord.id)
        await post_all(house)
    first, second = receiver.heard
    for request, secrets in ((first, [secret, listener.secret]), (second, [secret])):
        at = int(request.headers["webhook-timestamp"])
        assert request.headers["webhook-signature"] == signing.signature(secrets, request.headers["webhook-id"], at, request.body)


async def test_a_failure_is_tried_again_later_with_the_same_id_and_body(house: House, world: World, clock: ManualClock):
    async with a_receiver(answers(500, 200, body=b"oh dear")) as receiver:
        listener = await a_listener(house, world, receiver)
        [number] = await happens(house, world.nord.id)
        await post_all(house)
        [failed] = await listener.log()
        assert (failed.state, failed.last_status, failed.last_error) == (DeliveryState.FAILED, 500, "it answered 500")
        assert failed.next_at is not None
        assert timedelta(seconds=5) <= failed.next_at - clock.now() <= timedelta(seconds=5.5)
        clock.advance(timedelta(seconds=4))
        assert await post_all(house) == 0
        clock.advance(timedelta(seconds=2))
        assert await post_all(house) == 1
    first, second = receiver.heard
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 6
    assert [(one.status, one.reply) for one in await listener.tries(number)] == [(200, "oh dear"), (500, "oh dear")]
    assert ((await listener.now()).failures, (await listener.now()).failing_since) == (0, None)


async def test_a_redirect_is_not_followed_and_the_log_says_so(house: House, world: World):
    async with a_receiver(answers(200)) as inside, a_receiver(answers(302, headers=[f"location: {inside.url}"])) as receiver:
        listener = await a_listener(house, world, receiver)
        await happens(house, world.nord.id)
        await post_all(house)
    assert (len(receiver.heard), inside.heard) == (1, [])
    [delivery] = await listener.log()
    assert delivery.last_error == f"it answered 302: redirects to {inside.url} are not followed. Give the final address as the URL."


@pytest.mark.parametrize(
    ("manners", "why"),
    [(closes, "the connection broke off"), (drips, "no whole answer within"), (dawdles(9), "no whole answer within")],
    ids=["closes", "drips", "dawdles"],
)
async def test_who_closes_drips_or_dawdles_has_failed(house: House, world: World, manners: Any, why: str):
    async with a_receiver(manners) as receiver:
        listener = await a_listener(house, world, receiver)
        begun = time.monotonic()
        await happens(house, world.nord.id)
        await post_all(house)
        assert time.monotonic() - begun < 4
    [delivery] = await listener.log()
    assert (delivery.state, delivery.last_status) == (DeliveryState.FAILED, None)
    assert why in delivery.last_error


async def test_an_endless_body_ends_after_its_first_four_kilobytes(house: House, world: World):
    async with a_receiver(never_ends) as receiver:
        listener = await a_listener(house, world, receiver)
        [number] = await happens(house, world.nord.id)
        await post_all(house)
    [attempt] = await listener.tries(number)
    assert (attempt.status, attempt.reply) == (200, "x" * 4096)
    assert (await listener.log())[0].state is DeliveryState.DELIVERED


@pytest.mark.parametrize("manners", [hangs, breaks_off], ids=["hangs", "breaks off"])
async def test_who_has_said_200_has_heard_it_whatever_becomes_of_the_rest(house: House, world: World, manners: Any):
    async with a_receiver(manners) as receiver:
        listener = await a_listener(house, world, receiver)
        [number] = await happens(house, world.nord.id)
        await post_all(house)
    [attempt] = await listener.tries(number)
    assert (attempt.status, attempt.reply, attempt.error) == (200, "half of", "")
    assert (await listener.log())[0].state is DeliveryState.DELIVERED


async def test_nobody_listens_there(house: House, world: World):
    async with a_receiver(answers(200)) as receiver:
        pass
    listener = await a_listener(house, world, receiver)
    await happens(house, world.nord.id)
    await post_all(house)
    assert (await listener.log())[0].last_error == "the connection was refused"


async def test_who_says_that_it_is_gone_is_disabled_at_once_with_a_letter(house: House, world: World):
    async with a_receiver(answers(410)) as receiver:
        listener = await a_listener(house, world, receiver)
        await happens(house, world.nord.id, times=3)
        await post_all(house)
        assert len(receiver.heard) == 1
    now = await listener.now()
    assert (now.state, now.reason) == (EndpointState.DISABLED, Reason.GONE)
    assert [one.state for one in await listener.log()] == [DeliveryState.FAILED, DeliveryState.PENDING, DeliveryState.PENDING]
    [letter] = await waiting_letters(house.db, world.nord.id)
    assert (letter.template, letter.address, letter.params["host"]) == ("webhook_gone", world.admin.email, "127.0.0.1")


async def test_three_days_of_failures_disable_with_a_letter_to_the_sellers_owner_and_what_waits_goes_on_when_enabled(
    house: House, world: World, clock: ManualClock
):
    async with a_receiver(answers(500)) as receiver:
        listener = await listens(house, Owner.seller(world.lumen.id), receiver.url)
        async with house.db.begin(None) as uow:
            number = uow.new_id()
            await telling.enqueue(uow, [numbered(ProductChanged(0, world.lumen.id, 5), number)])
        tries = 0
        begun = clock.now()
        while (await listener.now()).state is EndpointState.ENABLED:
            tries += await post_all(house)
            clock.advance(timedelta(minutes=30) if tries > 3 else timedelta(minutes=1))
            assert clock.now() - begun < timedelta(days=4)
        assert (tries, len(receiver.heard)) == (10, 10)
    now = await listener.now()
    assert (now.reason, now.failures) == (Reason.FAILING, 10)
    assert timedelta(days=3) <= clock.now() - begun < timedelta(days=3.6)
    [delivery] = await listener.log()
    assert (delivery.state, delivery.attempts, delivery.next_at) == (DeliveryState.GIVEN_UP, 10, None)
    place = min(world.nord.id, world.vale.id)
    [letter] = await waiting_letters(house.db, place)
    assert (letter.template, letter.address) == ("webhook_failing", world.owner.email)

    async with a_receiver(answers(200)) as better:
        async with house.db.begin(None) as uow:
            await webhooks.change(uow, now.owner, now.id, webhooks.EndpointChange(better.url, "", now.event_types, now.version))
            await webhooks.enable(uow, now.owner, now.id)
            assert await webhooks.replay_failed(uow, now.owner, now.id, begun - timedelta(seconds=1)) == 1
        await post_all(house)
        assert [one.headers["webhook-id"] for one in better.heard] == [message_id(number)]
    assert (await listener.log())[0].state is DeliveryState.DELIVERED


async def test_what_waited_while_it_was_disabled_goes_on_when_it_is_enabled(house: House, world: World):
    async with a_receiver(answers(200)) as receiver:
        listener = await a_listener(house, world, receiver)
        await happens(house, world.nord.id, times=2)
        async with house.db.begin(None) as uow:
            await webhooks.disable(uow, listener.endpoint.owner, listener.endpoint.id)
        assert await post_all(house) == 0
        await happens(house, world.nord.id)
        async with house.db.begin(None) as uow:
            await webhooks.enable(uow, listener.endpoint.owner, listener.endpoint.id)
        await post_all(house)
    assert len(receiver.heard) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_who_asks_us_to_wait_is_left_alone_for_so_long(house: House, world: World, clock: ManualClock, status: int):
    async with a_receiver(answers(status, 200, headers=["retry-after: 120"])) as receiver:
        await a_listener(house, world, receiver)
        await happens(house, world.nord.id, times=2)
        await post_all(house)
        clock.advance(timedelta(seconds=119))
        await post_all(house)
        assert len(receiver.heard) == 1
        clock.advance(timedelta(seconds=2))
        await post_all(house)
        assert len(receiver.heard) == 3


async def test_a_slow_endpoint_delays_only_itself(house: House, world: World):
    """Six slow ones, as many as there are quick workers, and one that answers at once: after one try each they wait among themselves."""
    async with a_receiver(dawdles(1.2)) as slow, a_receiver(answers(200)) as quick:
        for _ in range(6):
            await a_listener(house, world, slow)
        await happens(house, world.nord.id)
        await asyncio.gather(*(send_to_quick(house) for _ in range(6)))
        assert len(slow.heard) == 6
        listener = await a_listener(house, world, quick)
        await happens(house, world.nord.id, times=5)
        dawdling = [asyncio.create_task(send_to_slow(house)) for _ in range(4)]
        begun = time.monotonic()
        assert await send_to_quick(house) == 1
        assert time.monotonic() - begun < 1
        assert [one.state for one in await listener.log()] == [DeliveryState.DELIVERED] * 5
        assert not any(task.done() for task in dawdling)
        await asyncio.gather(*dawdling)


async def test_many_workers_send_each_event_once_and_one_request_at_a_time(house: House, world: World):
    at_once: list[int] = []
    open_now = 0

    async def counts(writer: asyncio.StreamWriter, number: int) -> None:
        nonlocal open_now
        open_now += 1
        at_once.append(open_now)
        await asyncio.sleep(0.01)
        open_now -= 1
        await answers(200)(writer, number)

    async with a_receiver(counts) as receiver:
        await a_listener(house, world, receiver)
        numbers = await happens(house, world.nord.id, times=45)
        while sum(await asyncio.gather(*(send_to_quick(house) for _ in range(5)))):
            continue
    assert [one.headers["webhook-id"] for one in receiver.heard] == [message_id(number) for number in numbers]
    assert max(at_once) == 1


async def test_who_died_with_a_lease_is_followed_by_another_and_one_that_wakes_late_changes_nothing(
    house: House, world: World, clock: ManualClock
):
    async with a_receiver(answers(200)) as receiver:
        listener = await a_listener(house, world, receiver)
        [number] = await happens(house, world.nord.id)
        async with house.db.begin(None) as uow:
            stalled = await webhooks.claim(uow, Lane.QUICK)
        assert stalled is not None
        assert await post_all(house) == 0
        clock.advance(LEASE)
        assert await post_all(house) == 1
        async with house.db.begin(None) as uow:
            late = await webhooks.settle(uow, stalled, number, {}, Heard(None, "", 5, "it slept"))
        assert late.claimed is None
    [delivery] = await listener.log()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)
    assert len(await listener.tries(number)) == 2
    assert (await listener.now()).failures == 0


async def test_a_secret_that_cannot_be_read_sends_nothing_and_says_what_to_do(house: House, world: World):
    async with a_receiver(answers(200)) as receiver:
        listener = await a_listener(house, world, receiver)
        await happens(house, world.nord.id)
        await post_all(replace(house, secret_key=b"another key"))
        assert receiver.heard == []
    [delivery] = await listener.log()
    assert (delivery.state, "Rotate the secret." in delivery.last_error) == (DeliveryState.FAILED, True)


async def test_one_that_is_replayed_is_sent_again_with_the_same_id_also_when_it_was_heard(house: House, world: World):
    async with a_receiver(answers(200)) as receiver:
        listener = await a_listener(house, world, receiver)
        [number] = await happens(house, world.nord.id)
        await post_all(house)
        async with house.db.begin(None) as uow:
            assert await webhooks.replay(uow, listener.endpoint.owner, listener.endpoint.id, number) is None
        await post_all(house)
    assert [one.headers["webhook-id"] for one in receiver.heard] == [message_id(number)] * 2
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_what_is_older_than_thirty_days_is_forgotten_with_its_log(house: House, world: World, clock: ManualClock):
    async with a_receiver(answers(200)) as receiver:
        listener = await a_listener(house, world, receiver)
        old, new = first_id_at(clock.now() - timedelta(days=30, seconds=1)), first_id_at(clock.now() - timedelta(days=29))
        async with house.db.begin(None) as uow:
            await telling.enqueue(uow, [numbered(ListingChanged(world.nord.id, 5), number) for number in (old, new)])
        await post_all(house)
        assert [len(await listener.tries(number)) for number in (old, new)] == [1, 1]
        async with house.db.begin(None) as uow:
            assert await webhooks.forget_old(uow) >= 1
    assert [one.event_id for one in await listener.log()] == [new]
    assert [len(await listener.tries(number)) for number in (old, new)] == [0, 1]
