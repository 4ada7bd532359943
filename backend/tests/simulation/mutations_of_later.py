"""More defects: of what is paid at the door or by transfer, and of what is sent back by the bank. After `mutations_of_tenders`."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from tests.simulation.mutations import Patch, mutation, nothing
from tests.simulation.mutations_of_tenders import MUTATIONS
from velora.flows.fulfilment import refused
from velora.flows.payment_outcome import owing, settle, take_up
from velora.flows.receipts.record import Receipt
from velora.flows.transfers import made
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import NewCase
from velora.modules.terms import service as terms

__all__ = ["MUTATIONS"]


@mutation("an order is paid as soon as anything has come for it")
def paid_too_early(patch: Patch) -> None:
    def shares(due_minor: int, kept: Sequence[int]) -> list[int]:
        return list(kept)

    patch.setattr(suspense, "shares", shares)


@mutation("a statement that is read in twice is booked twice")
def read_in_twice(patch: Patch) -> None:
    case, tries = Receipt.case.fget, count()
    assert case is not None

    def anew(receipt: Receipt) -> NewCase:
        one = case(receipt)
        return replace(one, gateway_ref=f"{one.gateway_ref}:{next(tries)}")

    patch.setattr(Receipt, "case", property(anew))


@mutation("what was cancelled of an order is to be paid all the same")
def cancelled_and_due(patch: Patch) -> None:
    patch.setattr(owing.payments, "lower_due", nothing)


@mutation("what came for an invoice is owed all the same")
def paid_and_owed(patch: Patch) -> None:
    patch.setattr(settle, "owe_no_more", nothing)


@mutation("a buyer may owe more than the limit")
def beyond_the_limit(patch: Patch) -> None:
    def all_of_them(standing: object, wishes: Sequence[terms.Wish]) -> list[terms.Wish]:
        return list(wishes)

    patch.setattr(terms, "share_out", all_of_them)


@mutation("what was not paid for at the door is not put back")
def not_put_back(patch: Patch) -> None:
    patch.setattr(refused, "_restock", nothing)


@mutation("money is kept for an order that was given up")
def kept_for_nothing(patch: Patch) -> None:
    real = take_up.take_up

    async def once(uow: Any, keys: Any) -> Any:
        waiting = await take_up.payments.of_orders(uow, keys)
        return await real(uow, {key for key in keys if key in waiting and waiting[key].state == "awaited"})

    patch.setattr(take_up, "take_up", once)


@mutation("a transfer out of suspense is sent, and nobody books it")
def sent_and_not_booked(patch: Patch) -> None:
    patch.setattr(made, "settle_back", nothing)


@mutation("of what arrived before its money nothing falls due")
def never_due(patch: Patch) -> None:
    patch.setattr(settle, "_start_late_clocks", nothing)
