"""What must be true of disputes and store credit, by the books of the gateway and the banks, and by what buyers and finance wished."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from tests.simulation.evidence import Broken, Evidence

# What belongs to sellers, tax offices and the operator's commission, wherever of these it stands.
_THEIRS: Final = ("2010", "2020", "2021", "2022", "2030", "2040", "4010")
_OWED_BY_THEM: Final = ("1040", "4011")


def disputes_stand_as_banks_left_them(seen: Evidence) -> Broken:
    """Every dispute is known once, has ended as its bank decided, and what was moved is booked."""
    known = {
        ref: tuple(stands)
        for ref, *stands in seen.rows(
            "SELECT gateway_ref, state, taken_minor, returned_minor + late_minor, fee_minor, fee_back_minor FROM dispute"
        )
    }
    for ref, one in seen.company.disputes.items():
        stands = one.standing, one.taken_minor, one.returned_minor, one.fee_minor, one.fee_back_minor
        if known.pop(ref, None) != stands:
            yield f"dispute {ref} came to {stands}, and stands as {dict(seen.rows('SELECT gateway_ref, state FROM dispute')).get(ref)}"
    yield from (f"dispute {ref} is of no bank" for ref in known)


def what_banks_kept_is_borne_once(seen: Evidence) -> Broken:
    """What was lost is taken of whoever had the money of the order, and the operator bears the rest, its fees, and nothing else.

    So what sellers, tax offices and commission have, and sellers were paid, is what was paid for their orders, less what went back and
    what they bear.
    """
    theirs: Counter[int] = Counter()
    operators: Counter[tuple[int, str]] = Counter()
    orders = {one.order_id: one for one in seen.paid_orders()}
    tenants = {key: tenant for tenant, key in seen.rows("SELECT tenant_id, gateway_key FROM payment_intent")}
    for one in orders.values():
        theirs[one.tenant_id] += one.due_minor - one.back_minor - one.borne_minor
        operators[one.tenant_id, "5030"] += one.lost_minor - one.borne_minor
    for dispute in seen.company.disputes.values():
        operators[tenants[dispute.key], "5031"] += dispute.fee_minor - dispute.fee_back_minor
        operators[tenants[dispute.key], "2090"] -= dispute.returned_minor if dispute.standing == "lost" else 0
    for tenant_id, amount in seen.nobodys().items():
        operators[tenant_id, "2090"] -= amount
    for tenant_id in seen.town.tenants:
        has = sum(-on_account(seen, tenant_id, code) for code in (*_THEIRS, *_OWED_BY_THEM)) + paid_out(seen, tenant_id)
        if has != theirs[tenant_id]:
            yield f"sellers, tax and commission of {tenant_id} come to {has}, and theirs is {theirs[tenant_id]}"
        for code in ("5030", "5031", "2090", "1050", "2022"):
            if (booked := on_account(seen, tenant_id, code)) != operators[tenant_id, code]:
                yield f"{code} of {tenant_id} is {booked}, and should be {operators[tenant_id, code]}"


def nobody_gets_back_more_than_was_paid(seen: Evidence) -> Broken:
    for one in seen.paid_orders():
        by_credit = one.back_minor - one.back_of_money_minor
        if by_credit > one.by_credit_minor or not one.back_in_money_minor <= one.back_of_money_minor <= one.in_money_minor:
            yield f"{one.in_money_minor} in money and {one.by_credit_minor} of credit paid {one.order_id}, and {one.back_minor} went back"


def buyers_have_the_credit_they_were_given(seen: Evidence) -> Broken:
    """What finance gave and what went back as credit, less what paid for orders: each buyer has that, and of it waits what is to pay for
    orders whose money has not come."""
    has: Counter[tuple[int, int]] = Counter()
    for gift in seen.goodwill:
        has[gift.tenant_id, gift.account_id] += gift.amount_minor
    given = sum(has.values())
    wishes = {purchase.email: purchase.credit_minor for purchase in seen.purchases}
    waits: Counter[tuple[int, int]] = Counter()
    awaited = "SELECT o.tenant_id, o.buyer_id, o.email FROM orders o JOIN payment_intent i ON i.order_id = o.id WHERE i.state = 'awaited'"
    for tenant_id, account_id, email in seen.rows(awaited):
        waits[tenant_id, account_id] += wishes[email]
    for one in seen.paid_orders():
        if one.account_id is not None:
            has[one.tenant_id, one.account_id] += one.back_minor - one.back_in_money_minor - one.by_credit_minor
        elif one.back_minor != one.back_in_money_minor:
            yield f"order {one.order_id} is a guest's, and {one.back_minor - one.back_in_money_minor} of it became credit"
    for tenant_id, account_id, balance, held in seen.rows("SELECT tenant_id, account_id, balance_minor, held_minor FROM customer_credit"):
        if (balance, held) != (has.pop((tenant_id, account_id), 0), waits[tenant_id, account_id]):
            yield f"buyer {account_id} has {balance} in {tenant_id} and {held} of it waits, which is not what there should be"
    yield from (f"buyer {account} has no credit in {tenant}, and should have {left}" for (tenant, account), left in has.items() if left)
    goodwill = sum(on_account(seen, tenant_id, "5020") for tenant_id in seen.town.tenants)
    if goodwill != given:
        yield f"finance gave {given}, and {goodwill} is booked"


def on_account(seen: Evidence, tenant_id: int, code: str) -> int:
    """Debit less credit of all accounts with this number."""
    statement = (
        "SELECT COALESCE(SUM(b.debit - b.credit), 0) FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id "
        "WHERE a.tenant_id = ? AND substr(a.code, 1, 4) = ?"
    )
    return seen.rows(statement, tenant_id, code)[0][0]


def paid_out(seen: Evidence, tenant_id: int) -> int:
    return seen.rows("SELECT COALESCE(SUM(amount_minor), 0) FROM payout WHERE tenant_id = ? AND state = 'paid'", tenant_id)[0][0]


TENDERS: Final[Sequence[Callable[[Evidence], Broken]]] = (
    disputes_stand_as_banks_left_them, what_banks_kept_is_borne_once, nobody_gets_back_more_than_was_paid,
    buyers_have_the_credit_they_were_given,
)  # fmt: skip
