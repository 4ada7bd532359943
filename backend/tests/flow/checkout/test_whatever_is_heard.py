"""Whatever is heard of a payment, in whatever order and however often: the books close, and nothing is taken twice."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.orders import GUEST, a_line, a_part
from tests.builders.people import a_tenant
from velora.flows import postings
from velora.flows.bookkeeping.verify import verify
from velora.flows.payment_outcome.capture import begin
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.flows.refund.cancel import Cancellation, cancel
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import ActionRequired, Authorised, Captured, ChargeOutcome, DeclinedCharge, Unheard
from velora.modules.payments.policy import PROMISED, IntentState, how_far
from velora.platform.db import Database

PART = 10000 + 700 + 800 + 56
WHOLE = 2 * PART
ACTS = ("held", "taken", "declined", "voided", "expired", "challenged", "unheard", "begin", "cancel a part", "cancel")


def outcome(act: str, amount: int, db: Database) -> ChargeOutcome:
    match act:
        case "held":
            return Authorised("ch", "Visa", "4242", db.clock.now() + timedelta(days=7))
        case "taken":
            return Captured("ch", "Visa", "4242", 30, amount)
        case "challenged":
            return ActionRequired("ch", "/challenge/ch", "Visa", "4242")
        case "unheard":
            return Unheard("")
        case reason:
            return DeclinedCharge(reason)


async def placed(db: Database) -> tuple[orders.NewOrder, int]:
    """An order of two sellers, and its intent, of which nothing was heard."""
    async with db.begin(None) as uow:
        tenant_id = (await a_tenant(uow)).id
        order = orders.NewOrder(
            tenant_id, uow.new_id(), None, GUEST, "ada@example.com", {"country": "DE"}, "EUR", "DE", "exclusive", uow.now,
            (a_part(uow, a_line(uow, bps=0)), a_part(uow, a_line(uow, bps=0))),
        )  # fmt: skip
        orders.place(uow, [order])
        intent_id = uow.new_id()
        payments.intend(uow, [payments.NewIntent(tenant_id, intent_id, order.id, order.total_minor, "EUR", "tok_visa", "later")])
    return order, intent_id


async def happens(db: Database, order: orders.NewOrder, intent_id: int, act: str, times: int) -> payments.PaymentIntent:
    """It happens so many times at once; how the payment stands then."""
    key = (order.tenant_id, order.id)
    async with db.begin(None) as uow:
        match act:
            case "begin":
                await begin(uow, [key] * times)
            case "cancel":
                await cancel(uow, [Cancellation(*key, "test")])
            case "cancel a part":
                await cancel(uow, [Cancellation(*key, "test", order.parts[0].id)])
            case _:
                intent = (await payments.of_orders(uow, [key]))[key]
                amount = intent.capturing_minor if intent.state == IntentState.CAPTURING else WHOLE
                heard = heard_of(order.tenant_id, intent_id, outcome(act, amount, db))
                await settle(uow, [News(heard)] * times)
        return (await payments.of_orders(uow, [key]))[key]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3)), min_size=1, max_size=8))
async def test_the_books_close_after_whatever_is_heard(db: Database, acts: Sequence[tuple[str, int]]):
    order, intent_id = await placed(db)
    way = [IntentState.AUTHORISING]
    for act, times in acts:
        intent = await happens(db, order, intent_id, act, times)
        if (state := IntentState(intent.state)) is not way[-1]:
            way.append(state)
    assert [check for check in (await verify(db, order.tenant_id)).checks if check.count] == []
    known = [how_far(state) for state in way if state not in (IntentState.UNKNOWN, IntentState.ACTION_REQUIRED)]
    assert known == sorted(set(known))
    async with db.read(order.tenant_id) as uow:
        kinds = {
            kind: await ledger.count_of_kind(uow, order.tenant_id, kind) for kind in ("authorisation", "authorisation_ended", "capture")
        }
        intent = (await payments.intents_seen(uow, [(order.tenant_id, intent_id)]))[order.tenant_id, intent_id]
        [clearing, *_] = (await ledger.balances(uow, {(order.tenant_id, str(postings.CLEARING))})).values() or [0]
        states = {part.state for part in await orders.parts_of(uow, [(order.tenant_id, order.id)])}
    assert kinds["capture"] == (intent.captured_minor > 0)
    assert kinds["authorisation"] == (IntentState.AUTHORISED in way)
    assert kinds["authorisation_ended"] == (IntentState.AUTHORISED in way and intent.state in payments.FAILED)
    assert clearing == intent.captured_minor - intent.fee_minor
    if way[-1] in PROMISED:
        assert states <= {"authorised", "paid", "cancelled"}
