"""E0b: what buyers are to pay later, past every gateway: a memo (9030 against 9040), from the order until the money is here. Pure.

It is no claim in the books before it is money, so it moves nobody's balance. The capture's journal ends what is left of it.
"""

from datetime import datetime

from velora.flows.postings import AWAITED, AWAITED_AGAINST
from velora.kernel.ids import encode
from velora.modules.ledger.policy import Journal, legs


def awaited_key(intent_id: int) -> str:
    return f"awaited:{encode('pi', intent_id)}"


def awaited_lowered_key(because: str) -> str:
    """`because` is the seller order that was cancelled, or whatever else lowers what is to come, once."""
    return f"awaited-lowered:{because}"


def awaited_ended_key(intent_id: int) -> str:
    return f"awaited-ended:{encode('pi', intent_id)}"


def awaited(*, tenant_id: int, intent_id: int, order_id: int, currency: str, amount_minor: int, at: datetime) -> Journal:
    """E0b: the buyer is to pay so much later, past every gateway. A memo: it is no claim in the books before it is money."""
    return Journal(
        tenant_id, awaited_key(intent_id), "awaited", currency, legs((AWAITED, AWAITED_AGAINST, amount_minor)), at,
        payload={"intent": encode("pi", intent_id), "order": encode("ord", order_id)},
    )  # fmt: skip


def awaited_lowered(
    *, tenant_id: int, intent_id: int, order_id: int, because: str, currency: str, amount_minor: int, at: datetime, actor_ref: str
) -> Journal:
    """So much less is to come, as a part of the order (`because`) was cancelled or refused at the door."""
    return Journal(
        tenant_id, awaited_lowered_key(because), "awaited_lowered", currency, legs((AWAITED_AGAINST, AWAITED, amount_minor)), at, actor_ref,
        {"intent": encode("pi", intent_id), "order": encode("ord", order_id), "seller_order": because},
    )  # fmt: skip


def awaited_ended(*, tenant_id: int, intent_id: int, order_id: int, currency: str, amount_minor: int, at: datetime) -> Journal:
    """Nothing is awaited any more, and none of it came."""
    return Journal(
        tenant_id, awaited_ended_key(intent_id), "awaited_ended", currency, legs((AWAITED_AGAINST, AWAITED, amount_minor)), at,
        payload={"intent": encode("pi", intent_id), "order": encode("ord", order_id)},
    )  # fmt: skip
