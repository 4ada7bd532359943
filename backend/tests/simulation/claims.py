"""What must be true once a seed has come to rest, whatever happened in it. Each claim gives the sentences that break it.

They read the tables, the gateway's book, the bank's book and what buyers were told, and none of the house's own code, but for
`velora ledger verify`, which is one of the claims.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from tests.simulation.claims_of_documents import DOCUMENTS
from tests.simulation.claims_of_later import LATER
from tests.simulation.claims_of_tenders import TENDERS
from tests.simulation.evidence import NEVER_TAKEN, Broken, Evidence
from tests.simulation.people import Purchase
from tests.simulation.world import Process
from velora.flows.bookkeeping.verify import Outside, examine
from velora.flows.checkout.pay import check_out
from velora.flows.house import TradingHouse
from velora.kernel.errors import Refusal
from velora.kernel.ids import decode, encode
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.service import Check
from velora.modules.payments.service import Declined
from velora.modules.payouts.gateways.port import BankAnswer


async def broken(seen: Evidence, auditor: Process) -> list[str]:
    """The sentences that say what does not hold; none when all is well."""
    wrong = [sentence for claim in CLAIMS for sentence in claim(seen)]
    wrong += [f"ledger verify: {check.number} {check.name}: {check.count} {check.examples}" for check in await _examined(auditor)]
    wrong += [sentence for purchase in seen.purchases for sentence in await _asked_again(seen, auditor, purchase)]
    return wrong


async def _examined(auditor: Process) -> list[Check]:
    async def look(house: TradingHouse) -> list[Check]:
        newest = await house.anchors.newest(SHARD)
        outside = Outside(house.keys, house.anchors)
        async with house.db.read(None) as uow:
            verdict = await examine(uow, None, outside=outside, anchored=newest.n if newest else 0)
        return [check for check in verdict.checks if check.count]

    return await auditor.ask("verify", look)


async def _asked_again(seen: Evidence, auditor: Process, purchase: Purchase) -> list[str]:
    """A key that was answered is answered the same for ever, and costs nothing more."""
    if not purchase.declined and 201 not in [code for code, _ in purchase.said]:
        return []
    if not purchase.answered and seen.has_lapsed(purchase):
        return []  # what was promised at the bank's door has ended since
    replayed = False
    before = len(seen.company.charges)
    try:
        answer = await auditor.ask(f"{purchase.key} again", lambda house: check_out(house, purchase.draft(house)))
        order = answer.body["order"]
        assert isinstance(order, dict)
        said, replayed = (answer.code, decode("ord", str(order["id"]))), answer.replayed
    except Declined:
        said = (402, 0)
    except Refusal as refusal:
        said = (refusal.status, 0)
    wrong: list[str] = []
    if said[0] != (402 if purchase.declined else 201) or (said[0] == 201 and said not in purchase.said):
        wrong.append(f"{purchase.key} was told {purchase.said or 402}, and asked again {said}")
    if purchase.answered and not replayed:
        wrong.append(f"{purchase.key} was answered, and its answer was not kept")
    if len(seen.company.charges) != before:
        wrong.append(f"{purchase.key} asked again went to the gateway under another key")
    return wrong


# ------------------------------------------------------------------------------------------------------ payments


def charged_is_paid(seen: Evidence) -> Broken:
    """The gateway charged an order if and only if it is paid, once: all of it that was not cancelled before, and credit does not pay."""
    by_reference: defaultdict[str, list[int]] = defaultdict(list)
    for charge in seen.company.charges.values():
        if charge.state == "captured":
            by_reference[charge.reference].append(charge.amount_minor)
    paid = {encode("ord", one.order_id): one.in_money_minor for one in seen.paid_orders() if one.method == "card"}
    for reference, amounts in by_reference.items():
        if len(amounts) > 1:
            yield f"{reference} was charged {len(amounts)} times"
        if reference not in paid:
            yield f"{reference} was charged and is not paid"
        elif paid[reference] != amounts[0]:
            yield f"{reference} costs {paid[reference]} and was charged {amounts[0]}"
    yield from (f"{reference} is paid and was not charged" for reference in paid.keys() - by_reference.keys() if paid[reference])


def one_key_one_order(seen: Evidence) -> Broken:
    for purchase in seen.purchases:
        made = seen.rows("SELECT id FROM orders WHERE email = ?", purchase.email)
        if len(made) > 1:
            yield f"{purchase.key} made {len(made)} orders"
        if len({order for _, order in purchase.said}) > 1:
            yield f"{purchase.key} was told of several orders: {purchase.said}"


def what_was_said_holds(seen: Evidence) -> Broken:
    """Whoever was told that it is paid has a paid order; whoever was told that it is not has been charged nothing."""
    for purchase in seen.purchases:
        states = [state for (state,) in seen.rows("SELECT state FROM orders WHERE email = ?", purchase.email)]
        if 201 in [code for code, _ in purchase.said] and states in (["placed"], ["payment_failed"], []) and not seen.has_lapsed(purchase):
            yield f"{purchase.key} was told 201 and stands as {states}"
        if purchase.declined and states != ["payment_failed"]:
            yield f"{purchase.key} was told that it was declined and stands as {states}"


def nothing_hangs(seen: Evidence) -> Broken:
    for what, statement in {
        "open payments": "SELECT COUNT(*) FROM payment_intent "
        "WHERE state IN ('authorising', 'action_required', 'unknown', 'authorised', 'capturing')",
        "orders that are placed": "SELECT COUNT(*) FROM orders WHERE state IN ('placed', 'authorised')",
        "memos of what no bank holds": "SELECT COUNT(*) FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id "
        "WHERE a.code IN ('9010', '9020') AND b.debit <> b.credit",
        "open refunds": "SELECT COUNT(*) FROM payment_refund WHERE state = 'requested'",
        "open payouts": "SELECT COUNT(*) FROM payout WHERE state IN ('reserved', 'submitted', 'unknown')",
        "events that nobody had": "SELECT COUNT(*) FROM outbox_event WHERE relayed = 0",
        "journals that no block seals": "SELECT COUNT(*) FROM ledger_journal WHERE epoch > (SELECT COALESCE(MAX(n), 0) FROM ledger_block)",
        "parked events": "SELECT COUNT(*) FROM parked_event",
        "open disputes": "SELECT COUNT(*) FROM dispute WHERE state = 'open'",
        "frozen holds": "SELECT COUNT(*) FROM escrow_hold WHERE state = 'frozen'",
        "holds of what arrived that never fall due": "SELECT COUNT(*) FROM escrow_hold h JOIN seller_order p ON p.id = h.seller_order_id "
        "WHERE p.state = 'delivered' AND h.state = 'held' AND h.due_at IS NULL",
        "releasable holds": "SELECT COUNT(*) FROM escrow_hold WHERE state IN ('held', 'due') AND due_at IS NOT NULL AND claims = 0",
    }.items():
        ((count,),) = seen.rows(statement)
        if count:
            yield f"{count} {what} are left"


def the_books_say_what_the_gateway_has(seen: Evidence) -> Broken:
    taken = sum(one.amount_minor - one.fee_minor - one.refunded_minor for one in seen.company.charges.values() if one.state == "captured")
    taken -= sum(one.gone_minor + one.fee_minor - one.fee_back_minor for one in seen.company.disputes.values())
    ((booked,),) = seen.rows(
        "SELECT COALESCE(SUM(b.debit - b.credit), 0) FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id "
        "WHERE a.code = '1010'"
    )
    if booked != taken:
        yield f"the gateway has {taken} for us, the books say {booked}"


# --------------------------------------------------------------------------------------------------------- stock


def no_stock_is_lost(seen: Evidence) -> Broken:
    """What was there is there still, or has left in a parcel; what is promised is what paid orders wait for."""
    there = {
        variant: (on_hand, reserved) for variant, on_hand, reserved in seen.rows("SELECT variant_id, on_hand, reserved FROM stock_level")
    }
    shipped: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    lines = "SELECT l.variant_id, l.quantity, l.shipped_quantity, p.state FROM order_line l JOIN seller_order p ON p.id = l.seller_order_id"
    for variant, quantity, sent, state in seen.rows(lines):
        shipped[variant] += sent if state != "cancelled" else 0  # what was not paid at the door has come back
        waiting[variant] += quantity - sent if state in ("awaited", "paid", "partly_shipped") else 0
    for variant, before in seen.stock.items():
        on_hand, reserved = there[variant]
        if on_hand + shipped[variant] != before:
            yield f"of {before} pieces of {variant}, {on_hand} are there and {shipped[variant]} have left"
        if reserved != waiting[variant]:
            yield f"{reserved} pieces of {variant} are promised, and paid orders wait for {waiting[variant]}"
        if reserved > on_hand:
            yield f"{variant} is oversold"
    ((open_,),) = seen.rows("SELECT COUNT(*) FROM stock_hold WHERE state = 'held'")
    if open_:
        yield f"{open_} pieces are set aside for nobody's payment"


# --------------------------------------------------------------------------------------- refunds, release, payouts


def refunds_are_given_once(seen: Evidence) -> Broken:
    """For each reason money went back at most once, by the gateway, by transfer or as credit; what was cancelled after it was paid went
    back whole, unless a bank keeps some of it for the buyer."""
    given: defaultdict[str, int] = defaultdict(int)
    paid_back: Counter[int] = Counter()
    refunds = "SELECT tenant_id, id, business_key, amount_minor, to_credit_minor, state FROM payment_refund"
    for tenant_id, id_, key, whole, as_credit, state in seen.rows(refunds):
        amount = whole - as_credit
        done = seen.given(id_)
        succeeded = done is not None if amount else (done is None and state == "succeeded")
        if succeeded != (state == "succeeded"):
            yield f"refund {encode('rfd', id_)} is {state}, and {done} was given"
        if succeeded:
            given[f"{tenant_id} {':'.join(key.split(':')[:2])}"] += 1
            if done is not None and done != amount:
                yield f"refund {encode('rfd', id_)} is of {amount}, and {done} was given"
            if key.startswith("cancel:"):
                paid_back[decode("sor", key.split(":")[1])] += whole
    yield from (f"{reason} was given back {times} times" for reason, times in given.items() if times > 1)
    known = {encode("rfd", id_) for (id_,) in seen.rows("SELECT id FROM payment_refund")}
    yield from (f"the gateway gave {key} back, which nobody asked for" for key in seen.company.refunds.keys() - known)
    lost = {one.order_id for one in seen.paid_orders() if one.lost_minor}
    for id_, order_id, total in seen.rows(
        "SELECT p.id, p.order_id, p.total_minor FROM seller_order p JOIN orders o ON o.id = p.order_id "
        f"WHERE p.state = 'cancelled' AND o.paid_at IS NOT NULL AND p.id NOT IN ({NEVER_TAKEN})"
    ):
        if paid_back[id_] != total and not (order_id in lost and paid_back[id_] < total):
            yield f"{encode('sor', id_)} was cancelled, and of {total} went back {paid_back[id_]}"


def each_part_is_released_once(seen: Evidence) -> Broken:
    """Money leaves an escrow once, whole, and to nobody but those who have a share in it."""
    times = Counter(key for (key,) in seen.rows("SELECT json_extract(payload, '$.key') FROM ledger_journal WHERE kind = 'release'"))
    yield from (f"{key} was posted {count} times" for key, count in times.items() if count > 1)
    for id_, captured, refunded, released, state in seen.rows(
        "SELECT seller_order_id, captured, refunded, released, state FROM escrow_hold"
    ):
        key = f"release:{encode('sor', id_)}"
        if (times[key] > 0) != (state == "released"):
            yield f"{encode('sor', id_)} is {state}, and its release was posted {times[key]} times"
        if state == "released" and captured != refunded + released:
            yield f"{encode('sor', id_)} was released with a rest"
    for id_, items, captured in seen.rows(
        "SELECT p.id, p.items_minor + p.shipping_minor, h.captured FROM seller_order p LEFT JOIN escrow_hold h ON h.seller_order_id = p.id "
        f"JOIN orders o ON o.id = p.order_id WHERE o.paid_at IS NOT NULL AND p.id NOT IN ({NEVER_TAKEN})"
    ):
        if items != captured:
            yield f"{encode('sor', id_)} is worth {items}, and {captured} was held for it"


def what_is_asked_for_is_kept(seen: Evidence) -> Broken:
    """While the seller has not decided about a return, its money goes to nobody."""
    for return_id, part_id in seen.rows(
        "SELECT r.id, h.seller_order_id FROM return_request r JOIN escrow_hold h ON h.seller_order_id = r.seller_order_id "
        "WHERE r.state = 'requested' AND h.state = 'released'"
    ):
        yield f"{encode('sor', part_id)} was released while {encode('ret', return_id)} waited"


def payouts_are_sent_once(seen: Evidence) -> Broken:
    """The bank sent exactly what is paid, and no seller more than was released to it."""
    sent: Counter[str] = Counter()
    answered = {key: (order, outcome) for key, (order, outcome) in seen.bank.sent.items()}
    for id_, amount, state in seen.rows("SELECT id, amount_minor, state FROM payout"):
        order, outcome = answered.pop(encode("pay", id_), (None, None))
        was_paid = outcome is not None and outcome.kind is BankAnswer.PAID
        if was_paid != (state == "paid"):
            yield f"payout {encode('pay', id_)} is {state}, and the bank says {outcome and outcome.kind}"
        if order is not None and order.amount_minor != amount:
            yield f"payout {encode('pay', id_)} is of {amount}, and {order.amount_minor} was sent"
    yield from (f"the bank sent {key}, which nobody knows of" for key in answered)
    for order, outcome in seen.bank.sent.values():
        sent[order.destination] += order.amount_minor if outcome.kind is BankAnswer.PAID else 0
    released: Counter[str] = Counter()
    for seller, amount in seen.rows("SELECT seller_id, released FROM escrow_hold"):
        released[encode("sel", seller)] += amount
    yield from (f"{seller} was sent {sent[seller]} of {released[seller]}" for seller in sent if sent[seller] > released[seller])


# -------------------------------------------------------------------------------------------------------- events


def every_event_was_heard(seen: Evidence) -> Broken:
    for type_, aggregate in seen.rows("SELECT type, aggregate_id FROM outbox_event"):
        if (type_, aggregate) not in seen.heard:
            yield f"nobody heard {type_} of {aggregate}"


def what_must_be_told_was_told(seen: Evidence) -> Broken:
    """An order that was paid, a payout that was sent and a refund that ended each have their event, once."""
    wanted = {
        ("orders.order_paid.v1", "order_id"): "SELECT id FROM orders WHERE paid_at IS NOT NULL",
        ("payouts.payout_paid.v1", "payout_id"): "SELECT id FROM payout WHERE state = 'paid'",
        ("payments.refund_settled.v1", "refund_id"): "SELECT id FROM payment_refund WHERE state <> 'requested'",
        ("escrow.released.v1", "seller_order_id"): "SELECT seller_order_id FROM escrow_hold WHERE state = 'released'",
    }
    for (type_, name), statement in wanted.items():
        subjects = seen.rows("SELECT json_extract(payload, ?) FROM outbox_event WHERE type = ?", f"$.{name}", type_)
        told = Counter(subject for (subject,) in subjects)
        for (id_,) in seen.rows(statement):
            if told[id_] != 1:
                yield f"{type_} of {id_} was told {told[id_]} times"


def effects_happened_once(seen: Evidence) -> Broken:
    """The number of pieces sold, which a reaction adds up, is that of the paid orders."""
    ((counted,),) = seen.rows("SELECT COALESCE(SUM(sold), 0) FROM catalog_listing")
    ((sold,),) = seen.rows(
        "SELECT COALESCE(SUM(l.quantity), 0) FROM order_line l JOIN orders o ON o.id = l.order_id "
        f"WHERE o.paid_at IS NOT NULL AND l.seller_order_id NOT IN ({NEVER_TAKEN})"
    )
    if counted != sold:
        yield f"{sold} pieces were sold, and a reaction counted {counted}"


CLAIMS: Final[Sequence[Callable[[Evidence], Broken]]] = (
    charged_is_paid, one_key_one_order, what_was_said_holds, nothing_hangs, the_books_say_what_the_gateway_has, no_stock_is_lost,
    refunds_are_given_once, each_part_is_released_once, what_is_asked_for_is_kept, payouts_are_sent_once, every_event_was_heard,
    what_must_be_told_was_told, effects_happened_once, *TENDERS, *LATER, *DOCUMENTS,
)  # fmt: skip
