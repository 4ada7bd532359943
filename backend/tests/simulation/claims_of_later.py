"""What must be true of what is paid later: by what came into the bank, by what was sent from there, and by what orders still cost."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from tests.simulation.claims_of_tenders import on_account, paid_out
from tests.simulation.evidence import Broken, Evidence
from tests.simulation.town import MOST_OWED


def the_books_say_what_the_bank_has(seen: Evidence) -> Broken:
    """What the statement says came, less what was sent back and paid out; each line of it once, and whole."""
    has: Counter[int] = Counter()
    for line in seen.desk.lines:
        has[line.tenant_id] += line.amount_minor
        cases = "SELECT amount_minor + split_minor FROM suspense_case WHERE tenant_id = ? AND gateway = 'bank' AND gateway_ref = ?"
        if (booked := seen.rows(cases, line.tenant_id, line.reference)) != [(line.amount_minor,)]:
            yield f"{line.reference} is of {line.amount_minor}, and stands in suspense as {booked}"
    for sent in seen.desk.sent.values():
        has[sent.tenant_id] -= sent.amount_minor
    for tenant_id in seen.town.tenants:
        expected = has[tenant_id] - paid_out(seen, tenant_id)
        if (booked := on_account(seen, tenant_id, "1020")) != expected:
            yield f"the bank has {expected} for {tenant_id}, the books say {booked}"


def transfers_end_as_the_bank_left_them(seen: Evidence) -> Broken:
    for about, amount, state in seen.rows("SELECT about, amount_minor, state FROM transfer"):
        sent = seen.desk.sent.get(about)
        if (state, amount if sent else 0) != (("sent", sent.amount_minor) if sent else ("failed", 0)):
            yield f"the transfer of {amount} about {about} is {state}, and {sent and sent.amount_minor} was sent"


def what_waits_is_what_is_owed(seen: Evidence) -> Broken:
    """An order waits exactly as long as less is kept for it than it costs; the memo, and each buyer's account, say what still does."""
    memo: Counter[int] = Counter()
    owed: Counter[tuple[int, int]] = Counter()
    wishes = {purchase.email: purchase.credit_minor for purchase in seen.purchases}
    for tenant_id, order_id, email, buyer_id, method, costs in seen.rows(
        "SELECT o.tenant_id, o.id, o.email, o.buyer_id, i.method, SUM(CASE WHEN p.state = 'cancelled' THEN 0 ELSE p.total_minor END) "
        "FROM orders o JOIN payment_intent i ON i.order_id = o.id JOIN seller_order p ON p.order_id = o.id "
        "WHERE i.state = 'awaited' GROUP BY o.tenant_id, o.id, o.email, o.buyer_id, i.method"
    ):
        due = costs - wishes[email]
        memo[tenant_id] += due
        owed[tenant_id, buyer_id] += due if method == "invoice" else 0
        ((kept,),) = seen.rows("SELECT COALESCE(SUM(amount_minor), 0) FROM suspense_case WHERE order_id = ? AND state = 'kept'", order_id)
        if kept >= due:
            yield f"order {order_id} waits for {due}, and {kept} is kept for it"
    for tenant_id in seen.town.tenants:
        booked = on_account(seen, tenant_id, "9030"), -on_account(seen, tenant_id, "9040")
        if booked != (memo[tenant_id], memo[tenant_id]):
            yield f"buyers of {tenant_id} are to pay {memo[tenant_id]}, and the memo says {booked}"
    for tenant_id, account_id, amount in seen.rows("SELECT tenant_id, account_id, owed_minor FROM invoice_terms"):
        if amount != owed[tenant_id, account_id]:
            yield f"buyer {account_id} owes {owed[tenant_id, account_id]} in {tenant_id}, and {amount} is written"


def nobody_owes_too_much(seen: Evidence) -> Broken:
    """True at every moment, and so asked more than once."""
    for account_id, amount in seen.rows("SELECT account_id, owed_minor FROM invoice_terms WHERE owed_minor > ?", MOST_OWED):
        yield f"buyer {account_id} owes {amount} and may owe {MOST_OWED}"


def orders_are_paid_with_what_came_for_them(seen: Evidence) -> Broken:
    """What was taken of suspense for an order is what it costs in money, if it is paid, and nothing otherwise; kept is only what waits."""
    cases = "FROM suspense_case WHERE state = 'settled' AND settlement = 'take'"
    taken = dict(seen.rows(f"SELECT order_id, SUM(amount_minor) {cases} GROUP BY order_id"))
    for one in seen.paid_orders():
        if one.method != "card" and (paid := taken.pop(one.order_id, 0)) != one.in_money_minor:
            yield f"order {one.order_id} costs {one.in_money_minor}, and {paid} of what came was taken for it"
    yield from (f"{amount} was taken for order {order_id}, which is not paid" for order_id, amount in taken.items())
    for (case_id,) in seen.rows(
        "SELECT c.id FROM suspense_case c LEFT JOIN payment_intent i ON i.order_id = c.order_id AND i.state = 'awaited' "
        "WHERE c.state = 'kept' AND i.id IS NULL"
    ):
        yield f"case {case_id} is kept for an order that waits no longer"


LATER: Final[Sequence[Callable[[Evidence], Broken]]] = (
    the_books_say_what_the_bank_has, transfers_end_as_the_bank_left_them, what_waits_is_what_is_owed,
    nobody_owes_too_much, orders_are_paid_with_what_came_for_them,
)  # fmt: skip
