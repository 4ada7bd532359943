"""A payment gateway in another company: it outlives our processes, keeps books of its own, and can be reached badly.

`Company` is what it does and remembers. `Wire` is our way to it, with its faults: requests that are lost, late or answered to nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from tests.simulation.world import Process, World
from velora.kernel.money import share
from velora.modules.payments.gateways.port import (
    ActionRequired,
    Authorised,
    Captured,
    CaptureFailed,
    CaptureOrder,
    CaptureOutcome,
    ChargeOrder,
    ChargeOutcome,
    DeclinedCharge,
    Forged,
    Notice,
    NotKnown,
    Refunded,
    RefundFailed,
    RefundOrder,
    RefundOutcome,
    Seen,
    SeenCharge,
    SeenDispute,
    SeenRefund,
    Unheard,
)

T = TypeVar("T")
OK, POOR, ASKED = "tok_ok", "tok_poor", "tok_asked"  # is charged, has no money, must confirm at the bank
AUTHORISED_FOR = timedelta(days=7)
_UNHEARD = Unheard("The gateway did not answer in time.")


@dataclass
class Charge:
    key: str
    ref: str
    reference: str
    amount_minor: int
    currency: str
    state: str
    later: bool = False
    held_until: datetime | None = None
    refunded_minor: int = 0

    @property
    def fee_minor(self) -> int:
        """What the company keeps of what it has taken."""
        return share(self.amount_minor, 290) + 30 if self.amount_minor else 0

    @property
    def has_lapsed(self) -> bool:
        """A bank held the money once, and nobody took it."""
        return self.held_until is not None and self.state in ("voided", "expired")

    def agreed(self, now: datetime) -> None:
        """The bank says yes: the money is taken, or held where it is to be taken later."""
        self.state = "authorised" if self.later else "captured"
        self.held_until = now + AUTHORISED_FOR if self.later else None

    @property
    def outcome(self) -> ChargeOutcome:
        if self.state == "captured":
            return Captured(self.ref, "Visa", "4242", self.fee_minor, self.amount_minor)
        if self.state == "authorised":
            return Authorised(self.ref, "Visa", "4242", self.held_until)
        if self.state == "action_required":
            return ActionRequired(self.ref, f"/challenge/{self.ref}", "Visa", "4242")
        return DeclinedCharge(self.state, "Visa", "4242")


@dataclass
class Given:
    """A refund, done or refused for good."""

    key: str
    charge_ref: str
    amount_minor: int
    outcome: Refunded | RefundFailed


@dataclass
class Disputed:
    """What a buyer's bank asks back of a charge. Sums of what was moved, each only ever growing."""

    ref: str
    key: str
    amount_minor: int
    opened_at: datetime
    standing: Literal["open", "won", "lost"] = "open"
    taken_minor: int = 0
    returned_minor: int = 0
    fee_minor: int = 0
    fee_back_minor: int = 0

    @property
    def gone_minor(self) -> int:
        """What of the charge is with the bank now."""
        return self.taken_minor - self.returned_minor


@dataclass(frozen=True)
class Told:
    """What the company tells us by itself: this charge, refund or dispute has changed. The same number, however often it comes."""

    number: int
    kind: str
    key: str


