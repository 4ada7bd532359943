"""R0 and R1: the request is recognised and the order placed, with stock held and an intent to charge. One transaction for all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from velora.flows.checkout import later
from velora.flows.checkout.draft import HOLD_FOR, Draft, EmptyCart, LineOutOfStock, NotOnSale, Placed, PriceChanged
from velora.flows.payment_outcome.settle import News, Settled, settle
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.catalog.service import Offer, OfferKey, offers
from velora.modules.commission.service import Commission, CommissionLine, resolve
from velora.modules.credit import service as credit
from velora.modules.inventory.service import Claim, Held, Short, Wish, hold, release_holds
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.service import Heard
from velora.modules.pricing.service import Basket, BasketLine, Quote, quote
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork, idempotency
from velora.platform.db.idempotency import Replay, Resumed


@dataclass(frozen=True, slots=True)
class _Priced:
    """A draft with its offers and quote, not yet promised anything."""

    draft: Draft
    offers: Mapping[int, Offer]
    quote: Quote
    commissions: tuple[Commission, ...] = ()


async def place(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[Placed | Settled | Replay | Refusal]:
    """Turn each draft into an order with stock held and an intent to charge, or say why not. One transaction for all of them.

    Answers in order. A request that was answered before is a Replay; one that was begun before goes on as it stood. What is paid later,
    past the gateway, is settled with it: there is nobody to ask.
    """
    begun = await idempotency.begin(uow, [draft.keyed for draft in drafts], recovery_point="placed")
    answers: dict[int, Placed | Settled | Replay | Refusal] = {}
    resumed: dict[int, Draft] = {}
    fresh: list[int] = []
    for i, one in enumerate(begun):
        if isinstance(one, Replay | Refusal):
            answers[i] = one
        elif isinstance(one, Resumed):
            resumed[i] = _at(drafts[i], one.object_id)
        else:
            fresh.append(i)
    answers |= await _stand(uow, resumed)
    looked = dict(zip(fresh, await later.look(uow, [drafts[i] for i in fresh]), strict=True))
    answers |= {i: one for i, one in looked.items() if isinstance(one, Refusal)}
    able = {i: one for i, one in looked.items() if isinstance(one, Draft)}
    answers |= zip(able, await _promise(uow, await _price(uow, list(able.values()))), strict=True)
    await idempotency.forget(uow, [drafts[i].keyed.identity for i in fresh if isinstance(answers[i], Refusal)])
    answers |= await _await_payment(uow, {i: one for i in fresh if isinstance(one := answers[i], Placed) and one.is_awaited})
    return [answers[i] for i in range(len(drafts))]


async def _price(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[_Priced | Refusal]:
    """Each draft with what it costs now, or why it cannot be had at that price."""
    found = await offers(uow, {OfferKey(draft.market.tenant_id, variant) for draft in drafts for variant, _ in draft.lines})
    on_sale: list[dict[int, Offer] | Refusal] = []
    for draft in drafts:
        if not draft.lines:
            on_sale.append(EmptyCart())
            continue
        on_sale.append(_on_sale(draft, found))
    able = [(draft, mine) for draft, mine in zip(drafts, on_sale, strict=True) if not isinstance(mine, Refusal)]
    quotes = iter(await quote(uow, [_basket(draft, mine) for draft, mine in able]))
    priced: list[_Priced | Refusal] = []
    for draft, mine in zip(drafts, on_sale, strict=True):
        if isinstance(mine, Refusal):
            priced.append(mine)
            continue
        total = next(quotes)
        if undelivered := [variant for variant, offer in mine.items() if offer.seller_id in total.undelivered]:
            priced.append(NotOnSale(undelivered[0], draft.market.currency))
            continue
        agreed = total.total_minor == draft.expected_total_minor
        priced.append(
            _Priced(draft, mine, total) if agreed else PriceChanged(draft.expected_total_minor, total.total_minor, draft.market.currency)
        )
    return priced


def _on_sale(draft: Draft, found: Mapping[OfferKey, Offer]) -> dict[int, Offer] | NotOnSale:
    """What the draft is of, at its prices in the draft's currency."""
    mine: dict[int, Offer] = {}
    for variant, _ in draft.lines:
        offer = found.get(OfferKey(draft.market.tenant_id, variant))
        if offer is None or not offer.on_sale:
            return NotOnSale(variant)
        priced = offer.in_currency(draft.market.currency)
        if priced is None:
            return NotOnSale(variant, draft.market.currency)
        mine[variant] = priced
    return mine


