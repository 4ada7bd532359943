"""E10: what a dispute moves. The page beside `postings`, and as pure.

1050 dispute receivable is what banks hold and may give back, 2022 what is kept from sellers meanwhile; 4011 is commission given back,
5030 what the operator loses, 5031 what gateways want for a dispute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.flows.postings import CLEARING, SUSPENSE, escrow, payable, receivable, reserve, tax
from velora.kernel.ids import encode
from velora.modules.disputes.service import DisputeFacts, Share
from velora.modules.ledger.policy import AccountRef, Journal, Leg, legs, paired

DISPUTES: Final = AccountRef("1050")
COMMISSION_BACK: Final = AccountRef("4011")
CHARGEBACK_LOSS: Final = AccountRef("5030")
DISPUTE_FEES: Final = AccountRef("5031")
HOLD: Final = "2022"

Amount = tuple[AccountRef, int]


def dispute_hold(seller_id: int) -> AccountRef:
    """What is kept of the seller's money while a dispute is open."""
    return AccountRef(HOLD, encode("sel", seller_id))


def opened_key(dispute_id: int) -> str:
    return f"dispute-opened:{encode('dp', dispute_id)}"


def more_key(dispute_id: int, taken_minor: int) -> str:
    return f"dispute-more:{encode('dp', dispute_id)}:{taken_minor}"


def fee_key(dispute_id: int, fee_minor: int) -> str:
    """Fees come one by one, and their sum only grows: it names the last."""
    return f"dispute-fee:{encode('dp', dispute_id)}:{fee_minor}"


def fee_back_key(dispute_id: int, fee_back_minor: int) -> str:
    return f"dispute-fee-back:{encode('dp', dispute_id)}:{fee_back_minor}"


def won_key(dispute_id: int) -> str:
    return f"dispute-won:{encode('dp', dispute_id)}"


def lost_key(dispute_id: int) -> str:
    return f"dispute-lost:{encode('dp', dispute_id)}"


def keys_of(one: DisputeFacts) -> list[str]:
    """The keys of everything that this dispute may have moved."""
    return [
        opened_key(one.id), more_key(one.id, one.taken_minor), fee_key(one.id, one.fee_minor), fee_back_key(one.id, one.fee_back_minor),
        won_key(one.id), lost_key(one.id),
    ]  # fmt: skip


def opened(one: DisputeFacts, fee_minor: int, *, at: datetime) -> Journal:
    """E10a: the bank has taken the money, the gateway its fee; of sellers' money that was released as much is kept as it falls on each.

    What is in escrow is frozen there, which moves nothing. What falls on nobody stands in suspense. Of the fee, what was not posted before.
    """
    moves = legs(
        (DISPUTES, CLEARING, one.covered_minor), (SUSPENSE, CLEARING, one.suspended_minor), (DISPUTE_FEES, CLEARING, fee_minor),
        *_kept(one),
    )  # fmt: skip
    return _journal(one, "dispute_opened", opened_key(one.id), moves, at)


def more_taken(one: DisputeFacts, more_minor: int, *, at: datetime) -> Journal:
    """The bank took more than at first: nobody's until it has decided. `one` is the dispute with it."""
    return _journal(one, "dispute_more", more_key(one.id, one.taken_minor), legs((SUSPENSE, CLEARING, more_minor)), at)


def fee(one: DisputeFacts, fee_minor: int, *, at: datetime) -> Journal:
    """The gateway wants more for it. `one` is the dispute with that."""
    return _journal(one, "dispute_fee", fee_key(one.id, one.fee_minor), legs((DISPUTE_FEES, CLEARING, fee_minor)), at)


def fee_back(one: DisputeFacts, fee_minor: int, *, at: datetime) -> Journal:
    """The gateway gives of its fee back. `one` is the dispute with that."""
    return _journal(one, "dispute_fee_back", fee_back_key(one.id, one.fee_back_minor), legs((CLEARING, DISPUTE_FEES, fee_minor)), at)


def won(one: DisputeFacts, *, at: datetime) -> Journal:
    """E10c: the money is back, and whose it was has it again. `one` is the dispute as it stood before."""
    back = [(hold, whence, amount) for whence, hold, amount in _kept(one)]
    moves = legs((CLEARING, DISPUTES, one.covered_minor), (CLEARING, SUSPENSE, one.suspended_minor), *back)
    return _journal(one, "dispute_won", won_key(one.id), moves, at)


@dataclass(frozen=True)
class Loss:
    """What one share comes to when the dispute is lost, beyond what was held: from payable, reserve, and the seller's debt."""

    share: Share
    payable_minor: int = 0
    reserve_minor: int = 0
    debt_minor: int = 0


def lost(one: DisputeFacts, losses: Sequence[Loss], *, at: datetime) -> Journal:
    """E10b: the bank keeps it. Each share in full; what is left of what falls on nobody is the operator's loss.

    `one` is the dispute as it stood before; the shares may have grown by what fell on nobody then and has its seller now.
    """
    borne = [debit for loss in losses for debit in _borne_by_seller(loss)]
    borne += [(COMMISSION_BACK, loss.share.commission_minor) for loss in losses if not loss.share.in_escrow]
    borne += [(tax(loss.share.country), loss.share.tax_minor) for loss in losses]
    rest = one.covered_minor + one.suspended_minor - sum(amount for _, amount in borne)
    moves = paired([*borne, (CHARGEBACK_LOSS, rest)], [(DISPUTES, one.covered_minor), (SUSPENSE, one.suspended_minor)])
    return _journal(one, "dispute_lost", lost_key(one.id), moves, at)


def _kept(one: DisputeFacts) -> list[tuple[AccountRef, AccountRef, int]]:
    """What is kept of sellers' money while it is open: whence, where, how much."""
    return [
        (whence(share.seller_id), dispute_hold(share.seller_id), amount)
        for share in one.shares
        for whence, amount in ((payable, share.payable_minor), (reserve, share.reserve_minor))
    ]


def _borne_by_seller(loss: Loss) -> list[Amount]:
    share, seller_id = loss.share, loss.share.seller_id
    if share.in_escrow:
        return [(escrow(seller_id), share.net_minor)]
    return [
        (dispute_hold(seller_id), share.payable_minor + share.reserve_minor),
        (payable(seller_id), loss.payable_minor),
        (reserve(seller_id), loss.reserve_minor),
        (receivable(seller_id), loss.debt_minor),
    ]


def _journal(one: DisputeFacts, kind: str, key: str, moves: tuple[Leg, ...], at: datetime) -> Journal:
    payload: dict[str, object] = {"dispute": one.ref, "gateway": one.gateway, "gateway_ref": one.gateway_ref}
    if one.order_id is not None:
        payload["order"] = encode("ord", one.order_id)
    return Journal(one.tenant_id, key, kind, one.currency, moves, at, payload=payload)
