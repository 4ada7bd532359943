"""Buyers with store credit."""

from velora.flows.store_credit.moves import Gift, grant
from velora.modules.credit import service as credit
from velora.platform.db import Database


async def gives_credit(db: Database, tenant_id: int, account_id: int, amount_minor: int, currency: str = "EUR") -> None:
    """The operator gives this buyer credit as a goodwill."""
    async with db.begin(tenant_id) as uow:
        await grant(uow, [Gift(tenant_id, f"goodwill:{uow.new_id()}", "goodwill", account_id, currency, amount_minor, "account:1")])


async def purse(db: Database, tenant_id: int, account_id: int, currency: str = "EUR") -> tuple[int, int]:
    """What this buyer has, and what of it waits for orders."""
    async with db.read(tenant_id) as uow:
        found = (await credit.of_accounts(uow, [(tenant_id, account_id)])).get((tenant_id, account_id, currency))
    return (found.balance_minor, found.held_minor) if found else (0, 0)
