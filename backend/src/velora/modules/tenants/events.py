"""What tenants tell."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event


@dataclass(frozen=True)
class TenantCreated(Event):
    type: ClassVar[str] = "tenants.tenant_created.v1"
    aggregate: ClassVar[str] = "tenant"
    key: ClassVar[str] = "tenant_id"


@dataclass(frozen=True)
class TenantSuspended(Event):
    type: ClassVar[str] = "tenants.tenant_suspended.v1"
    aggregate: ClassVar[str] = "tenant"
    key: ClassVar[str] = "tenant_id"


@dataclass(frozen=True)
class TenantResumed(Event):
    type: ClassVar[str] = "tenants.tenant_resumed.v1"
    aggregate: ClassVar[str] = "tenant"
    key: ClassVar[str] = "tenant_id"
