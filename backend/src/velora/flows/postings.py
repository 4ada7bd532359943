"""Every movement of money on one page: what happened, and which journal says so. Pure.

Keys name the object and its transition, so each can be posted once. The accounts are those of the ledger's chart:
1010 gateway clearing, 1020 bank, 1040 seller receivable, 2010 escrow, 2020 seller payable, 2021 seller reserve,
2030 tax payable, 2040 payout clearing, 2050 refund clearing, 2060 customer credit, 2090 suspense,
4010 commission, 4090 rounding, 5010 gateway fees; and two memo pairs that are no money yet: 9010 and 9020 say what banks
hold for us, 9030 and 9040 what buyers are to pay at the door or by transfer.
Those of disputes (E10) stand in `dispute_postings`, those of the second memo in `awaited_postings`, those of money that is
nobody's in `suspense_postings`, what is changed into another currency (4030) in `flows/fx/posting.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.kernel.ids import encode
from velora.kernel.money import share
from velora.modules.ledger.policy import AccountRef, Journal, legs, paired

CLEARING: Final = AccountRef("1010")
BANK: Final = AccountRef("1020")
PAYOUT_CLEARING: Final = AccountRef("2040")
REFUND_CLEARING: Final = AccountRef("2050")
SUSPENSE: Final = AccountRef("2090")
COMMISSION: Final = AccountRef("4010")
ROUNDING: Final = AccountRef("4090")
GATEWAY_FEES: Final = AccountRef("5010")
AUTHORISED: Final = AccountRef("9010")
AUTHORISED_AGAINST: Final = AccountRef("9020")
AWAITED: Final = AccountRef("9030")
AWAITED_AGAINST: Final = AccountRef("9040")

# Accounts that every seller, or every jurisdiction, has one of.
RECEIVABLE: Final = "1040"
ESCROW: Final = "2010"
PAYABLE: Final = "2020"
RESERVE: Final = "2021"
TAX: Final = "2030"
CREDIT: Final = "2060"  # and every buyer who was given some


def receivable(seller_id: int) -> AccountRef:
    """What the seller owes the operator."""
    return AccountRef(RECEIVABLE, encode("sel", seller_id))


def escrow(seller_id: int) -> AccountRef:
    """What is held for the seller until its deliveries are settled."""
    return AccountRef(ESCROW, encode("sel", seller_id))


def payable(seller_id: int) -> AccountRef:
    """What the seller may be paid."""
    return AccountRef(PAYABLE, encode("sel", seller_id))


def reserve(seller_id: int) -> AccountRef:
    """What is kept of the seller's money against later refunds."""
    return AccountRef(RESERVE, encode("sel", seller_id))


def tax(jurisdiction: str) -> AccountRef:
    """What is owed to this country's tax office."""
    return AccountRef(TAX, jurisdiction)


def credit(account_id: int) -> AccountRef:
    """What this buyer may pay with beside a card."""
    return AccountRef(CREDIT, encode("acc", account_id))


# ------------------------------------------------------------------------------------------------ keys


def authorisation_key(intent_id: int) -> str:
    return f"authorisation:{encode('pi', intent_id)}"


def authorisation_ended_key(intent_id: int) -> str:
    return f"authorisation-ended:{encode('pi', intent_id)}"


def capture_key(intent_id: int) -> str:
    return f"capture:{encode('pi', intent_id)}"


def fee_key(intent_id: int) -> str:
    return f"fee:{encode('pi', intent_id)}"


def refund_key(refund_id: int) -> str:
    return f"refund:{encode('rfd', refund_id)}"


def refund_paid_key(refund_id: int) -> str:
    return f"refund-paid:{encode('rfd', refund_id)}"


def refund_failed_key(refund_id: int) -> str:
    return f"refund-failed:{encode('rfd', refund_id)}"


def release_key(seller_order_id: int) -> str:
    return f"release:{encode('sor', seller_order_id)}"


def payout_key(payout_id: int) -> str:
    return f"payout:{encode('pay', payout_id)}"


def payout_paid_key(payout_id: int) -> str:
    return f"payout-paid:{encode('pay', payout_id)}"


def payout_failed_key(payout_id: int) -> str:
    return f"payout-failed:{encode('pay', payout_id)}"


def undoing_key(key: str) -> str | None:
    """The key under which the movement of this key is undone, if it is; None for what nothing undoes."""
    what, _, whose = key.partition(":")
    undone = _UNDONE_BY.get(what)
    return f"{undone}:{whose}" if undone else None


_UNDONE_BY: Final = {
    "authorisation": "authorisation-ended", "refund": "refund-failed", "payout": "payout-failed", "dispute-opened": "dispute-won",
}  # fmt: skip


