"""Accounts as people call them: the chart's name, whose it is, and in which marketplace."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from velora.kernel.ids import decode
from velora.modules.identity import service as identity
from velora.modules.ledger.policy import kind_of, sub_of
from velora.modules.ledger.service import Account
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Names:
    """What the sub-accounts of some accounts are called."""

    by_sub: Mapping[str, str]

    def sub_label(self, code: str) -> str:
        """The seller's or buyer's name, the jurisdiction, or nothing for the operator's own."""
        sub = sub_of(code)
        return self.by_sub.get(sub, sub)


async def names_of(uow: UnitOfWork, codes: Collection[str]) -> Names:
    """The names behind the codes' sub-accounts: of sellers, and of buyers who have store credit."""
    subs = {sub for code in codes if (sub := sub_of(code)).startswith("sel_")}
    buyers = {sub for code in codes if (sub := sub_of(code)).startswith("acc_")}
    found = await sellers.facts(uow, {decode("sel", sub) for sub in subs})
    people = await identity.accounts(uow, {decode("acc", sub) for sub in buyers}) if buyers else {}
    names = {sub: found[id_].name for sub in subs if (id_ := decode("sel", sub)) in found}
    return Names(names | {sub: people[id_].name for sub in buyers if (id_ := decode("acc", sub)) in people})


async def actors_of(uow: UnitOfWork, refs: Collection[str]) -> Mapping[str, str]:
    """What people call each actor: the name of an account; what is not one (`system`, `operator`) stays as it is."""
    ids = {ref: int(number) for ref in refs if (number := ref.removeprefix("account:")) != ref}
    accounts = await identity.accounts(uow, set(ids.values()))
    return {ref: accounts[ids[ref]].name if ids.get(ref) in accounts else ref for ref in refs}


def head_of(code: str) -> str:
    """`2010` of `2010:sel_…`."""
    return code.partition(":")[0]


def name_of(account: Account) -> str:
    return kind_of(account.code).name


async def tenant_of(uow: UnitOfWork, slug: str | None) -> TenantFacts | None:
    """The marketplace of a filter, None without one. Raises NotFound for one that does not exist."""
    return await tenants.named(uow, slug) if slug else None
