"""What is paid later, past the gateway: whether marketplace and buyer may, until when, and what an invoice adds to what is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from velora.flows.checkout.draft import Draft
from velora.kernel.errors import Refusal
from velora.modules.payments import service as payments
from velora.modules.payments.service import MethodNotOffered, TooMuchInCash
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Way:
    """A way to pay later that a buyer can choose: a largest amount, days to pay, and how much more may be owed, where there are such."""

    method: payments.Method
    at_most_minor: int | None = None
    days: int | None = None


async def ways(uow: UnitOfWork, tenant_id: int, account_id: int | None, currency: str) -> list[Way]:
    """The ways in which this buyer can pay later in this currency; a guest never on invoice."""
    market = (await tenants.by_id(uow, {tenant_id}))[tenant_id]
    found = [Way("cash_on_delivery", _most_in_cash(market))] if _in_cash(market, currency) else []
    if _on_invoice(market, currency) and market.paid_later.invoice and account_id is not None:
        standing = (await terms.of_accounts(uow, [(tenant_id, account_id)])).get((tenant_id, account_id, currency))
        if standing and standing.limit_minor:
            found.append(Way("invoice", standing.left_minor, market.paid_later.invoice.days))
    return found


async def look(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[Draft | Refusal]:
    """Each draft with the day until which it is to be paid, or why it cannot be paid so. What a card pays is left as it is."""
    later = {draft.market.tenant_id for draft in drafts if draft.method != "card"}
    markets = await tenants.by_id(uow, later) if later else {}
    return [draft if draft.method == "card" else _looked_at(uow, draft, markets[draft.market.tenant_id]) for draft in drafts]


def _looked_at(uow: UnitOfWork, draft: Draft, market: TenantFacts) -> Draft | Refusal:
    currency, to_pay = draft.market.currency, draft.expected_total_minor - draft.credit_minor
    if draft.method == "cash_on_delivery":
        if not _in_cash(market, currency):
            return MethodNotOffered(draft.method)
        most = _most_in_cash(market)
        return draft if most is None or to_pay <= most else TooMuchInCash(most, currency)
    invoice = market.paid_later.invoice
    if invoice is None or not _on_invoice(market, currency):
        return MethodNotOffered(draft.method)
    if draft.buyer.account_id is None:
        return terms.NoTerms()
    return replace(draft, due_at=uow.now + timedelta(days=invoice.days))


async def owe(uow: UnitOfWork, wanted: Sequence[tuple[Draft, payments.NewIntent]]) -> Mapping[int, Refusal]:
    """These invoices are owed from now on; the orders of buyers who would owe too much with them."""
    wishes = [terms.Wish(one.tenant_id, draft.buyer.account_id or 0, one.currency, one.amount_minor) for draft, one in wanted]
    outcomes = await terms.take(uow, wishes) if wishes else []
    return {one.order_id: outcome for (_, one), outcome in zip(wanted, outcomes, strict=True) if isinstance(outcome, Refusal)}


def _in_cash(market: TenantFacts, currency: str) -> bool:
    """A largest amount is said in the main currency alone, so in others nothing can be held against it."""
    cash = market.paid_later.cash_on_delivery
    return cash is not None and (cash.at_most_minor is None or currency == market.currency)


def _most_in_cash(market: TenantFacts) -> int | None:
    cash = market.paid_later.cash_on_delivery
    return cash.at_most_minor if cash else None


def _on_invoice(market: TenantFacts, currency: str) -> bool:
    """The account that buyers transfer to is in the main currency."""
    return market.paid_later.invoice is not None and currency == market.currency
