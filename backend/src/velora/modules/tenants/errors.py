"""What tenants refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class SlugTaken(Refusal):
    code = "tenants.slug_taken"
    status = 409
    title = "This short name is taken"
    slug: str

    def detail(self) -> str:
        return f"There is a marketplace {self.slug} already. Choose another short name."


@dataclass(unsafe_hash=True)
class HostTaken(Refusal):
    code = "tenants.host_taken"
    status = 409
    title = "This domain is taken"
    host: str

    def detail(self) -> str:
        return f"{self.host} leads to another marketplace. Choose another domain, or take it from that marketplace first."


@dataclass(unsafe_hash=True)
class Suspended(Refusal):
    """The marketplace is closed for now: nobody may read or buy there."""

    code = "tenants.suspended"
    status = 423
    title = "This marketplace is closed for now"
    name: str

    def detail(self) -> str:
        return f"{self.name} is closed for now. Orders that were placed are still being delivered; please come back later."


@dataclass(unsafe_hash=True)
class NotInThatState(Refusal):
    code = "tenants.not_in_that_state"
    status = 409
    title = "Nothing to do"
    slug: str
    state: str

    def detail(self) -> str:
        return f"The marketplace {self.slug} is {self.state} already. Nothing was changed."