@dataclass
class Company:
    """Its books, and the keys it has seen."""

    world: World
    charges: dict[str, Charge] = field(default_factory=dict[str, Charge])
    captures: set[str] = field(default_factory=set[str])
    refunds: dict[str, Given] = field(default_factory=dict[str, Given])
    errors: set[str] = field(default_factory=set[str])
    disputes: dict[str, Disputed] = field(default_factory=dict[str, Disputed])
    tell: Callable[[Told], None] = lambda told: None
    told: int = 0

    def charge(self, order: ChargeOrder) -> ChargeOutcome:
        if order.key in self.errors:
            return _UNHEARD
        if order.key not in self.charges:
            state = {POOR: "insufficient_funds", ASKED: "action_required"}.get(order.token, "")
            later = order.capture == "later"
            made = Charge(order.key, self._ref("ch"), order.reference, order.amount_minor, order.currency, state, later)
            if not state:
                made.agreed(self.world.now)
            self._keep(made)
            if self._fails_inside(order.key):
                return _UNHEARD
        return self.stands(order.key).outcome

    def find(self, key: str) -> ChargeOutcome | NotKnown:
        return self.stands(key).outcome if key in self.charges else NotKnown()

    def void(self, key: str) -> ChargeOutcome:
        if key not in self.charges:
            self._keep(Charge(key, self._ref("ch"), "", 0, "", "voided"))
        elif self.stands(key).state in ("action_required", "authorised"):
            self.charges[key].state = "voided"
            self._tell("charge", key)
        return self.charges[key].outcome

    def capture(self, order: CaptureOrder) -> CaptureOutcome:
        if order.key in self.errors:
            return _UNHEARD
        found = next((one for one in self.charges.values() if one.ref == order.charge_ref), None)
        if found is None or not found.later:
            return CaptureFailed("nothing_authorised")
        if order.key not in self.captures:
            if self.stands(found.key).state != "authorised" or order.amount_minor > found.amount_minor:
                return CaptureFailed("too_large" if found.state == "authorised" else found.state)
            found.state, found.amount_minor = "captured", order.amount_minor
            self.captures.add(order.key)
            self._tell("charge", found.key)
            if self._fails_inside(order.key):
                return _UNHEARD
        outcome = found.outcome
        return outcome if isinstance(outcome, Captured) else CaptureFailed("not_taken")

    def stands(self, key: str) -> Charge:
        """A charge as it is now: what was held too long is held no longer."""
        charge = self.charges[key]
        if charge.state == "authorised" and charge.held_until is not None and charge.held_until <= self.world.now:
            charge.state = "expired"
        return charge

    def _fails_inside(self, key: str) -> bool:
        """What was asked is done, and the company says an error now and whenever it sees the key again."""
        if not self.world.happens(self.world.temper.error_kept):
            return False
        self.world.note(f"an error is kept under {key}")
        self.errors.add(key)
        return True

    def confirm(self, key: str, *, approved: bool) -> None:
        """The buyer has answered at the bank."""
        if self.charges[key].state == "action_required":
            if approved:
                self.charges[key].agreed(self.world.now)
            else:
                self.charges[key].state = "challenge_failed"
            self._tell("charge", key)

    def refund(self, order: RefundOrder) -> RefundOutcome:
        if order.key not in self.refunds:
            self.refunds[order.key] = Given(order.key, order.charge_ref, order.amount_minor, self._refunded(order))
            self._tell("refund", order.key)
        return self.refunds[order.key].outcome

    def find_refund(self, key: str) -> RefundOutcome | NotKnown:
        return self.refunds[key].outcome if key in self.refunds else NotKnown()

    def _refunded(self, order: RefundOrder) -> Refunded | RefundFailed:
        charge = next((one for one in self.charges.values() if one.ref == order.charge_ref and one.state == "captured"), None)
        gone = sum(one.gone_minor for one in self.disputes.values() if charge is not None and one.key == charge.key)
        if charge is None or charge.refunded_minor + gone + order.amount_minor > charge.amount_minor:
            return RefundFailed("charge_disputed" if gone else "amount_too_large")
        if self.world.happens(self.world.temper.refused):
            return RefundFailed("balance_too_low")
        charge.refunded_minor += order.amount_minor
        return Refunded(self._ref("re"))

    def _keep(self, charge: Charge) -> None:
        self.charges[charge.key] = charge
        self._tell("charge", charge.key)

    def disputed(self, one: Disputed) -> None:
        """A bank has opened this dispute, or has moved or decided something in it."""
        self.disputes[one.ref] = one
        self._tell("dispute", one.ref)

    def disputes_since(self, moment: datetime) -> list[SeenDispute]:
        return [self._seen_dispute(one) for one in self.disputes.values() if one.opened_at >= moment]

    def find_dispute(self, ref: str) -> SeenDispute | NotKnown:
        return self._seen_dispute(self.disputes[ref]) if ref in self.disputes else NotKnown()

    def _tell(self, kind: str, key: str) -> None:
        self.world.note(f"gateway: {kind} {key} {self._in_short(kind, key)}")
        self.told += 1
        self.tell(Told(self.told, kind, key))

    def _in_short(self, kind: str, key: str) -> object:
        if kind == "dispute":
            one = self.disputes[key]
            return f"of {one.key} {one.standing}, {one.taken_minor} taken, {one.returned_minor} back"
        return self.charges[key].state if kind == "charge" else self.refunds[key].outcome

    def look_up(self, kind: str, key: str) -> Seen:
        """How the thing stands that a notice is about."""
        if kind == "charge":
            return self._seen_charge(key)
        if kind == "dispute":
            return self._seen_dispute(self.disputes[key])
        given = self.refunds[key]
        return SeenRefund(key, given.charge_ref, given.outcome)

    def _seen_charge(self, key: str) -> SeenCharge:
        charge = self.stands(key)
        return SeenCharge(key, charge.ref, charge.amount_minor, charge.currency, charge.outcome)

    def _seen_dispute(self, one: Disputed) -> SeenDispute:
        charge = self._seen_charge(one.key)
        return SeenDispute(
            one.ref, charge, one.standing, "fraudulent", one.amount_minor, charge.currency, one.opened_at, None, one.taken_minor,
            one.returned_minor, one.fee_minor, one.fee_back_minor,
        )  # fmt: skip

    def _ref(self, kind: str) -> str:
        return f"{kind}_{len(self.charges) + len(self.refunds)}"


