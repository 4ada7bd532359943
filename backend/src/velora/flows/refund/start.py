"""E4a: a refund stands as requested, with its part taken out of escrow and posted. One transaction for all of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import postings
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import decode, encode
from velora.modules.credit import service as credit
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import RefundOrder
from velora.modules.returns import service as returns
from velora.modules.transfers import service as transfers
from velora.modules.transfers.service import NewTransfer
from velora.platform.db import UnitOfWork

Key = tuple[int, int]

RETURN: Final = "return"
CANCELLATION: Final = "cancel"


@dataclass(frozen=True)
class Wanted:
    """Give this much of one seller order back. `key` says what for (`return:ret_…`, `cancel:sor_…`): the same reason refunds once.

    What the gateway refused of a cancelled order is another reason at each try: `cancel:sor_…:2`. With `as_credit_of` all of it becomes
    store credit of that account, as its owner wishes.
    """

    key: str
    tenant_id: int
    order_id: int
    seller_order_id: int
    seller_id: int
    country: str
    currency: str
    net_minor: int
    tax_minor: int
    commission_minor: int
    actor_ref: str
    as_credit_of: int | None = None

    @property
    def taking(self) -> escrow.Taking:
        return escrow.Taking(self.tenant_id, self.seller_order_id, self.net_minor, self.commission_minor)

    def refund(self, refund: payments.PaymentRefund) -> postings.Refund:
        return postings.Refund(
            self.tenant_id, refund.id, self.order_id, self.seller_order_id, self.seller_id, self.country, self.currency, self.net_minor,
            self.tax_minor, refund.credit_account_id or 0, refund.to_credit_minor, refund.by_transfer,
        )  # fmt: skip


def of_return(facts: returns.ReturnFacts, actor_ref: str) -> Wanted:
    """What an approved return gives back."""
    return Wanted(
        f"{RETURN}:{encode('ret', facts.id)}", facts.tenant_id, facts.order_id, facts.seller_order_id, facts.seller_id, facts.country,
        facts.currency, facts.net_minor, facts.tax_minor, facts.commission_minor, actor_ref, facts.as_credit_of,
    )  # fmt: skip


def of_cancellation(part: orders.SellerOrder, country: str, actor_ref: str, tries: int = 1) -> Wanted:
    """What a seller order gives back that was cancelled as a whole: everything, delivery included."""
    key = f"{CANCELLATION}:{encode('sor', part.id)}" + (f":{tries}" if tries > 1 else "")
    return Wanted(
        key, part.tenant_id, part.order_id, part.id, part.seller_id, country, part.currency,
        part.items_minor + part.shipping_minor, part.tax_minor, part.commission_minor, actor_ref,
    )  # fmt: skip


def tries_of(key: str) -> int:
    """Which try at its money a refund with this key is."""
    _, _, *tries = key.split(":")
    return int(tries[0]) if tries else 1


async def wanted_by(uow: UnitOfWork, keys: Mapping[Key, str], actor_ref: str) -> dict[Key, Wanted]:
    """What each refund was asked for: its business key names the return or the cancelled seller order."""
    named = {key: reason.split(":") for key, reason in keys.items()}
    returned = {key: (key[0], decode("ret", ref)) for key, (kind, ref, *_) in named.items() if kind == RETURN}
    cancelled = {key: (key[0], decode("sor", ref)) for key, (kind, ref, *_) in named.items() if kind == CANCELLATION}
    facts = await returns.by_id(uow, set(returned.values()))
    parts = await orders.parts_by_id(uow, set(cancelled.values()))
    bought = await orders.orders_by_id(uow, {(part.tenant_id, part.order_id) for part in parts.values()})
    cases = {key: of_return(facts[ref], actor_ref) for key, ref in returned.items()}
    for key, ref in cancelled.items():
        part = parts[ref]
        cases[key] = of_cancellation(part, bought[part.tenant_id, part.order_id].country, actor_ref, tries_of(keys[key]))
    return cases


@dataclass(frozen=True)
class Started:
    """The refund stands; the gateway can be asked under its key, unless all of it becomes store credit, or a person sends it."""

    tenant_id: int
    refund_id: int
    order: RefundOrder
    by_transfer: bool = False

    @property
    def asks_gateway(self) -> bool:
        return bool(self.order.amount_minor) and not self.by_transfer


async def start(uow: UnitOfWork, wanted: Sequence[Wanted]) -> list[Started | Refusal]:
    """Each refund counts against its payment and its escrow from now on, or is refused and nothing of it stands.

    What the card paid goes back to it first. Answers in order. Locks the payments, the credit that paid beside them, then the holds.
    """
    intents = await payments.lock_of_orders(uow, {(one.tenant_id, one.order_id) for one in wanted})
    with_credit = {(intent.tenant_id, intent.id) for intent in intents.values() if intent.credit_used_minor}
    uses = await credit.lock_uses(uow, with_credit) if with_credit else {}
    paid = [one for one in wanted if (one.tenant_id, one.order_id) in intents]
    held = dict(zip((one.key for one in paid), await escrow.take_for_refund(uow, [one.taking for one in paid]), strict=True))
    able = [one for one in paid if isinstance(held[one.key], escrow.Hold)]
    asked = await payments.request_refunds(
        uow,
        [
            payments.RefundRequest(
                one.tenant_id, intents[one.tenant_id, one.order_id].id, one.net_minor + one.tax_minor, one.key, one.as_credit_of
            )
            for one in able
        ],
        {key: payments.CreditLeft(use.account_id, use.used_minor - use.back_minor) for key, use in uses.items()},
    )
    started: dict[str, Started] = {}
    refunds: dict[str, payments.PaymentRefund] = {}
    back: Counter[Key] = Counter()
    for one, answer in zip(able, asked, strict=True):
        if isinstance(answer, Refusal):
            raise answer  # what escrow holds was captured, so this cannot be; whoever began this transaction gives it up
        if not answer.is_new:
            raise orders.WrongState("refunded", "refunded again")
        refunds[one.key] = answer.refund
        started[one.key] = open_still(answer.refund)
        back[one.tenant_id, answer.refund.intent_id] += answer.refund.from_credit_minor
    await credit.count_back(uow, back)
    journals = [postings.refund_requested(one.refund(refunds[one.key]), at=uow.now, actor_ref=one.actor_ref) for one in able]
    await ledger.post(uow, journals)
    await transfers.ask(uow, [_transfer(refunds[one.key], payee_of(one.key)) for one in able if refunds[one.key].by_transfer])
    return [started.get(one.key) or _refusal(one, held.get(one.key)) for one in wanted]


def open_still(refund: payments.PaymentRefund) -> Started:
    """A refund that stands, to be sent under its key: as much of it as the gateway gives back."""
    amount = refund.amount_minor - refund.to_credit_minor
    return Started(
        refund.tenant_id, refund.id, RefundOrder(encode("rfd", refund.id), refund.charge_ref, amount, refund.currency), refund.by_transfer
    )


def payee_of(key: str) -> str:
    """Under which name it is kept where the money of a refund with this key goes by transfer: the same at each try."""
    return ":".join(key.split(":")[:2])


def _transfer(refund: payments.PaymentRefund, payee: str) -> NewTransfer:
    amount = refund.amount_minor - refund.to_credit_minor
    return NewTransfer(refund.tenant_id, encode("rfd", refund.id), payee, amount, refund.currency, refund.order_id)


def _refusal(wanted: Wanted, held: escrow.Hold | Refusal | None) -> Refusal:
    return held if isinstance(held, Refusal) else NotFound("payment of", encode("ord", wanted.order_id))
