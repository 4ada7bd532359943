"""HTTP as Velora speaks it: problems, ids, money, pages, callers and idempotency. Used by http.py files and apps only."""

from velora.platform.web.callers import (
    Caller,
    FinanceAdmin,
    FrontDesk,
    HouseDep,
    MarketplaceAdmin,
    SellerStaff,
    Selling,
    SignedIn,
    SuperAdmin,
    Tenant,
    TenantContext,
    acting_for_seller,
    address_of,
    house_of,
    remember_guest,
)
from velora.platform.web.callers import (
    WritesDep as Writes,
)
from velora.platform.web.idempotency import IdempotencyKey
from velora.platform.web.problems import problems
from velora.platform.web.schema import MoneyOut, PageOut, Schema, ident

__all__ = [
    "Caller",
    "FinanceAdmin",
    "FrontDesk",
    "HouseDep",
    "IdempotencyKey",
    "MarketplaceAdmin",
    "MoneyOut",
    "PageOut",
    "Schema",
    "SellerStaff",
    "Selling",
    "SignedIn",
    "SuperAdmin",
    "Tenant",
    "TenantContext",
    "Writes",
    "acting_for_seller",
    "address_of",
    "house_of",
    "ident",
    "problems",
    "remember_guest",
]