class Wire:
    """A process's way to the company."""

    name = "wire"

    def __init__(self, company: Company, process: Process) -> None:
        self._company = company
        self._process = process

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        return await self._call(f"charge {order.key}", lambda: self._company.charge(order), _UNHEARD)

    async def find(self, key: str) -> ChargeOutcome | NotKnown:
        return await self._call(f"find {key}", lambda: self._company.find(key), _UNHEARD)

    async def void(self, key: str) -> ChargeOutcome:
        return await self._call(f"void {key}", lambda: self._company.void(key), _UNHEARD)

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        return await self._call(f"refund {order.key}", lambda: self._company.refund(order), _UNHEARD)

    async def capture(self, order: CaptureOrder) -> CaptureOutcome:
        return await self._call(f"capture {order.key}", lambda: self._company.capture(order), _UNHEARD)

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | Forged:
        number, kind, key = body.decode().split(" ")
        return Notice(number, kind, key)

    async def look_up(self, notice: Notice) -> Seen:
        return await self._call(f"look up {notice.ref}", lambda: self._company.look_up(notice.type, notice.ref), _UNHEARD)

    async def find_refund(self, key: str) -> RefundOutcome | NotKnown:
        return await self._call(f"find refund {key}", lambda: self._company.find_refund(key), _UNHEARD)

    async def find_dispute(self, ref: str) -> SeenDispute | NotKnown | Unheard:
        return await self._call(f"find dispute {ref}", lambda: self._company.find_dispute(ref), _UNHEARD)

    async def disputes_since(self, moment: datetime) -> list[SeenDispute] | Unheard:
        return await self._call("find disputes", lambda: self._company.disputes_since(moment), _UNHEARD)

    async def ping(self) -> None:
        return

    async def close(self) -> None:
        return

    async def _call(self, what: str, work: Callable[[], T], unheard: T) -> T:
        return await call(self._process, f"gateway: {what}", work, unheard)


async def call(process: Process, what: str, work: Callable[[], T], unheard: T) -> T:
    """Ask another company over a bad line. What has left reaches it, even when the process that sent it is dead by then."""
    world, temper = process.world, process.world.temper
    await process.point(f"asks {what}", 0.0, 0.0)
    if world.happens(temper.request_lost):
        world.note(f"lost on the way: {what}")
        await world.takes(1, 10)
        return unheard
    if world.happens(temper.request_late):
        world.note(f"on its way for long: {what}")
        world.loop.call_later(world.dice.uniform(5, 600), work)
        await world.takes(1, 10)
        return unheard
    answer = world.loop.create_future()
    world.loop.call_later(world.dice.uniform(0.01, 0.5), lambda: answer.done() or answer.set_result(work()))
    said: T = await answer
    await process.point(f"hears of {what}", 0.01, 45.0 if world.happens(temper.slow) else 0.5)
    if world.happens(temper.reply_lost):
        world.note(f"its answer is lost: {what}")
        return unheard
    return said
