"""Marketplaces, accounts, sellers and callers."""

from dataclasses import replace
from itertools import count

from velora.kernel.principal import Principal, Role
from velora.modules.identity import service as identity
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import State
from velora.modules.tenants import service as tenants
from velora.modules.tenants.policy import Charged
from velora.platform.db import UnitOfWork

# What every account of the tests has; hashed once, as cheaply as argon2 allows.
PASSWORD = "seven green lamps"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$UbQQ+0ljIPs1w5aLYfJBXQ$ZNH3tOPgT23eXSBnDZRtuinu1mwBmaVjVd6t18nYKEU"

_numbers = count(1)


def a_caller(*roles: Role, account_id: int | None = 7, tenant_id: int | None = None, seller_ids: frozenset[int] = frozenset()) -> Principal:
    """Somebody signed in, in these roles."""
    return Principal(account_id=account_id, session_id=1, tenant_id=tenant_id, roles=frozenset(roles), seller_ids=seller_ids)


def a_new_tenant(slug: str | None = None, *, domains: tuple[str, ...] = (), currency: str = "EUR") -> tenants.NewTenant:
    slug = slug or f"market-{next(_numbers)}-{next(_numbers)}"
    return tenants.NewTenant(slug=slug, name=slug.title(), currency=currency, locale="de-DE", country="DE", domains=domains)


async def a_tenant(
    uow: UnitOfWork, slug: str | None = None, *, domains: tuple[str, ...] = (), charged: Charged = "at_order"
) -> tenants.TenantFacts:
    """An open marketplace."""
    # A number of this run, so that tests which commit do not meet.
    new = a_new_tenant(slug or f"market-{uow.new_id() % 10**15}", domains=domains)
    [tenant] = await tenants.create(uow, [replace(new, charged=charged)])
    assert isinstance(tenant, tenants.TenantFacts), tenant
    return tenant


async def an_account(
    uow: UnitOfWork, email: str | None = None, *, name: str = "Ada", tenant_id: int | None = None
) -> identity.AccountFacts:
    """Somebody registered, whose password is PASSWORD."""
    email = email or f"ada-{uow.new_id()}@example.com"
    [account] = await identity.register(uow, [identity.NewAccount(email, name, PASSWORD_HASH, tenant_id)])
    assert isinstance(account, identity.AccountFacts), account
    return account


async def a_seller(uow: UnitOfWork, owner_id: int, *, at: tuple[int, ...] = (), name: str = "Lumen & Oak") -> sellers.SellerFacts:
    """An organisation of this owner, approved at these marketplaces."""
    [seller] = await sellers.found(uow, [sellers.NewSeller(f"seller-{uow.new_id()}", name, "DE", owner_id)])
    assert isinstance(seller, sellers.SellerFacts), seller
    for state in (State.APPLIED, State.APPROVED):
        await sellers.step(uow, [sellers.Step(tenant_id, seller.id, state, by=owner_id) for tenant_id in at])
    return seller
