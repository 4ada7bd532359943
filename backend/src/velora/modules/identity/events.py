"""What identity tells. No personal data: a reader asks for it by id."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import AccountId


@dataclass(frozen=True)
class AccountRegistered(Event):
    """`tenant_id` is where it happened; 0 on the installation's own address."""

    type: ClassVar[str] = "identity.account_registered.v1"
    aggregate: ClassVar[str] = "account"
    key: ClassVar[str] = "account_id"

    account_id: AccountId
