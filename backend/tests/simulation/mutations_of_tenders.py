"""More defects: of disputes and of store credit. The first page of them, and how they are planted, is `mutations`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from tests.simulation.mutations import MUTATIONS, Patch, mutation, nothing
from velora.flows import dispute_postings
from velora.flows.checkout import place
from velora.flows.store_credit import goodwill
from velora.modules.credit import service as credit
from velora.modules.disputes import service as disputes
from velora.modules.escrow import policy as escrow_policy
from velora.modules.ledger import service as ledger
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork

__all__ = ["MUTATIONS"]


@mutation("a dispute is posted twice, each time under another key")
def disputed_twice(patch: Patch) -> None:
    real, tries = ledger.post, count()

    async def post(uow: UnitOfWork, journals: Sequence[ledger.Journal]) -> Any:
        again = [replace(one, key=f"{one.key}:{next(tries)}") for one in journals if one.kind == "dispute_opened"]
        return await real(uow, [*journals, *again])

    patch.setattr(ledger, "post", post)


@mutation("a dispute does not freeze what is in escrow, so it is released")
def not_frozen(patch: Patch) -> None:
    patch.setattr(escrow_policy, "frozen", lambda hold: hold)


@mutation("what a bank kept is still in escrow")
def lost_but_held(patch: Patch) -> None:
    patch.setattr(escrow_policy, "lost", lambda hold, taking: hold)


@mutation("what was kept of a seller for a dispute stays kept when it is won")
def kept_when_won(patch: Patch) -> None:
    real = dispute_postings.won
    patch.setattr(dispute_postings, "won", lambda one, *, at: real(replace(one, shares=()), at=at))


@mutation("what banks took does not count beside the refunds of a payment")
def not_counted(patch: Patch) -> None:
    patch.setattr(payments, "add_disputed", nothing)


@mutation("disputes of which no notice came are not looked for")
def not_looked_for(patch: Patch) -> None:
    patch.setattr(disputes, "LOOK_BACK", timedelta(0))


@mutation("credit that was to pay for an order stays kept when its payment fails")
def credit_kept(patch: Patch) -> None:
    patch.setattr(credit, "release", nothing)


@mutation("the card is asked for what credit pays as well")
def charged_whole(patch: Patch) -> None:
    real = place._intent

    def intent(*order: Any) -> payments.NewIntent:
        one = real(*order)
        return replace(one, amount_minor=one.amount_minor + one.credit_minor)

    patch.setattr(place, "_intent", intent)


@mutation("finance's credit is given at each try of the same request")
def given_at_each_try(patch: Patch) -> None:
    async def each(uow: UnitOfWork, requests: Sequence[Any], act: Any, said: Any) -> list[Any]:
        return list(await act(uow, [one.item for one in requests]))

    patch.setattr(goodwill, "once", each)
