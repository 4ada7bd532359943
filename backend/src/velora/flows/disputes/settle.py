"""E10: what a gateway says of a dispute, and everything that follows, in one transaction for all. Forward only, once.

A dispute is known by the gateway's own name. Heard twice, late, or closed before it was opened, it comes to the same: what is posted is
what the gateway has moved beyond what was posted before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from velora.flows import dispute_postings
from velora.flows.dispute_postings import Loss
from velora.flows.disputes.standing import Key, Standing, standing_of
from velora.flows.suspense.unmatched import Unmatched, books_of, keep_unmatched
from velora.modules.disputes import service as disputes
from velora.modules.disputes.service import DisputeFacts, Part, Share, State
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import SeenDispute
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork

Name = tuple[str, str]  # gateway, its reference


@dataclass(frozen=True)
class DisputeNews:
    """Something heard of a dispute, and the (tenant, payment) of ours that it is about, if it is about one."""

    gateway: str
    seen: SeenDispute
    intent: Key | None = None

    @property
    def name(self) -> Name:
        return self.gateway, self.seen.ref


@dataclass
class _Following:
    """What follows from the disputes heard, gathered while they are heard one after the other."""

    journals: list[ledger.Journal] = field(default_factory=list[ledger.Journal])
    disputed: Counter[Key] = field(default_factory=Counter[Key])
    lost: list[escrow.Taking] = field(default_factory=list[escrow.Taking])
    strays: dict[str, Unmatched] = field(default_factory=dict[str, Unmatched])


async def settle(uow: UnitOfWork, news: Sequence[DisputeNews]) -> list[DisputeFacts | None]:
    """Each dispute stands where it was heard to stand, with whose money is held or lost, and the journals that say so.

    None where there is no marketplace to keep its books. Locks the payments, the disputes, then the holds. A payout that takes a seller's
    money meanwhile makes this fail as a whole (InsufficientFunds); heard again, it finds what is left.
    """
    latest: dict[Name, DisputeNews] = {}
    for one in sorted(news, key=_how_much_it_knows):
        latest[one.name] = one
    intents = await payments.lock(uow, {one.intent for one in latest.values() if one.intent is not None})
    before = await disputes.lock(uow, latest.keys())
    standing = await standing_of(uow, intents, before.values())
    following = _Following()
    after: dict[Name, DisputeFacts] = {}
    for name, one in latest.items():
        known = before.get(name) or await _new(uow, one, intents)
        if known is not None:
            after[name] = standing.known[known.key] = _hear(uow, known, one.seen, standing, following)
    await disputes.save(uow, {one.key: one for one in before.values()}, list(after.values()))
    await payments.add_disputed(uow, following.disputed)
    await escrow.settle_disputes(uow, standing.holds.values(), lost=following.lost, disputed=standing.still_disputed())
    await ledger.post(uow, following.journals)
    await keep_unmatched(uow, following.strays)
    return [after.get(one.name) for one in news]


def _how_much_it_knows(news: DisputeNews) -> tuple[bool, int, int, int]:
    seen = news.seen
    return seen.standing != "open", seen.taken_minor + seen.returned_minor, seen.fee_minor, seen.fee_back_minor


async def _new(uow: UnitOfWork, news: DisputeNews, intents: Mapping[Key, payments.PaymentIntent]) -> DisputeFacts | None:
    """A dispute that is heard of for the first time: of a payment of ours, or of nobody's."""
    seen = news.seen
    intent = intents.get(news.intent) if news.intent is not None else None
    whose = intent.tenant_id if intent else None
    stray = Unmatched(news.gateway, seen.ref, seen.taken_minor, seen.currency, whose)
    tenant_id = books_of(stray, await tenants.all_tenants(uow)) if whose is None else whose
    if tenant_id is None:
        return None
    return DisputeFacts(
        tenant_id, uow.new_id(), news.gateway, seen.ref, seen.charge.ref, intent.id if intent else None,
        intent.order_id if intent else None, seen.currency, seen.amount_minor, seen.reason, seen.opened_at, seen.answer_by, is_new=True,
    )  # fmt: skip


