"""What stands when a dispute is heard of: payments, holds, what was refunded, other disputes, and what sellers could be paid.

It is read once, under locks, for all disputes heard at once; hearing one changes it for the next.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from velora.flows import postings
from velora.flows.refund.start import wanted_by
from velora.modules.disputes import service as disputes
from velora.modules.disputes.service import DisputeFacts, Share, Stake, State
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork

Key = tuple[int, int]


@dataclass
class Standing:
    """All that bears on the disputes of some payments."""

    intents: dict[Key, payments.PaymentIntent]
    # What of each payment is neither refunded nor under a dispute.
    left: dict[Key, int]
    countries: dict[Key, str]
    parts: dict[Key, list[orders.SellerOrder]]
    holds: dict[Key, escrow.Hold]
    refunded_tax: Counter[Key]
    # The payments of which a refund is under way: it may still fail.
    refunding: set[Key]
    known: dict[Key, DisputeFacts]
    # By (tenant, account, currency): what may be paid out, and reserves.
    balances: dict[tuple[int, str, str], int]

    def stakes(self, intent: payments.PaymentIntent) -> list[Stake]:
        """What still stands of each seller order of this payment."""
        order = intent.tenant_id, intent.order_id
        found: list[Stake] = []
        for part in self.parts.get(order, []):
            key = part.tenant_id, part.id
            hold = self.holds.get(key)
            if hold is None or hold.state is escrow.State.REFUNDED:
                continue
            shares = [share for one, share in self._shares_of(key) if _counts(one, share)]
            taxed = [share.tax_minor for one, share in self._shares_of(key) if one.state is not State.WON]
            found.append(
                Stake(
                    part.id, part.seller_id, self.countries[order],
                    max(hold.captured - hold.refunded - sum(share.net_minor for share in shares), 0),
                    max(hold.tax_minor - self.refunded_tax[key] - sum(taxed), 0),
                    max(hold.commission_left - sum(share.commission_minor for share in shares), 0),
                    hold.state is not escrow.State.RELEASED,
                )
            )  # fmt: skip
        return found

    def still_disputed(self) -> set[Key]:
        """The (tenant, seller order) whose escrow an open dispute keeps frozen."""
        return {
            (one.tenant_id, share.seller_order_id)
            for one in self.known.values()
            if one.state is State.OPEN
            for share in one.shares
            if share.in_escrow
        }

    def bear(self, one: DisputeFacts, seller_id: int, wanted_minor: int) -> disputes.Borne:
        """Takes so much of what the seller could be paid, and of its reserve, as there is."""
        accounts = [(one.tenant_id, str(account), one.currency) for account in (postings.payable(seller_id), postings.reserve(seller_id))]
        payable, reserve = (self.balances.get(account, 0) for account in accounts)
        borne = disputes.bear(wanted_minor, payable_minor=payable, reserve_minor=reserve)
        for account, taken in zip(accounts, (borne.payable_minor, borne.reserve_minor), strict=True):
            self.balances[account] = self.balances.get(account, 0) - taken
        return borne

    def give_back(self, one: DisputeFacts) -> None:
        """What was kept for the dispute is free again."""
        if one.intent_id is not None and (key := (one.tenant_id, one.intent_id)) in self.left:
            self.left[key] += one.covered_minor
        for share in one.shares:
            kept = (postings.payable(share.seller_id), share.payable_minor), (postings.reserve(share.seller_id), share.reserve_minor)
            for account, amount in kept:
                place = one.tenant_id, str(account), one.currency
                self.balances[place] = self.balances.get(place, 0) + amount

    def _shares_of(self, part: Key) -> Iterable[tuple[DisputeFacts, Share]]:
        return (
            (one, share)
            for one in self.known.values()
            if one.tenant_id == part[0]
            for share in one.shares
            if share.seller_order_id == part[1]
        )


def _counts(one: DisputeFacts, share: Share) -> bool:
    """Whether a share stands beside the hold: what was lost out of escrow is off the hold already."""
    return one.state is State.OPEN or (one.state is State.LOST and not share.in_escrow)


async def standing_of(uow: UnitOfWork, intents: dict[Key, payments.PaymentIntent], heard: Collection[DisputeFacts]) -> Standing:
    """What stands of these locked payments; locks what is held for their orders."""
    bought = {(one.tenant_id, one.order_id) for one in intents.values()}
    parts: defaultdict[Key, list[orders.SellerOrder]] = defaultdict(list)
    for part in await orders.parts_of(uow, bought):
        parts[part.tenant_id, part.order_id].append(part)
    everyone = [part for some in parts.values() for part in some]
    holds = await escrow.lock(uow, {(part.tenant_id, part.id) for part in everyone})
    accounts = {
        (part.tenant_id, str(account))
        for part in everyone
        for account in (postings.payable(part.seller_id), postings.reserve(part.seller_id))
    }
    known = {one.key: one for one in (*await disputes.of_orders(uow, bought), *heard)}
    refunds = await payments.refunds_of_orders(uow, bought)
    return Standing(
        intents=intents,
        left={key: max(one.captured_minor - one.refunded_minor - one.disputed_minor, 0) for key, one in intents.items()},
        countries={key: order.country for key, order in (await orders.orders_by_id(uow, bought)).items()},
        parts=dict(parts), holds=holds, refunded_tax=await _refunded_tax(uow, refunds),
        refunding={(one.tenant_id, one.intent_id) for one in refunds if one.state == "requested"}, known=known,
        balances=await ledger.balances(uow, accounts) if accounts else {},
    )  # fmt: skip


async def _refunded_tax(uow: UnitOfWork, refunds: Collection[payments.PaymentRefund]) -> Counter[Key]:
    """The tax that these refunds, paid or under way, give back of each (tenant, seller order)."""
    reasons = {(one.tenant_id, one.id): one.business_key for one in refunds if one.state != "failed"}
    taxes: Counter[Key] = Counter()
    for case in (await wanted_by(uow, reasons, "system")).values():
        taxes[case.tenant_id, case.seller_order_id] += case.tax_minor
    return taxes
