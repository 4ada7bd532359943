"""The owner of an endpoint hears by letter that nothing is sent to it any more."""

from velora.kernel.ids import encode
from velora.modules.identity import service as identity
from velora.modules.notifications import service as notifications
from velora.modules.notifications.policy.words import Template
from velora.modules.notifications.service import Note
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import StaffRole, State
from velora.modules.webhooks.policy.endpoints import Reason
from velora.modules.webhooks.service import Owner
from velora.platform.db import UnitOfWork

_TEMPLATES = {Reason.GONE: Template.WEBHOOK_GONE, Reason.FAILING: Template.WEBHOOK_FAILING}


async def say_disabled(uow: UnitOfWork, owner: Owner, endpoint_id: int, host: str, reason: Reason) -> None:
    """The administrators of the marketplace, or the owners of the seller, know why. Of the URL the letter has the host alone.

    A seller's letter comes from a marketplace that it sells in; one that sells nowhere has none, and reads it on the page.
    """
    if owner.is_seller:
        tenant_id = await _a_marketplace_of(uow, owner.seller_id)
        team = await sellers.staff(uow, owner.seller_id)
        people = await identity.accounts(uow, {one.account_id for one in team if one.role is StaffRole.OWNER})
        path = f"/seller/{encode('sel', owner.seller_id)}/webhooks/{encode('whe', endpoint_id)}"
    else:
        tenant_id = owner.tenant_id
        people = {one.id: one for one in await identity.administrators(uow, owner.tenant_id)}
        path = f"/admin/webhooks/{encode('whe', endpoint_id)}"
    if tenant_id is None:
        return
    await notifications.enqueue(
        uow, [Note(tenant_id, one.email, _TEMPLATES[reason], {"host": host, "path": path}) for one in people.values()]
    )


async def _a_marketplace_of(uow: UnitOfWork, seller_id: int) -> int | None:
    places = [one for one in await sellers.memberships_of(uow, {seller_id}) if one.state is State.APPROVED]
    return min((one.tenant_id for one in places), default=None)