async def _promise(uow: UnitOfWork, priced: Sequence[_Priced | Refusal]) -> list[Placed | Refusal]:
    """Hold stock for each, and write the orders and intents of those that could be met."""
    priced = await _with_commissions(uow, priced)
    able = [one for one in priced if isinstance(one, _Priced)]
    new = [_order(uow, one) for one in able]
    held = await hold(uow, [_claim(order) for order in new], until=uow.now + HOLD_FOR)
    drafts = {one.draft.order_id: one.draft for one in able}
    stocked = [order for order, outcome in zip(new, held, strict=True) if isinstance(outcome, Held)]
    by_order = {order.id: _intent(uow, order, drafts[order.id]) for order in stocked}
    lacking = await _take_sides(uow, [(drafts[intent.order_id], intent) for intent in by_order.values()])
    orders.place(uow, [order for order in stocked if order.id not in lacking])
    payments.intend(uow, [intent for intent in by_order.values() if intent.order_id not in lacking])
    outcomes = iter(zip(able, held, strict=True))
    answers: list[Placed | Refusal] = []
    for one in priced:
        if isinstance(one, Refusal):
            answers.append(one)
            continue
        _, outcome = next(outcomes)
        if isinstance(outcome, Short):
            answers.append(_short(one, outcome))
        elif refusal := lacking.get(one.draft.order_id):
            answers.append(refusal)
        else:
            answers.append(_placed(uow, one.draft, by_order[one.draft.order_id]))
    return answers


async def _take_sides(uow: UnitOfWork, wanting: Sequence[tuple[Draft, payments.NewIntent]]) -> Mapping[int, Refusal]:
    """What invoices add is owed, and credit that pays is kept; the orders whose buyers may not owe it or have less credit.

    For those no stock is held any longer.
    """
    on_invoice = {one.order_id: (draft, one) for draft, one in wanting if one.method == "invoice" and one.amount_minor}
    lacking = dict(await later.owe(uow, list(on_invoice.values())))
    short = await _hold_credit(uow, [(draft, one) for draft, one in wanting if one.credit_minor and one.order_id not in lacking])
    undone: Counter[terms.Account] = Counter()
    for draft, one in (on_invoice[order_id] for order_id in short if order_id in on_invoice):
        undone[one.tenant_id, draft.buyer.account_id or 0, one.currency] += one.amount_minor
    if undone:
        await terms.give_back(uow, undone)
    lacking |= short
    if lacking:
        await release_holds(uow, list(lacking))
    return lacking


async def _hold_credit(uow: UnitOfWork, wanting: Sequence[tuple[Draft, payments.NewIntent]]) -> Mapping[int, Refusal]:
    """Keep the credit that these orders are paid with; the orders whose buyers have less."""
    if not wanting:
        return {}
    wishes = [
        credit.Wish(intent.tenant_id, intent.id, intent.order_id, draft.buyer.account_id or 0, intent.currency, intent.credit_minor)
        for draft, intent in wanting
    ]
    outcomes = zip(wishes, await credit.hold(uow, wishes), strict=True)
    return {wish.order_id: outcome for wish, outcome in outcomes if isinstance(outcome, Refusal)}


async def _await_payment(uow: UnitOfWork, placed: Mapping[int, Placed]) -> dict[int, Settled]:
    """These are on: the goods are the buyers', who pay later."""
    if not placed:
        return {}
    news = [News(Heard(one.tenant_id, one.intent_id, payments.IntentState.AWAITED), one.identity) for one in placed.values()]
    settled = await settle(uow, news)
    return {i: one for i, one in zip(placed, settled, strict=True) if isinstance(one, Settled)}


async def _with_commissions(uow: UnitOfWork, priced: Sequence[_Priced | Refusal]) -> list[_Priced | Refusal]:
    """What the operator takes of every line; where nobody said how much that is in its currency, it is not for sale in it."""
    lines = [_commission_lines(one) if isinstance(one, _Priced) else [] for one in priced]
    taken = iter(await resolve(uow, [line for own in lines for line in own]))
    answers: list[_Priced | Refusal] = []
    for one, own in zip(priced, lines, strict=True):
        commissions = [next(taken) for _ in own]
        if isinstance(one, Refusal):
            answers.append(one)
        elif None in commissions:
            unknown = [line.variant_id for group in one.quote.groups for line in group.lines][commissions.index(None)]
            answers.append(NotOnSale(unknown, one.draft.market.currency))
        else:
            answers.append(replace(one, commissions=tuple(each for each in commissions if each)))
    return answers