def _hear(uow: UnitOfWork, one: DisputeFacts, seen: SeenDispute, standing: Standing, following: _Following) -> DisputeFacts:
    """The dispute as it stands now: first what was taken, then fees, then how it ended, then what came back after that."""
    if one.state is State.OPEN:
        one = replace(one, amount_minor=seen.amount_minor, reason=seen.reason, answer_by=seen.answer_by)
    one = standing.known[one.key] = _taken(uow, one, seen, standing, following)
    one = _fees(uow, one, seen, following)
    if seen.standing == "lost" and disputes.may_become(one.state, State.LOST) and not _waits(one, standing):
        one = _lost(uow, one, standing, following)
    elif seen.standing == "won" and seen.returned_minor >= one.taken_minor and disputes.may_become(one.state, State.WON):
        one = _won(uow, one, standing, following)
    if one.state is not State.OPEN and (late := seen.returned_minor - one.returned_minor - one.late_minor) > 0:
        one = replace(one, late_minor=one.late_minor + late)
        ref = f"{one.gateway_ref}:{one.late_minor}"
        following.strays[ref] = Unmatched(one.gateway, ref, late, one.currency, one.tenant_id)
    return one


def _taken(uow: UnitOfWork, one: DisputeFacts, seen: SeenDispute, standing: Standing, following: _Following) -> DisputeFacts:
    more = seen.taken_minor - one.taken_minor
    if more < 1:
        return one
    if one.taken_minor or one.state is not State.OPEN:
        now = replace(one, taken_minor=seen.taken_minor, suspended_minor=one.suspended_minor + more)
        following.journals.append(dispute_postings.more_taken(now, more, at=uow.now))
        return now
    shares = [_kept(one, part, standing) for part in _cover(one, more, standing, following)]
    covered = sum(share.gross_minor for share in shares)
    fee = max(seen.fee_minor - one.fee_minor, 0)  # it may have asked first, at a price
    now = replace(
        one, taken_minor=seen.taken_minor, covered_minor=covered, suspended_minor=more - covered, fee_minor=one.fee_minor + fee,
        shares=tuple(shares),
    )  # fmt: skip
    following.journals.append(dispute_postings.opened(now, fee, at=uow.now))
    return now


def _cover(one: DisputeFacts, amount_minor: int, standing: Standing, following: _Following) -> list[Part]:
    """What of this amount falls on the sellers of the payment: never more than was captured and neither refunded nor disputed."""
    key = (one.tenant_id, one.intent_id) if one.intent_id is not None else None
    intent = standing.intents.get(key) if key else None
    if key is None or intent is None or intent.currency != one.currency:
        return []
    parts = disputes.share_out(min(amount_minor, standing.left[key]), standing.stakes(intent))
    covered = sum(part.gross_minor for part in parts)
    standing.left[key] -= covered
    following.disputed[key] += covered
    return parts


def _kept(one: DisputeFacts, part: Part, standing: Standing) -> Share:
    """The share that falls on a seller order: frozen in escrow, or as much of it kept as the seller has."""
    stake = part.stake
    share = Share(
        stake.seller_order_id, stake.seller_id, stake.country, part.net_minor, part.tax_minor, part.commission_minor, stake.in_escrow
    )
    if stake.in_escrow:
        return share
    borne = standing.bear(one, stake.seller_id, part.sellers_minor)
    return replace(share, payable_minor=borne.payable_minor, reserve_minor=borne.reserve_minor)


def _fees(uow: UnitOfWork, one: DisputeFacts, seen: SeenDispute, following: _Following) -> DisputeFacts:
    """The operator bears what the gateway wants for a dispute, and has what of it comes back."""
    if (more := seen.fee_minor - one.fee_minor) > 0:
        one = replace(one, fee_minor=seen.fee_minor)
        following.journals.append(dispute_postings.fee(one, more, at=uow.now))
    if (back := seen.fee_back_minor - one.fee_back_minor) > 0:
        one = replace(one, fee_back_minor=seen.fee_back_minor)
        following.journals.append(dispute_postings.fee_back(one, back, at=uow.now))
    return one