# ---------------------------------------------------------------------------------- E0, E1, E2: payment


def authorised(*, tenant_id: int, intent_id: int, order_id: int, currency: str, amount_minor: int, at: datetime) -> Journal:
    """E0: the buyer's bank holds so much for us. A memo: it is nobody's money but the buyer's."""
    return Journal(
        tenant_id, authorisation_key(intent_id), "authorisation", currency, legs((AUTHORISED, AUTHORISED_AGAINST, amount_minor)), at,
        payload={"intent": encode("pi", intent_id), "order": encode("ord", order_id)},
    )  # fmt: skip


def authorisation_ended(
    *, tenant_id: int, intent_id: int, order_id: int, currency: str, amount_minor: int, at: datetime, reverses_id: int
) -> Journal:
    """E0 undone: given up or expired, and nothing was taken."""
    return Journal(
        tenant_id, authorisation_ended_key(intent_id), "authorisation_ended", currency,
        legs((AUTHORISED_AGAINST, AUTHORISED, amount_minor)), at,
        payload={"intent": encode("pi", intent_id), "order": encode("ord", order_id)}, reverses_id=reverses_id,
    )  # fmt: skip


def captured(
    *,
    tenant_id: int,
    intent_id: int,
    order_id: int,
    currency: str,
    net_by_seller: Mapping[int, int],
    tax_by_country: Mapping[str, int],
    at: datetime,
    surplus_minor: int = 0,
    authorised_minor: int = 0,
    awaited_minor: int = 0,
    credit_of: int = 0,
    credit_minor: int = 0,
    cases: Sequence[str] = (),
) -> Journal:
    """E1: what the buyer paid is held for each seller, net of tax, and the tax is owed to its country.

    Of it, the store credit of account `credit_of` paid `credit_minor`, and what lies at the gateway the rest; or the money in suspense of
    these `cases`, where it came without a gateway.

    The whole of what was authorised, or awaited, before is no memo any longer, however much of it was taken. What was taken beyond what was
    asked (`surplus_minor`; short of it, when below zero) stands in suspense until a person has looked.
    """
    dues = [(escrow(seller_id), net) for seller_id, net in sorted(net_by_seller.items())]
    dues += [(tax(country), amount) for country, amount in sorted(tax_by_country.items())]
    paid = paired(
        [(credit(credit_of), credit_minor), (SUSPENSE if cases else CLEARING, sum(amount for _, amount in dues) - credit_minor)], dues
    )
    odd = (CLEARING, SUSPENSE, surplus_minor) if surplus_minor > 0 else (SUSPENSE, CLEARING, -surplus_minor)
    memos = (AUTHORISED_AGAINST, AUTHORISED, authorised_minor), (AWAITED_AGAINST, AWAITED, awaited_minor)
    return Journal(
        tenant_id, capture_key(intent_id), "capture", currency, (*paid, *legs(odd, *memos)), at,
        payload={"intent": encode("pi", intent_id), "order": encode("ord", order_id), **({"cases": list(cases)} if cases else {})},
    )  # fmt: skip


def gateway_fee(*, tenant_id: int, intent_id: int, order_id: int, currency: str, fee_minor: int, at: datetime) -> Journal:
    """E2: the operator bears what the gateway keeps of a charge. Only for a fee above nothing."""
    return Journal(
        tenant_id, fee_key(intent_id), "gateway_fee", currency, legs((GATEWAY_FEES, CLEARING, fee_minor)), at,
        payload={"intent": encode("pi", intent_id), "order": encode("ord", order_id)},
    )  # fmt: skip


# ---------------------------------------------------------------------------------- E4: refund before release


@dataclass(frozen=True)
class Refund:
    """What goes back to a buyer out of one seller's escrow, and the tax on it; `credit_minor` of it as store credit of `credit_of`."""

    tenant_id: int
    refund_id: int
    order_id: int
    seller_order_id: int
    seller_id: int
    country: str
    currency: str
    net_minor: int
    tax_minor: int
    credit_of: int = 0
    credit_minor: int = 0
    by_transfer: bool = False

    @property
    def payload(self) -> dict[str, object]:
        return {
            "refund": encode("rfd", self.refund_id),
            "order": encode("ord", self.order_id),
            "seller_order": encode("sor", self.seller_order_id),
        }


