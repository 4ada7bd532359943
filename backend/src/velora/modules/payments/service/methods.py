"""Cards that buyers have saved in a marketplace: tokens, never numbers. Each is its account's alone; to everybody else it is not there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.payments import repository
from velora.modules.payments.models import PaymentIntent, PaymentMethod
from velora.modules.payments.repository import Key
from velora.platform.db import UnitOfWork

__all__ = ["NewMethod", "PaymentMethod", "customer_of", "make_default", "of_account", "own", "remove", "save", "wishes"]


@dataclass(frozen=True, slots=True)
class NewMethod:
    """A card as the gateway keeps it."""

    tenant_id: int
    account_id: int
    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


def customer_of(tenant_id: int, account_id: int) -> str:
    """What the gateway knows a buyer by: another in each marketplace, so that none reaches a card saved in another."""
    return f"{encode('ten', tenant_id)}:{encode('acc', account_id)}"


async def wishes(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[PaymentIntent]:
    """The intents of these (tenant, order) whose buyers want their card kept."""
    return await repository.wishing_to_keep(uow, keys)


async def save(uow: UnitOfWork, new: Sequence[NewMethod]) -> None:
    """The cards can be paid with from now on; the first of an account is its default. One that was saved before is left as it is."""
    before = await repository.methods(uow, {(one.tenant_id, one.account_id) for one in new})
    known = {(one.tenant_id, one.account_id, one.token) for one in before}
    served = {(one.tenant_id, one.account_id) for one in before if one.is_default}
    rows: list[dict[str, object]] = []
    for one in new:
        if (one.tenant_id, one.account_id, one.token) in known:
            continue
        owner = (one.tenant_id, one.account_id)
        rows.append(
            {
                "tenant_id": one.tenant_id, "id": uow.new_id(), "account_id": one.account_id, "token": one.token, "brand": one.brand,
                "last4": one.last4, "exp_month": one.exp_month, "exp_year": one.exp_year, "is_default": owner not in served,
                "created_at": uow.now, "removed_at": None,
            }
        )  # fmt: skip
        known.add((*owner, one.token))
        served.add(owner)
    await repository.add_methods(uow, rows)


async def of_account(uow: UnitOfWork, tenant_id: int, account_id: int) -> list[PaymentMethod]:
    """What the account can pay with here, its default first, then the newest."""
    found = [one for one in await repository.methods(uow, {(tenant_id, account_id)}) if one.removed_at is None]
    return sorted(found, key=lambda one: (not one.is_default, -one.id))


async def own(uow: UnitOfWork, tenant_id: int, account_id: int, method_id: int) -> PaymentMethod:
    """The account's own saved card. Raises NotFound for one that was removed, or is another's."""
    found = next((one for one in await of_account(uow, tenant_id, account_id) if one.id == method_id), None)
    if found is None:
        raise NotFound("payment method", encode("pm", method_id))
    return found


async def make_default(uow: UnitOfWork, tenant_id: int, account_id: int, method_id: int) -> None:
    """This card is offered first from now on, and no other. Raises NotFound."""
    mine = await _locked(uow, tenant_id, account_id, method_id)
    await repository.set_methods(uow, {(tenant_id, one.id): {"is_default": one.id == method_id} for one in mine.values()})


async def remove(uow: UnitOfWork, tenant_id: int, account_id: int, method_id: int) -> None:
    """This card is never charged again; when it was the default, the newest of the others is. Raises NotFound."""
    mine = await _locked(uow, tenant_id, account_id, method_id)
    was = mine.pop(method_id)
    await repository.set_methods(uow, {(tenant_id, method_id): {"is_default": False, "removed_at": uow.now}})
    if was.is_default and mine:
        await repository.set_methods(uow, {(tenant_id, max(mine)): {"is_default": True}})


async def _locked(uow: UnitOfWork, tenant_id: int, account_id: int, method_id: int) -> dict[int, PaymentMethod]:
    found = await repository.methods(uow, {(tenant_id, account_id)}, lock=True)
    mine = {one.id: one for one in found if one.removed_at is None}
    if method_id not in mine:
        raise NotFound("payment method", encode("pm", method_id))
    return mine
