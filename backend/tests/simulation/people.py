"""Who is about in the town: buyers, sellers, the worker's loops, finance. Each asks our processes as the routes would."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeVar

from sqlalchemy.exc import DBAPIError

from tests.builders.checkout import ADDRESS
from tests.simulation.gateway import ASKED, OK, POOR, Company
from tests.simulation.town import Basket, Town
from tests.simulation.world import CutOff, Injected, Process, World
from velora.flows.cancellation.cancel import PaymentUnderWay, cancel_order
from velora.flows.checkout.draft import Buyer, Draft
from velora.flows.checkout.pay import Answer, check_out, confirm
from velora.flows.fulfilment.refused import Refused, refuse_once
from velora.flows.fulfilment.ship import deliver, send
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.payout_run.run import PayoutRun, run_payouts
from velora.flows.refund.ask import ReturnAsk, ask_once
from velora.flows.refund.cancel import Cancellation
from velora.flows.refund.decide import Decision, approve_once, decline_once
from velora.flows.refund.settle import give_back
from velora.flows.refund.start import Started
from velora.flows.release.release import Confirmation
from velora.flows.release.release import confirm as confirm_delivery
from velora.flows.second_person import Hand
from velora.flows.store_credit.goodwill import Wish, give_once
from velora.kernel.errors import Refusal
from velora.kernel.ids import decode, encode
from velora.kernel.principal import Principal
from velora.modules.orders import service as orders
from velora.modules.orders.service import Parcel
from velora.modules.payments.service import Declined, Method
from velora.modules.returns.service import Reason
from velora.platform.db.errors import Deadlock, Unavailable
from velora.platform.db.idempotency import Asked, InProgress

T = TypeVar("T")
Work = Callable[[TradingHouse], Coroutine[Any, Any, T]]
_AGAIN_LATER: Final = (CutOff, Unavailable, Deadlock, InProgress, PaymentUnderWay)


def asked(key: str) -> Asked:
    return Asked(sha256(key.encode()).digest(), sha256(b"the same body").digest())


@dataclass
class Purchase:
    """What one buyer wants under one key, and what it was told."""

    number: int
    basket: Basket
    token: str
    account_id: int | None = None
    credit_minor: int = 0  # of the total, as the buyer wishes
    method: Method = "card"  # by which what credit does not pay is paid
    said: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])  # (status, order)
    answered: bool = False  # with 201, to the request itself and not at the bank's door
    declined: bool = False
    refused: bool = False

    @property
    def key(self) -> str:
        return f"purchase-{self.number}"

    @property
    def who(self) -> Principal:
        tenant_id = self.basket.market.tenant_id
        if self.account_id is not None:
            return Principal(account_id=self.account_id, tenant_id=tenant_id)
        return Principal(guest_key=f"guest-{self.number}", tenant_id=tenant_id)

    @property
    def email(self) -> str:
        return f"buyer-{self.number}@example.com"

    def draft(self, house: TradingHouse) -> Draft:
        """As the route makes it: every try has an order id of its own, and the key decides which counts."""
        buyer = Buyer(self.account_id, self.who.guest_key, self.email)
        is_left = self.credit_minor < self.basket.total_minor
        return Draft(
            self.basket.market, buyer, ADDRESS, "DE", self.basket.lines, self.token if is_left else "", self.basket.total_minor,
            asked(self.key), house.db.new_id(), credit_minor=self.credit_minor, method=self.method if is_left else "card",
        )  # fmt: skip

    def heard(self, answer: Answer) -> None:
        order = answer.body["order"]
        assert isinstance(order, dict)
        self.said.append((answer.code, decode("ord", str(order["id"]))))

    @property
    def order_id(self) -> int | None:
        return self.said[-1][1] if self.said else None


@dataclass
class Goodwill:
    """What finance gives a buyer as credit, asked for under one key until somebody answers."""

    key: str
    tenant_id: int
    account_id: int
    amount_minor: int
    is_answered: bool = False


class People:
    """The seed's people, and how they reach the processes."""

    def __init__(self, world: World, town: Town, company: Company, servers: list[Process]) -> None:
        self.world = world
        self.town = town
        self.company = company
        self.servers = servers
        self.purchases: list[Purchase] = []
        self.goodwill: list[Goodwill] = []
        self._keys = 0

    async def asks(self, what: str, work: Work[T], *, tries: int = 1, patience: float = 0.0) -> T | Refusal | None:
        """The answer, a refusal, or None when nobody could be reached in so many tries. The same request each time."""
        for attempt in range(tries):
            if attempt:
                await self.world.takes(0.2, self.world.dice.choice((2.0, 40.0)))
            process = self.world.dice.choice(self.servers)
            try:
                return await process.ask(what, work, patience=patience)
            except _AGAIN_LATER:
                continue
            except DBAPIError as error:
                if not isinstance(error.orig, Injected):
                    raise
            except Refusal as refusal:
                return refusal
        return None

    def a_key(self) -> str:
        self._keys += 1
        return f"request-{self._keys}"

    # ------------------------------------------------------------------------------------------------ buyers

    async def buys(self, number: int) -> None:
        """One purchase: asked for until it is answered or given up, perhaps twice at once, confirmed at the bank where it must be."""
        dice = self.world.dice
        token = dice.choices((OK, POOR, ASKED), (7, 1, 2))[0]
        await self._buys(Purchase(number, dice.choice(self.town.baskets), token))

    async def buys_later(self, number: int) -> None:
        """The same, paid at the door or on an invoice, which only those with an account can have."""
        dice = self.world.dice
        purchase = Purchase(number, dice.choice(self.town.later), "", method=dice.choice(("cash_on_delivery", "invoice", "invoice")))
        if purchase.method == "invoice":
            purchase.account_id = dice.choice(self.town.buyers)
        await self._buys(purchase)

    async def _buys(self, purchase: Purchase) -> None:
        dice = self.world.dice
        self.purchases.append(purchase)
        await self.world.takes(0, 8)
        rich = [gift for gift in self.goodwill if gift.tenant_id == purchase.basket.market.tenant_id]
        if purchase.account_id is not None or dice.random() < (0.8 if rich else 0.2):
            purchase.account_id = purchase.account_id or (dice.choice(rich).account_id if rich else dice.choice(self.town.buyers))
            purchase.credit_minor = self._credit_for(purchase)
        again = self.world.loop.create_task(self._checks_out(purchase, dice.randint(1, 3))) if dice.random() < 0.25 else None
        await self._checks_out(purchase, dice.randint(1, 4))
        if again is not None:
            await again
        if purchase.token == ASKED and dice.random() < 0.7:
            await self._goes_to_the_bank(purchase)
        if dice.random() < 0.15 and purchase.order_id is not None:
            await self.cancels(purchase)

    async def _checks_out(self, purchase: Purchase, tries: int) -> None:
        for attempt in range(tries):
            if attempt:
                await self.world.takes(0.2, self.world.dice.choice((2.0, 40.0)))
            patience = self.world.dice.uniform(0.01, 3) if self.world.happens(self.world.temper.hang_up) else 0.0
            answer = await self.asks(purchase.key, lambda house: check_out(house, purchase.draft(house)), patience=patience)
            if isinstance(answer, Declined):
                purchase.declined = True
                return
            if isinstance(answer, Refusal):
                purchase.refused = True
                return
            if answer is not None:
                purchase.heard(answer)
                if answer.code == 201:
                    purchase.answered = True
                    return

    async def _goes_to_the_bank(self, purchase: Purchase) -> None:
        found = self.world.rows(
            "SELECT i.id, i.gateway_key FROM payment_intent i JOIN orders o ON o.id = i.order_id WHERE o.email = ?", purchase.email
        )
        if not found or found[0][1] not in self.company.charges:
            return
        intent_id, key = found[0]
        await self.world.takes(1, 60)
        self.company.confirm(key, approved=self.world.dice.random() < 0.8)
        tenant_id = purchase.basket.market.tenant_id
        answer = await self.asks(f"confirm {key}", lambda house: confirm(house, tenant_id, intent_id, purchase.who), tries=2)
        if isinstance(answer, Answer):
            purchase.heard(answer)

    async def cancels(self, purchase: Purchase) -> None:
        order_id = purchase.order_id
        if order_id is None:
            return
        tenant_id = purchase.basket.market.tenant_id
        parts = [id_ for (id_,) in self.world.rows("SELECT id FROM seller_order WHERE order_id = ? ORDER BY id", order_id)]
        part = self.world.dice.choice(parts) if len(parts) > 1 and self.world.dice.random() < 0.5 else None
        request = Once(tenant_id, purchase.who, asked(self.a_key()), Cancellation(tenant_id, order_id, "buyer", part))
        await self.asks(
            f"cancel {encode('ord', order_id)}", lambda house: cancel_order(house, request), tries=self.world.dice.randint(1, 3)
        )

    def _credit_for(self, purchase: Purchase) -> int:
        """How much of the price is to be credit: all that can be, some of it, or what somebody else has too; and now and then too much."""
        there = "SELECT balance_minor - held_minor FROM customer_credit WHERE tenant_id = ? AND account_id = ?"
        tenant_id, total = purchase.basket.market.tenant_id, purchase.basket.total_minor
        free = sum(amount for (amount,) in self.world.rows(there, tenant_id, purchase.account_id))
        most = min(free, total)
        return self.world.dice.choice((most, most, most // 2, min(free + 1, total)))

    async def complains(self, tenant_id: int, part_id: int, who: Principal, lines: list[tuple[int, int]]) -> None:
        """Somebody wants to give some pieces back, perhaps for credit."""
        await self.world.takes(0, 4)
        wanted = tuple((line, self.world.dice.randint(1, quantity)) for line, quantity in lines)
        as_credit = who.account_id is not None and self.world.dice.random() < 0.5
        request = Once(tenant_id, who, asked(self.a_key()), ReturnAsk(tenant_id, part_id, wanted, Reason.OTHER, "", who, as_credit))
        await self.asks(f"take back {encode('sor', part_id)}", lambda house: house.writes.submit(ask_once, request), tries=2)

    async def has_everything(self, tenant_id: int, part_id: int) -> None:
        await self.world.takes(0, 4)
        await self.asks(
            f"note that {encode('sor', part_id)} came",
            lambda house: house.writes.submit(confirm_delivery, Confirmation(tenant_id, part_id)),
            tries=2,
        )

    # ----------------------------------------------------------------------------------------------- sellers

    async def ships(self, tenant_id: int, part_id: int, lines: tuple[tuple[int, int], ...] = ()) -> None:
        await self.world.takes(0, 4)
        request = Once(tenant_id, Principal(account_id=7), asked(self.a_key()), Parcel(tenant_id, part_id, "DHL", "JD01", lines))

        async def sends(house: TradingHouse) -> None:
            async with house.db.read(tenant_id) as uow:
                found = await orders.parts_by_id(uow, [(tenant_id, part_id)])
            await send(house, found[tenant_id, part_id], request)

        await self.asks(f"ship {encode('sor', part_id)}", sends, tries=3)

    async def delivers(self, tenant_id: int, part_id: int) -> None:
        await self.world.takes(0, 4)
        await self.asks(f"deliver {encode('sor', part_id)}", lambda house: house.writes.submit(deliver, (tenant_id, part_id)), tries=3)

    async def takes_back(self, tenant_id: int, order_id: int, part_id: int) -> None:
        """The parcel has come back, as nobody would pay for it."""
        await self.world.takes(0, 4)
        request = Once(tenant_id, Principal(account_id=7), asked(self.a_key()), Refused(tenant_id, order_id, part_id, "seller"))
        await self.asks(f"take {encode('sor', part_id)} in", lambda house: house.writes.submit(refuse_once, request), tries=2)

    async def decides(self, tenant_id: int, order_id: int, return_id: int) -> None:
        """The seller approves or declines, perhaps clicking twice."""
        await self.world.takes(0, 4)
        request = Once(tenant_id, Principal(account_id=7), asked(self.a_key()), Decision(tenant_id, order_id, return_id, "", "seller"))
        if self.world.dice.random() < 0.25:
            await self.asks("decline a return", lambda house: house.writes.submit(decline_once, request), tries=2)
            return

        async def approves(house: TradingHouse) -> None:
            started = await house.writes.submit(approve_once, request)
            if isinstance(started, Started):
                await give_back(house, [started])

        await self.asks(f"approve {encode('ret', return_id)}", approves, tries=3)

    # ----------------------------------------------------------------------------------------------- finance

    async def is_generous(self) -> None:
        """Finance gives somebody credit, perhaps clicking twice."""
        tenant_id, account_id = self.world.dice.choice(self.town.tenants), self.world.dice.choice(self.town.buyers)
        gift = Goodwill(self.a_key(), tenant_id, account_id, self.world.dice.choice((1000, 4000, 20000)))
        self.goodwill.append(gift)
        await self.gives(gift, tries=self.world.dice.randint(1, 3))

    async def gives(self, gift: Goodwill, *, tries: int) -> None:
        wish = Wish(gift.tenant_id, gift.account_id, gift.amount_minor, "EUR", "Sorry.", Hand("finance"), 10**9)
        request = Once(gift.tenant_id, Principal(account_id=9), asked(gift.key), wish)
        answer = await self.asks("give credit", lambda house: house.writes.submit(give_once, request), tries=tries)
        gift.is_answered |= answer is not None

    async def pays_out(self, tenant_id: int) -> None:
        await self.world.takes(0, 4)
        request = Once(tenant_id, Principal(account_id=9), asked(self.a_key()), PayoutRun(tenant_id, "finance"))
        await self.asks("pay out", lambda house: run_payouts(house, request), tries=self.world.dice.randint(1, 3))
