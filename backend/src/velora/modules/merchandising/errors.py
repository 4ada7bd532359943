"""What merchandising refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class TooManySets(Refusal):
    code = "merchandising.too_many_sets"
    status = 409
    title = "Too many synonyms"
    most: int

    def detail(self) -> str:
        return f"There are {self.most} sets of synonyms already, and no more are kept. Remove one that is not needed, or put two together."


@dataclass(unsafe_hash=True)
class SetTaken(Refusal):
    code = "merchandising.set_taken"
    status = 409
    title = "These synonyms are there already"
    line: str

    def detail(self) -> str:
        return f"There is a set that says the same: {self.line}. Change that one."


@dataclass(unsafe_hash=True)
class TooManyRules(Refusal):
    code = "merchandising.too_many_rules"
    status = 409
    title = "Too many rules"
    most: int

    def detail(self) -> str:
        return f"There are {self.most} rules already, and no more are kept. Remove one that is over or switched off."


@dataclass(unsafe_hash=True)
class ChangedMeanwhile(Refusal):
    """The version that was loaded is not the present one."""

    code = "merchandising.changed_meanwhile"
    status = 412
    title = "Somebody else has changed this"

    def detail(self) -> str:
        return "This was changed since you loaded it. Load it again and make your change there."


@dataclass(unsafe_hash=True)
class VersionMissing(Refusal):
    code = "merchandising.version_missing"
    status = 428
    title = "Which version?"

    def detail(self) -> str:
        return "Send the ETag of this as you loaded it in the header If-Match, so that nobody's change is overwritten."
