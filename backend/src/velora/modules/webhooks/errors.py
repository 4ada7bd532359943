"""What webhooks refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class TooManyEndpoints(Refusal):
    code = "webhooks.too_many_endpoints"
    status = 409
    title = "Too many endpoints"
    most: int

    def detail(self) -> str:
        return f"There are {self.most} endpoints already, and no more are kept. Delete one that is not needed."


@dataclass(unsafe_hash=True)
class EndpointDisabled(Refusal):
    code = "webhooks.endpoint_disabled"
    status = 409
    title = "The endpoint is disabled"

    def detail(self) -> str:
        return "Nothing is sent to a disabled endpoint. Enable it first, then do this again."


@dataclass(unsafe_hash=True)
class EndpointChanged(Refusal):
    """The version that was loaded is not the present one."""

    code = "webhooks.endpoint_changed"
    status = 412
    title = "Somebody else has changed this"

    def detail(self) -> str:
        return "The endpoint was changed since you loaded it. Load it again and make your change there."


@dataclass(unsafe_hash=True)
class EndpointVersionMissing(Refusal):
    code = "webhooks.version_missing"
    status = 428
    title = "Which version?"

    def detail(self) -> str:
        return "Send the ETag of the endpoint as you loaded it in the header If-Match, so that nobody's change is overwritten."


@dataclass(unsafe_hash=True)
class NeedsPro(Refusal):
    code = "webhooks.needs_pro"
    status = 403
    title = "Webhooks are part of Seller Pro"

    def detail(self) -> str:
        return "Webhooks are part of Seller Pro. Ask whoever runs this installation to change the seller's tier."
