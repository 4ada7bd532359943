"""From what happened to a letter in a mailbox, on both databases."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select, update

from tests.builders.files import files_in
from tests.builders.letters import an_empty_queue
from tests.builders.orders import GUEST, a_paid_order, a_part, delivered
from tests.builders.people import a_seller, a_tenant, an_account
from velora.flows.notices import buyers, sellers
from velora.flows.notices.sending import send_due
from velora.flows.reactions import reacting
from velora.kernel.clock import ManualClock
from velora.kernel.ids import encode
from velora.modules.identity.service import AccountFacts
from velora.modules.notifications.models import NotificationMail
from velora.modules.notifications.policy.patience import NEWS_FOR
from velora.modules.orders import service as orders
from velora.modules.orders.events import OrderAuthorised, OrderPaid, SellerOrderDelivered, SellerOrderShipped
from velora.modules.payments import service as payments
from velora.modules.payments.events import PaymentFailed, RefundSettled
from velora.modules.payouts.events import PayoutPaid
from velora.modules.returns.events import ReturnApproved
from velora.modules.sellers import service as seller_service
from velora.modules.sellers.events import SellerApproved, SellerDeclined
from velora.modules.sellers.policy import StaffRole, State
from velora.modules.sellers.service import SellerFacts, Step
from velora.modules.tenants.service import TenantFacts
from velora.platform.anchors.folder import FolderAnchors
from velora.platform.bus import tell_everyone
from velora.platform.bus.outbox import OutboxBus
from velora.platform.bus.relaying import parked
from velora.platform.cache.sqlite import SqliteCache
from velora.platform.db import ACROSS_TENANTS, Database, UnitOfWork
from velora.platform.db.group_commit import Writes
from velora.platform.db.outbox import OutboxEvent
from velora.platform.house import House
from velora.platform.mail import Letter, LetterRefused, MailAway
from velora.platform.search.port import SearchIndex
from velora.platform.settings import Settings
from velora.platform.signing import SigningKeys


@dataclass
class Post:
    """A mail that takes letters, unless it is told not to."""

    taken: list[Letter] = field(default_factory=list)
    refuses: Exception | None = None

    async def send(self, letter: Letter) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.taken.append(letter)

    async def ping(self) -> None: ...


@pytest.fixture
def post() -> Post:
    return Post()


HouseOn = Callable[[Database], House]


@pytest.fixture
async def house_on(clock: ManualClock, tmp_path: Path, post: Post) -> AsyncGenerator[HouseOn]:
    """A house over this database, whose letters go to `post`."""
    cache, settings = SqliteCache(tmp_path / "cache.db"), Settings(home=tmp_path)
    search = cast("SearchIndex", None)  # nothing here searches
    yield lambda db: House(
        settings=settings, secret_key=b"k" * 32, clock=clock, db=db, sealing=db, writes=Writes(db), bus=OutboxBus(db),
        cache=cache, search=search, mail=post, files=files_in(tmp_path, b"k" * 32, clock),
        keys=SigningKeys(tmp_path / "keys"), anchors=FolderAnchors(tmp_path / "anchors"),
    )  # fmt: skip
    await cache.close()


@pytest.fixture
async def house(house_on: HouseOn, db: Database) -> House:
    await an_empty_queue(db)
    return house_on(db)


@dataclass(frozen=True)
class World:
    nord: TenantFacts
    owner: AccountFacts
    lumen: SellerFacts


@pytest.fixture
async def world(house: House) -> World:
    async with house.db.begin(None) as uow:
        nord, owner = await a_tenant(uow), await an_account(uow, name="Grace")
        return World(nord, owner, await a_seller(uow, owner.id, at=(nord.id,)))


async def an_order(uow: UnitOfWork, world: World) -> tuple[OrderPaid, int]:
    paid = await a_paid_order(uow, world.nord.id, [a_part(uow, seller_id=world.lumen.id)])
    return OrderPaid(world.nord.id, paid.order_id, paid.total_minor, "EUR"), paid.parts[0].id


async def sent(house: House, post: Post) -> Letter:
    assert await send_due(house) == 1
    return post.taken[-1]


async def test_a_paid_order_is_confirmed_in_the_marketplaces_language_and_name(house: House, world: World, post: Post) -> None:
    async with house.db.begin(None) as uow:
        event, _ = await an_order(uow, world)
        await buyers.confirm_order(uow, [event])
    letter = await sent(house, post)
    number = encode("ord", event.order_id)
    assert (letter.to, letter.sender_name) == ("ada@example.com", world.nord.name)
    assert letter.subject == f"Deine Bestellung bei {world.nord.name}: {number}"
    assert "1 × Brass Lamp: 100,00\u00a0€" in letter.text
    assert [line for line in letter.text.splitlines() if "Summe" in line] == ["Summe: 115,56\u00a0€"]
    assert "Versand: 8,00\u00a0€" in letter.text
    assert f"http://{world.nord.slug}.localhost:8000/orders/{number}?key={GUEST}" in letter.text
    assert await send_due(house) == 0


async def test_who_is_charged_when_goods_leave_is_told_so_and_has_one_letter(house: House, world: World, post: Post) -> None:
    async with house.db.begin(None) as uow:
        paid, _ = await an_order(uow, world)
        await buyers.confirm_order(
            uow, [OrderAuthorised(world.nord.id, paid.order_id, paid.total_minor, "EUR"), replace(paid, was_authorised=True)]
        )
    letter = await sent(house, post)
    assert "abgebucht wird erst, wenn das erste Paket losgeht" in letter.text
    assert "Summe: 115,56\u00a0€" in letter.text
    assert await send_due(house) == 0


async def test_who_was_not_sent_anything_in_time_is_told_and_who_was_declined_was_told_at_the_checkout(
    house: House, world: World, post: Post
) -> None:
    async with house.db.begin(None) as uow:
        paid, _ = await an_order(uow, world)
        intent = (await payments.of_orders(uow, [(world.nord.id, paid.order_id)]))[world.nord.id, paid.order_id]
        failed = [PaymentFailed(world.nord.id, paid.order_id, intent.id, reason) for reason in ("expired", "voided", "card_declined")]
        for one in failed:
            await buyers.say_lapsed(uow, [one])
    letter = await sent(house, post)
    assert letter.subject == f"Deine Bestellung wurde aufgegeben: {encode('ord', paid.order_id)}"
    assert "Es wurde nichts abgebucht." in letter.text
    assert await send_due(house) == 0


async def test_a_parcel_is_announced_with_its_tracking_number_and_arrival_with_the_last_day_to_complain(
    house: House, world: World, post: Post
) -> None:
    async with house.db.begin(None) as uow:
        paid = await a_paid_order(uow, world.nord.id, [a_part(uow, seller_id=world.lumen.id)])
        await delivered(uow, paid)
        [parcel] = await orders.parcels_of(uow, [paid.part])
        await buyers.say_shipped(uow, [SellerOrderShipped(world.nord.id, paid.order_id, paid.parts[0].id, parcel.id)])
    assert "Lumen & Oak hat es an DHL übergeben. Die Sendungsnummer ist JD01." in (await sent(house, post)).text
    async with house.db.begin(None) as uow:
        await buyers.say_delivered(uow, [SellerOrderDelivered(world.nord.id, paid.order_id, paid.parts[0].id)])
    assert "vor dem 30. November 2026" in (await sent(house, post)).text


async def test_money_on_its_way_back_is_announced_and_a_failed_refund_is_not(house: House, world: World, post: Post) -> None:
    async with house.db.begin(None) as uow:
        event, part_id = await an_order(uow, world)
        refund_id = uow.new_id()
        await buyers.say_return_approved(uow, [ReturnApproved(world.nord.id, event.order_id, part_id, uow.new_id(), 2140, "EUR")])
        await buyers.say_refunded(
            uow,
            [
                RefundSettled(world.nord.id, event.order_id, refund_id, 2140, "EUR", succeeded=True),
                RefundSettled(world.nord.id, event.order_id, refund_id, 9999, "EUR", succeeded=False),
            ],
        )
    assert await send_due(house) == 2
    assert [letter.subject.partition(":")[0] for letter in post.taken] == [
        "Deine Rückgabe ist angenommen",
        "21,40\u00a0€ auf dem Weg zu dir".replace("\u00a0", " "),
    ]


async def test_what_became_store_credit_is_told_apart_from_what_went_back(house: House, world: World, post: Post) -> None:
    async with house.db.begin(None) as uow:
        event, _ = await an_order(uow, world)
        settled = RefundSettled(world.nord.id, event.order_id, uow.new_id(), 2140, "EUR", succeeded=True, credit_minor=1000)
        alone = RefundSettled(world.nord.id, event.order_id, uow.new_id(), 500, "EUR", succeeded=True, credit_minor=500)
        await buyers.say_refunded(uow, [settled, alone])
    assert await send_due(house) == 3
    assert sorted(letter.subject.partition(":")[0] for letter in post.taken) == [
        "10,00 € Guthaben für dich",
        "11,40 € auf dem Weg zu dir",
        "5,00 € Guthaben für dich",
    ]


async def test_only_owners_hear_of_approval_decline_and_payouts(house: House, world: World, post: Post) -> None:
    async with house.db.begin(None) as uow:
        helper = await an_account(uow)
        await seller_service.hire(uow, world.lumen.id, helper.id, StaffRole.STAFF)
        other = await a_tenant(uow)
        await seller_service.step(uow, [Step(other.id, world.lumen.id, State.APPLIED, world.owner.id)])
        await seller_service.step(uow, [Step(other.id, world.lumen.id, State.DECLINED, world.owner.id, "No imprint.")])
        await sellers.welcome_seller(uow, [SellerApproved(world.nord.id, world.lumen.id)])
        await sellers.say_declined(uow, [SellerDeclined(other.id, world.lumen.id)])
        await sellers.say_paid_out(uow, [PayoutPaid(world.nord.id, uow.new_id(), world.lumen.id, 4500, "EUR")])
    assert await send_due(house) == 3
    assert {letter.to for letter in post.taken} == {world.owner.email}
    assert f"Lumen & Oak darf bei {world.nord.name} verkaufen" in [letter.subject for letter in post.taken]
    assert any("Der Grund: No imprint." in letter.text for letter in post.taken)
    assert any("45,00\u00a0€ auf das Konto von Lumen & Oak" in letter.text for letter in post.taken)


async def test_orders_of_the_past_write_nobody(house: House, world: World, clock: ManualClock, post: Post) -> None:
    async with house.db.begin(None) as uow:
        event, _ = await an_order(uow, world)
    clock.advance(NEWS_FOR + timedelta(minutes=1))
    async with house.db.begin(None) as uow:
        await buyers.confirm_order(uow, [event])
    assert await send_due(house) == 0


async def test_a_letter_that_waited_too_long_is_given_up_unsent(house: House, world: World, clock: ManualClock, post: Post) -> None:
    async with house.db.begin(None) as uow:
        event, _ = await an_order(uow, world)
        await buyers.confirm_order(uow, [event])
    clock.advance(NEWS_FOR)
    assert await send_due(house) == 1
    assert post.taken == []
    assert await states(house.db) == ["failed"]


async def states(db: Database) -> list[str]:
    async with db.read(None) as uow:
        return list(await uow.entities(select(NotificationMail.state).execution_options(**ACROSS_TENANTS)))


async def test_a_server_that_is_away_gets_the_same_letter_later(house: House, world: World, clock: ManualClock, post: Post) -> None:
    async with house.db.begin(None) as uow:
        event, _ = await an_order(uow, world)
        await buyers.confirm_order(uow, [event])
    post.refuses = MailAway("busy")
    assert await send_due(house) == 1
    assert await send_due(house) == 0
    post.refuses = None
    clock.advance(timedelta(minutes=1))
    first_try = await sent(house, post)
    assert first_try.to == "ada@example.com"
    assert await states(house.db) == ["sent"]


async def test_a_refused_address_is_not_tried_again(house: House, world: World, clock: ManualClock, post: Post) -> None:
    async with house.db.begin(None) as uow:
        event, _ = await an_order(uow, world)
        await buyers.confirm_order(uow, [event])
    post.refuses = LetterRefused("no such person")
    assert await send_due(house) == 1
    clock.advance(timedelta(days=1))
    assert await send_due(house) == 0
    assert await states(house.db) == ["failed"]


class NoDatabaseWhileSending(Post):
    """Sees that nothing is locked while a letter travels."""

    db: Database

    async def send(self, letter: Letter) -> None:
        async with self.db.begin(None) as uow:  # would wait for ever on SQLite's one writer
            assert await uow.entities(select(NotificationMail.id).execution_options(**ACROSS_TENANTS).with_for_update())
        await super().send(letter)


async def test_no_transaction_is_open_while_a_letter_travels(house: House, world: World) -> None:
    post = NoDatabaseWhileSending()
    post.db = house.db
    async with house.db.begin(None) as uow:
        event, _ = await an_order(uow, world)
        await buyers.confirm_order(uow, [event])
    assert await send_due(replace(house, mail=post)) == 1
    assert len(post.taken) == 1


async def test_from_the_payment_to_the_mailbox_through_the_relay_once(house_on: HouseOn, fresh_db: Database, post: Post) -> None:
    async with fresh_db.begin(None) as uow:
        nord, owner = await a_tenant(uow, "nordmarkt"), await an_account(uow)
        lumen = await a_seller(uow, owner.id, at=(nord.id,))
        paid = await a_paid_order(uow, nord.id, [a_part(uow, seller_id=lumen.id)])
    await tell_everyone(fresh_db, OutboxBus(fresh_db), reacting())
    async with fresh_db.begin(None) as uow:
        await uow.change(update(OutboxEvent).values(relayed=0).execution_options(**ACROSS_TENANTS))
    await tell_everyone(fresh_db, OutboxBus(fresh_db), reacting())
    assert await parked(fresh_db) == {}
    assert await send_due(house_on(fresh_db)) == 2
    assert {(letter.to, letter.subject) for letter in post.taken} == {
        (owner.email, "Lumen & Oak darf bei Nordmarkt verkaufen"),
        ("ada@example.com", f"Deine Bestellung bei Nordmarkt: {encode('ord', paid.order_id)}"),
    }
