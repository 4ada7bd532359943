"""More defects: of what is issued. After `mutations_of_later`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.simulation.mutations import Patch, mutation, nothing
from tests.simulation.mutations_of_later import MUTATIONS
from velora.flows.documents import issue, sheet
from velora.modules.documents import repository
from velora.modules.returns import service as returns

__all__ = ["MUTATIONS"]


@mutation("numbers of documents are not counted on")
def counted_anew(patch: Patch) -> None:
    patch.setattr(repository, "set_series", nothing)


@mutation("an invoice leaves out the tax on delivery")
def delivery_untaxed(patch: Patch) -> None:
    real = sheet.invoice

    def invoice(case: sheet.Case) -> sheet.Json:
        facts = real(case)
        return {**facts, "delivery": {**facts["delivery"], "tax": 0}}

    patch.setattr(sheet, "invoice", invoice)


@mutation("a return is credited as soon as it is accepted, whether its money goes back or not")
def credited_too_early(patch: Patch) -> None:
    real = issue._credits

    def too_early(case: Any, back: Sequence[returns.ReturnFacts], invoice: Any) -> Any:
        return real(case, [replace(one, state=returns.State.REFUNDED) for one in back], invoice)

    patch.setattr(issue, "_credits", too_early)
