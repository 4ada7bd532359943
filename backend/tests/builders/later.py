"""Marketplaces whose buyers may pay later, and buyers who may owe."""

from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import BankDetails, CashOnDelivery, OnInvoice, PaidLater, TenantFacts
from velora.modules.terms import service as terms
from velora.platform.db import Database

BANK = BankDetails("Nordmarkt GmbH", "DE02120300000000202051", "BYLADEM1001")


async def pays_later(db: Database, tenant_id: int, *, at_most_minor: int | None = None, days: int = 30) -> None:
    """Buyers of this marketplace may pay in cash at the door, and on invoice those who are let."""
    async with db.begin(None) as uow:
        wanted = PaidLater(CashOnDelivery(at_most_minor), OnInvoice(BANK, days))
        assert isinstance(await tenants.let_pay_later(uow, tenant_id, wanted), TenantFacts)


async def may_owe(db: Database, tenant_id: int, account_id: int, limit_minor: int, currency: str = "EUR") -> None:
    """This buyer may owe so much on invoices."""
    async with db.begin(tenant_id) as uow:
        await terms.set_limits(uow, {(tenant_id, account_id, currency): limit_minor})


async def owed(db: Database, tenant_id: int, account_id: int, currency: str = "EUR") -> int:
    """What this buyer owes on invoices."""
    async with db.read(tenant_id) as uow:
        found = await terms.of_accounts(uow, [(tenant_id, account_id)])
    return found[tenant_id, account_id, currency].owed_minor