async def _stand(uow: UnitOfWork, resumed: Mapping[int, Draft]) -> dict[int, Placed]:
    """Orders that an earlier try placed: their intents as they stand, to be asked for again under the same key."""
    keys = {(draft.market.tenant_id, draft.order_id) for draft in resumed.values()}
    found = await payments.of_orders(uow, keys)
    return {
        i: Placed(
            draft.market.tenant_id,
            draft.order_id,
            intent.id,
            intent.amount_minor,
            intent.currency,
            intent.token,
            uow.now,
            draft.keyed.identity,
            "later" if intent.capture == "later" else "now",
            draft.customer,
            payments.asks_gateway(intent),
        )
        for i, draft in resumed.items()
        for intent in [found[draft.market.tenant_id, draft.order_id]]
    }


def _intent(uow: UnitOfWork, order: orders.NewOrder, draft: Draft) -> payments.NewIntent:
    """What the gateway is asked for, or what is awaited: all that the buyer's credit does not pay. Of nothing there is nothing to hold."""
    charge = order.total_minor - draft.credit_minor
    is_card = draft.method == "card"
    capture: payments.Capture = "later" if is_card and draft.market.charged == "at_shipment" and charge else "now"
    return payments.NewIntent(
        order.tenant_id, uow.new_id(), order.id, charge, order.currency, draft.token, capture, draft.keep_card, draft.credit_minor,
        draft.method, draft.due_at,
    )  # fmt: skip


def _at(draft: Draft, order_id: int) -> Draft:
    return replace(draft, order_id=order_id)


def _basket(draft: Draft, mine: Mapping[int, Offer]) -> Basket:
    lines = tuple(
        BasketLine(variant, mine[variant].seller_id, mine[variant].price_minor, quantity, mine[variant].tax_class)
        for variant, quantity in draft.lines
    )
    return Basket(draft.market.tenant_id, draft.market.currency, draft.market.tax_mode, draft.country, lines, draft.market.further)


def _commission_lines(one: _Priced) -> list[CommissionLine]:
    """In the order of the quote: group by group, line by line."""
    further = one.draft.market.currency if one.draft.market.further else None
    return [
        CommissionLine(one.draft.market.tenant_id, group.seller_id, one.offers[line.variant_id].category_id, line.net_minor, further)
        for group in one.quote.groups
        for line in group.lines
    ]


def _order(uow: UnitOfWork, one: _Priced) -> orders.NewOrder:
    draft, commissions = one.draft, iter(one.commissions)
    parts: list[orders.NewPart] = []
    for group in one.quote.groups:
        lines: list[orders.NewLine] = []
        for line in group.lines:
            offer, taken = one.offers[line.variant_id], next(commissions)
            lines.append(
                orders.NewLine(
                    uow.new_id(), line.variant_id, offer.product_id, offer.slug, offer.title, offer.variant_title, offer.sku, offer.picture,
                    offer.tone, line.quantity, line.unit_minor, line.net_minor, line.tax_bps, line.tax_minor,
                    taken.rule_id, taken.version, taken.percent_bps, taken.fixed_minor, taken.amount_minor,
                )
            )  # fmt: skip
        parts.append(orders.NewPart(uow.new_id(), group.seller_id, group.shipping_net_minor, group.shipping_tax_minor, tuple(lines)))
    return orders.NewOrder(
        draft.market.tenant_id, draft.order_id, draft.buyer.account_id, draft.buyer.guest_key, draft.buyer.email, draft.address,
        draft.market.currency, draft.country, draft.market.tax_mode, uow.now + timedelta(days=draft.market.dispatch_days), tuple(parts),
        draft.purchase_order,
    )  # fmt: skip


def _claim(order: orders.NewOrder) -> Claim:
    return Claim(
        order.id, tuple(Wish(part.seller_id, line.variant_id, line.quantity, line.id) for part in order.parts for line in part.lines)
    )


def _short(one: _Priced, outcome: Short) -> LineOutOfStock:
    places = {variant: place for place, (variant, _) in enumerate(one.draft.lines)}
    return LineOutOfStock(
        [
            {
                "line": places[wish.variant_id], "variant_id": encode("var", wish.variant_id), "title": one.offers[wish.variant_id].title,
                "wanted": wish.quantity, "left": missing.left,
            }
            for wish, missing in outcome.missing
        ]
    )  # fmt: skip


def _placed(uow: UnitOfWork, draft: Draft, intent: payments.NewIntent) -> Placed:
    return Placed(
        intent.tenant_id, intent.order_id, intent.id, intent.amount_minor, intent.currency, intent.token, uow.now, draft.keyed.identity,
        intent.capture, draft.customer, payments.asks_gateway(intent), intent.method != "card" and intent.amount_minor > 0,
    )  # fmt: skip


def merged(lines: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Each variant once, with the quantities added up, in the order of first appearance."""
    total: Counter[int] = Counter()
    for variant, quantity in lines:
        total[variant] += quantity
    return tuple(total.items())
