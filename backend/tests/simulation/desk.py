"""Money that comes past every gateway: couriers' and buyers' money on the operator's bank statement, and finance, which reads it.

`Desk` is finance with what it remembers: what stands on the statement, what it has sent by the bank, and what it has given up. A line is
recorded until somebody answers, and a transfer is made once, whoever hears of it.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.builders.later import BANK
from tests.builders.receipts import DAY
from tests.simulation.people import People, asked
from velora.flows.house import TradingHouse
from velora.flows.invoice_terms import give_up
from velora.flows.once import Once
from velora.flows.receipts.record import Receipt, record_once
from velora.flows.second_person import Hand
from velora.flows.suspense import settle as suspense
from velora.flows.transfers.made import Said, say_once
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.suspense.service import Limits, Settlement
from velora.modules.transfers import service as transfers

_ALONE: Final = 10**9  # below this nobody needs a second person
_LIMITS: Final = Limits(_ALONE, 500)
_FINANCE: Final = Hand("finance")
_WHO: Final = Principal(account_id=9)
_AWAITED: Final = "SELECT tenant_id, order_id, due_minor FROM payment_intent WHERE state = 'awaited' AND due_minor > 0 ORDER BY id"


class Sent(NamedTuple):
    tenant_id: int
    amount_minor: int


@dataclass
class Line:
    """What came, as the statement says. The words name an order, or finance chooses it (`order_id`), or neither."""

    tenant_id: int
    reference: str
    amount_minor: int
    words: str
    order_id: int | None
    is_recorded: bool = False


@dataclass
class Desk:
    """`sent` is what went out by the bank, by what it is about; `given_up` the orders that finance gave up."""

    people: People
    lines: list[Line] = field(default_factory=list[Line])
    sent: dict[str, Sent] = field(default_factory=dict[str, Sent])
    failed: set[str] = field(default_factory=set[str])
    given_up: set[int] = field(default_factory=set[int])

    def comes(self, chance: float) -> list[Awaitable[None]]:
        """Some of those who owe pay: what is due, in two parts, too much, too little, twice, or without a word for what."""
        return [
            self._pays(tenant_id, order_id, due)
            for tenant_id, order_id, due in self._rows(_AWAITED)
            if self._dice.random() < chance
        ]  # fmt: skip

    def gives_up(self, chance: float) -> list[Awaitable[None]]:
        """Of some of these orders no money is expected any more; soonest of those for which too little has come."""
        short = {order_id for (order_id,) in self._rows("SELECT order_id FROM suspense_case WHERE state = 'kept'")}
        return [
            self._gives_up(tenant_id, order_id)
            for tenant_id, order_id, *_ in self._rows(_AWAITED)
            if self._dice.random() < (0.5 if order_id in short else chance)
        ]

    def clears(self, chance: float) -> list[Awaitable[None]]:
        """Of what is nobody's, some is sent back, and some is for an order that waits, as the payer has said on the telephone."""
        cases = self._rows("SELECT tenant_id, id FROM suspense_case WHERE gateway = 'bank' AND state = 'open' ORDER BY id")
        return [self._settles(*case) for case in cases if self._dice.random() < chance]

    def transfers(self, chance: float) -> list[Awaitable[None]]:
        """Money is sent back by the bank, and said to be; some of it cannot be sent."""
        there = self._rows("SELECT tenant_id, id, about, payee, amount_minor FROM transfer WHERE state = 'to_make' ORDER BY id")
        return [self._sends(*one) for one in there for _ in range(2) if self._dice.random() < chance]

    def unrecorded(self) -> list[Awaitable[None]]:
        return [self._records(line, tries=1) for line in self.lines if not line.is_recorded]

    async def _pays(self, tenant_id: int, order_id: int, due: int) -> None:
        dice = self._dice
        await self.people.world.takes(0, 20)
        amounts = dice.choices(((due,), (due // 2, due - due // 2), (due + 700,), (due - 100,), (due, due)), (5, 2, 1, 3, 1))[0]
        words = f"Invoice {encode('ord', order_id)}" if dice.random() < 0.7 else "with thanks"
        chosen = order_id if dice.random() < 0.5 else None
        for amount in amounts:
            line = Line(tenant_id, f"S-{len(self.lines) + 1}", amount, words, chosen)
            self.lines.append(line)
            self.people.world.note(f"statement: {line.reference} {amount} {words}")
            for _ in range(dice.choice((1, 1, 2))):  # the same statement may be read in twice
                await self._records(line, tries=dice.randint(1, 3))

    async def _records(self, line: Line, *, tries: int) -> None:
        receipt = Receipt(line.tenant_id, line.reference, line.amount_minor, "EUR", DAY, line.words, _FINANCE, _LIMITS, line.order_id)
        request = Once(line.tenant_id, _WHO, asked(self.people.a_key()), receipt)
        answer = await self.people.asks(f"record {line.reference}", lambda house: house.writes.submit(record_once, request), tries=tries)
        line.is_recorded |= answer is not None

    async def _gives_up(self, tenant_id: int, order_id: int) -> None:
        await self.people.world.takes(0, 20)
        self.given_up.add(order_id)
        request = Once(tenant_id, _WHO, asked(self.people.a_key()), give_up.Wish(tenant_id, order_id, "It never came.", _FINANCE, _ALONE))
        await self.people.asks(
            f"give up {encode('ord', order_id)}", lambda house: house.writes.submit(give_up.give_up_once, request), tries=2
        )

    async def _settles(self, tenant_id: int, case_id: int) -> None:
        await self.people.world.takes(0, 20)
        waiting = [order_id for tenant, order_id, *_ in self._rows(_AWAITED) if tenant == tenant_id]
        order_id = self._dice.choice(waiting) if waiting and self._dice.random() < 0.5 else None
        how = Settlement.GIVE_BACK if order_id is None else Settlement.TAKE
        wish = suspense.Wish(tenant_id, case_id, how, "It is theirs.", _FINANCE, _LIMITS, "", order_id=order_id)
        request = Once(tenant_id, _WHO, asked(self.people.a_key()), wish)
        await self.people.asks(
            f"settle {encode('sus', case_id)}", lambda house: house.writes.submit(suspense.settle_once, request), tries=2
        )

    async def _sends(self, tenant_id: int, id_: int, about: str, payee: str, amount: int) -> None:
        """Nobody sends what was sent; who had not heard that it was said says it again."""
        dice, world = self._dice, self.people.world
        await world.takes(0, 20)
        if about not in self.sent and about not in self.failed:
            if world.happens(world.temper.refused):
                self.failed.add(about)
            elif await self.people.asks(f"note the payee of {payee}", lambda house: _set_payee(house, tenant_id, payee)) is None:
                return
            elif about not in self.sent:
                self.sent[about] = Sent(tenant_id, amount)
                world.note(f"bank: sent {amount} for {about}")
        who = tenant_id, id_, _FINANCE, _ALONE
        said = Said(*who, DAY, f"T-{id_}") if about in self.sent else Said(*who, reason="The account is closed.")
        request = Once(tenant_id, _WHO, asked(self.people.a_key()), said)
        await self.people.asks(
            f"say what became of {encode('trf', id_)}", lambda house: house.writes.submit(say_once, request), tries=dice.randint(1, 3)
        )

    @property
    def _dice(self) -> random.Random:
        return self.people.world.dice

    @property
    def _rows(self) -> Callable[..., list[tuple[Any, ...]]]:
        return self.people.world.rows


async def _set_payee(house: TradingHouse, tenant_id: int, payee: str) -> bool:
    async with house.db.begin(tenant_id) as uow:
        await transfers.set_payees(uow, {(tenant_id, payee): (transfers.Payee("Somebody", BANK.iban), "finance")})
    return True