def refund_requested(refund: Refund, *, at: datetime, actor_ref: str) -> Journal:
    """E4a: posted when the refund is asked for, so that two refunds cannot spend the same escrow."""
    moves = legs(
        (escrow(refund.seller_id), REFUND_CLEARING, refund.net_minor), (tax(refund.country), REFUND_CLEARING, refund.tax_minor)
    )  # fmt: skip
    return Journal(refund.tenant_id, refund_key(refund.refund_id), "refund", refund.currency, moves, at, actor_ref, refund.payload)


def refund_paid(refund: Refund, *, at: datetime) -> Journal:
    """E4b: the gateway, or the bank by transfer, gave the money back, and what is not its part is the buyer's store credit."""
    whole = refund.net_minor + refund.tax_minor
    moves = legs(
        (REFUND_CLEARING, BANK if refund.by_transfer else CLEARING, whole - refund.credit_minor),
        (REFUND_CLEARING, credit(refund.credit_of), refund.credit_minor),
    )  # fmt: skip
    return Journal(refund.tenant_id, refund_paid_key(refund.refund_id), "refund_paid", refund.currency, moves, at, payload=refund.payload)


def refund_failed(refund: Refund, *, at: datetime, reverses_id: int) -> Journal:
    """E4a undone: the gateway refused, and the money is held for the seller again."""
    moves = legs(
        (REFUND_CLEARING, escrow(refund.seller_id), refund.net_minor), (REFUND_CLEARING, tax(refund.country), refund.tax_minor)
    )  # fmt: skip
    key = refund_failed_key(refund.refund_id)
    return Journal(refund.tenant_id, key, "refund_failed", refund.currency, moves, at, payload=refund.payload, reverses_id=reverses_id)


# ------------------------------------------------------------------------------------------ E5, E9c: release


@dataclass(frozen=True)
class Parting:
    """How the rest of an escrow is parted: always the whole of it."""

    commission_minor: int
    recovered_minor: int
    reserve_minor: int
    payable_minor: int


def part(rest_minor: int, *, commission_minor: int, owed_minor: int, reserve_bps: int) -> Parting:
    """The operator's commission first, then what the seller owes, then the reserve on the seller's share, and the seller has the rest."""
    commission = min(commission_minor, rest_minor)
    mine = rest_minor - commission
    recovered = min(owed_minor, mine)
    kept = min(share(mine, reserve_bps), mine - recovered)
    return Parting(commission, recovered, kept, mine - recovered - kept)


def released(
    *, tenant_id: int, seller_order_id: int, order_id: int, seller_id: int, currency: str, parting: Parting, at: datetime, actor_ref: str
) -> Journal:
    """E5: the delivery is settled, and the escrow is empty."""
    held = escrow(seller_id)
    moves = legs(
        (held, COMMISSION, parting.commission_minor),
        (held, receivable(seller_id), parting.recovered_minor),
        (held, reserve(seller_id), parting.reserve_minor),
        (held, payable(seller_id), parting.payable_minor),
    )
    payload: dict[str, object] = {"seller_order": encode("sor", seller_order_id), "order": encode("ord", order_id)}
    return Journal(tenant_id, release_key(seller_order_id), "release", currency, moves, at, actor_ref, payload)


# ----------------------------------------------------------------------------------------------- E7: payout


@dataclass(frozen=True)
class Payout:
    """An amount on its way from the operator's bank to a seller."""

    tenant_id: int
    payout_id: int
    seller_id: int
    currency: str
    amount_minor: int

    @property
    def payload(self) -> dict[str, object]:
        return {"payout": encode("pay", self.payout_id)}


def payout_reserved(payout: Payout, *, at: datetime, actor_ref: str) -> Journal:
    """E7a: taken from what may be paid, so that it is paid once."""
    moves = legs((payable(payout.seller_id), PAYOUT_CLEARING, payout.amount_minor))
    return Journal(payout.tenant_id, payout_key(payout.payout_id), "payout", payout.currency, moves, at, actor_ref, payout.payload)


def payout_failed(payout: Payout, *, at: datetime, reverses_id: int) -> Journal:
    """E7b: the bank refused; the seller may be paid again, by a new payout."""
    moves = legs((PAYOUT_CLEARING, payable(payout.seller_id), payout.amount_minor))
    key = payout_failed_key(payout.payout_id)
    return Journal(payout.tenant_id, key, "payout_failed", payout.currency, moves, at, payload=payout.payload, reverses_id=reverses_id)


def payout_paid(payout: Payout, *, at: datetime) -> Journal:
    """E7d: the bank has sent it."""
    moves = legs((PAYOUT_CLEARING, BANK, payout.amount_minor))
    return Journal(payout.tenant_id, payout_paid_key(payout.payout_id), "payout_paid", payout.currency, moves, at, payload=payout.payload)
