"""What commission refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class RuleTaken(Refusal):
    code = "commission.rule_taken"
    status = 409
    title = "There is a rule for this already"
    what: str

    def detail(self) -> str:
        return f"There is already a rule for {self.what}. Change that one; its earlier versions stay on the sales they were applied to."