def _won(uow: UnitOfWork, one: DisputeFacts, standing: Standing, following: _Following) -> DisputeFacts:
    standing.give_back(one)
    if one.taken_minor:
        following.journals.append(dispute_postings.won(one, at=uow.now))
    if one.intent_id is not None:
        following.disputed[one.tenant_id, one.intent_id] -= one.covered_minor
    return replace(one, state=State.WON, suspended_minor=0, returned_minor=one.taken_minor, ended_at=uow.now)


def _lost(uow: UnitOfWork, one: DisputeFacts, standing: Standing, following: _Following) -> DisputeFacts:
    """What falls on sellers now counts, also where a refund that was under way has failed since. What still falls on nobody is the
    operator's loss; but for a charge that is none of ours it stays in suspense, beside whatever is known of that charge."""
    if not one.taken_minor or not _is_ours(one, standing):
        return replace(one, state=State.LOST, ended_at=uow.now)
    shares = {share.seller_order_id: share for share in one.shares}
    for part in _cover(one, one.suspended_minor, standing, following):
        stake = part.stake
        empty = Share(stake.seller_order_id, stake.seller_id, stake.country, 0, 0, 0, stake.in_escrow)
        shares[stake.seller_order_id] = disputes.added(shares.get(stake.seller_order_id, empty), part)
    losses = [_loss(one, share, standing) for share in shares.values()]
    following.journals.append(dispute_postings.lost(one, losses, at=uow.now))
    following.lost += [
        escrow.Taking(one.tenant_id, loss.share.seller_order_id, loss.share.net_minor, loss.share.commission_minor)
        for loss in losses
        if loss.share.in_escrow
    ]
    ended = tuple(
        replace(
            loss.share, payable_minor=loss.share.payable_minor + loss.payable_minor,
            reserve_minor=loss.share.reserve_minor + loss.reserve_minor, debt_minor=loss.debt_minor,
        )
        for loss in losses
    )  # fmt: skip
    covered = sum(share.gross_minor for share in ended)
    return replace(one, state=State.LOST, shares=ended, covered_minor=covered, suspended_minor=0, ended_at=uow.now)


def _waits(one: DisputeFacts, standing: Standing) -> bool:
    """Whether it is not known yet on whom it falls: on nobody so far, because of a refund that is under way and may be refused, or of
    another dispute that may be won."""
    if not one.suspended_minor or one.intent_id is None:
        return False
    others = (other for other in standing.known.values() if (other.tenant_id, other.intent_id) == (one.tenant_id, one.intent_id))
    return (one.tenant_id, one.intent_id) in standing.refunding or any(_may_free(other, one) for other in others)


def _may_free(other: DisputeFacts, one: DisputeFacts) -> bool:
    """Whether what falls on sellers for the other may fall on them for this one instead. Of two that could both wait the older does not."""
    return other.state is State.OPEN and other.covered_minor > 0 and (not other.suspended_minor or other.id < one.id)


def _is_ours(one: DisputeFacts, standing: Standing) -> bool:
    intent = standing.intents.get((one.tenant_id, one.intent_id)) if one.intent_id is not None else None
    return intent is not None and intent.captured_minor > 0 and intent.currency == one.currency


def _loss(one: DisputeFacts, share: Share, standing: Standing) -> Loss:
    """What was not held is taken of what the seller has by now, and the rest is owed."""
    if share.in_escrow:
        return Loss(share)
    borne = standing.bear(one, share.seller_id, share.sellers_minor - share.payable_minor - share.reserve_minor)
    return Loss(share, borne.payable_minor, borne.reserve_minor, borne.short_minor)
