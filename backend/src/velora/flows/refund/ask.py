"""A buyer asks to give pieces back; until the seller has decided, their money is not released."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.flows.once import Once, once
from velora.kernel.errors import Invalid, NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.escrow import service as escrow
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.returns import service as returns
from velora.modules.returns.errors import AfterRelease, NotPaidYet
from velora.modules.transfers import service as transfers
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay


@dataclass(frozen=True)
class ReturnAsk:
    """These pieces (line, quantity) of a seller order shall come back. `by` must be the buyer, who wants money or store credit for them.

    `payee` is where the money of an order goes that was paid without a gateway, as far as the buyer says it.
    """

    tenant_id: int
    seller_order_id: int
    lines: tuple[tuple[int, int], ...]
    reason: returns.Reason
    note: str
    by: Principal
    as_credit: bool = False
    payee: transfers.Payee | None = None

    @property
    def part(self) -> tuple[int, int]:
        return self.tenant_id, self.seller_order_id


async def ask_once(uow: UnitOfWork, requests: Sequence[Once[ReturnAsk]]) -> list[returns.ReturnFacts | Replay | Refusal]:
    """Each return is asked for once, however often it is asked with the same key; a Replay names it by its `id`."""
    return await once(uow, requests, ask, lambda made: {"id": encode("ret", made.id)})


async def ask(uow: UnitOfWork, asks: Sequence[ReturnAsk]) -> list[returns.ReturnFacts | Refusal]:
    """Each return stands as requested, and nothing of its seller order is released meanwhile; or it is said why not."""
    parts = await orders.lock_parts(uow, {one.part for one in asks})
    lines = await orders.lines_of(uow, parts.keys())
    bought = await orders.orders_by_id(uow, {(part.tenant_id, part.order_id) for part in parts.values()})
    mine = [one for one in asks if one.part in parts and orders.may_see(bought[one.tenant_id, parts[one.part].order_id], one.by)]
    held = await escrow.of_seller_orders(uow, {one.part for one in mine})
    buyers = {one.part: bought[one.tenant_id, parts[one.part].order_id] for one in mine}
    paid = await payments.of_orders(uow, {(one.tenant_id, parts[one.part].order_id) for one in mine})
    intents = {one.part: paid[one.tenant_id, parts[one.part].order_id] for one in mine}
    sent = {part for part, intent in intents.items() if intent.method != "card"}
    able = [one for one in mine if not one.as_credit or buyers[one.part].buyer_id is not None]
    able = [one for one in able if one.payee is None or (one.part in sent and not one.as_credit)]
    open_ = [one for one in able if (hold := held.get(one.part)) and hold.is_open]
    wishes = [_wish(one, parts[one.part], buyers[one.part], lines[one.part]) for one in open_]
    outcomes = dict(zip((id(one) for one in open_), await returns.ask(uow, wishes), strict=True))
    await escrow.claim(uow, [one.part for one in open_ if isinstance(outcomes[id(one)], returns.ReturnFacts)])
    await _keep_payees(uow, [(one, made) for one in open_ if isinstance(made := outcomes[id(one)], returns.ReturnFacts)])
    answers: list[returns.ReturnFacts | Refusal] = []
    for one in asks:
        hold = held.get(one.part)
        if one not in mine:
            answers.append(NotFound("seller order", encode("sor", one.seller_order_id)))
        elif one not in able and one.payee is not None:
            answers.append(Invalid("/payee", "Its money does not go by transfer: it goes back the way it came. Leave this out."))
        elif one not in able:
            answers.append(Invalid("/as_credit", "A guest has no store credit. Leave this out, and the money goes back the way it came."))
        elif hold is not None and hold.state is escrow.State.RELEASED:
            answers.append(AfterRelease())
        elif hold is not None and hold.state is escrow.State.FROZEN:
            answers.append(escrow.UnderDispute(one.seller_order_id))
        elif intents[one.part].state == payments.IntentState.AWAITED:
            answers.append(NotPaidYet())
        else:
            answers.append(outcomes.get(id(one)) or orders.WrongState(parts[one.part].state, "returned"))
    return answers


async def _keep_payees(uow: UnitOfWork, made: Sequence[tuple[ReturnAsk, returns.ReturnFacts]]) -> None:
    given = {
        (one.tenant_id, f"return:{encode('ret', facts.id)}"): (one.payee, one.by.actor_ref) for one, facts in made if one.payee is not None
    }
    await transfers.set_payees(uow, given)


def _wish(one: ReturnAsk, part: orders.SellerOrder, order: orders.Order, lines: Sequence[orders.OrderLine]) -> returns.Ask:
    sold = tuple(
        returns.SoldLine(
            line.id, returns.Worth(line.quantity, line.net_minor, line.tax_minor, line.commission_minor), line.shipped_quantity
        )
        for line in lines
    )
    return returns.Ask(
        one.tenant_id, part.order_id, part.id, part.seller_id, order.country, part.currency, sold, one.lines, one.reason, one.note,
        order.buyer_id if one.as_credit else None,
    )  # fmt: skip
