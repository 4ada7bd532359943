"""Letters to the owners of sellers: reactions, each for many events of one kind."""

from collections.abc import Sequence

from velora.flows.notices.news import Json, fresh, money
from velora.kernel.ids import encode
from velora.modules.identity import service as identity
from velora.modules.notifications import service as notifications
from velora.modules.notifications.policy.words import Template
from velora.modules.notifications.service import Note
from velora.modules.payouts.events import PayoutPaid
from velora.modules.sellers import service as sellers
from velora.modules.sellers.events import SellerApproved, SellerDeclined
from velora.modules.sellers.policy import StaffRole
from velora.platform.db import UnitOfWork


async def welcome_seller(uow: UnitOfWork, events: Sequence[SellerApproved]) -> None:
    """The owners of every seller that was approved know that they may sell."""
    await _tell_owners(uow, [(event.tenant_id, event.seller_id, Template.SELLER_APPROVED, {}) for event in events])


async def say_declined(uow: UnitOfWork, events: Sequence[SellerDeclined]) -> None:
    """The owners of every seller that was declined know why."""
    standing = {(one.tenant_id, one.seller_id): one for one in await sellers.memberships_of(uow, {event.seller_id for event in events})}
    notes = {key: one.note for key, one in standing.items()}
    await _tell_owners(
        uow,
        [
            (event.tenant_id, event.seller_id, Template.SELLER_DECLINED, {"note": notes[event.tenant_id, event.seller_id]})
            for event in events
        ],
    )


async def say_paid_out(uow: UnitOfWork, events: Sequence[PayoutPaid]) -> None:
    """The owners of every seller whose payout arrived know how much it was."""
    news = fresh(uow.now, events, lambda event: event.payout_id)
    await _tell_owners(
        uow,
        [(event.tenant_id, event.seller_id, Template.PAYOUT_PAID, {"amount": money(event.amount_minor, event.currency)}) for event in news],
    )


async def _tell_owners(uow: UnitOfWork, letters: Sequence[tuple[int, int, Template, dict[str, Json]]]) -> None:
    """(tenant, seller, template, its own params): one letter to each owner."""
    ids = {seller_id for _, seller_id, _, _ in letters}
    names = await sellers.facts(uow, ids)
    owners = {
        seller_id: [member.account_id for member in team if member.role is StaffRole.OWNER]
        for seller_id, team in (await sellers.teams(uow, ids)).items()
    }
    accounts = await identity.accounts(uow, {account_id for team in owners.values() for account_id in team})
    await notifications.enqueue(
        uow,
        [
            Note(
                tenant_id=tenant_id,
                address=accounts[account_id].email,
                template=template,
                params={"seller": names[seller_id].name, "path": f"/seller/{encode('sel', seller_id)}", **params},
            )
            for tenant_id, seller_id, template, params in letters
            for account_id in owners.get(seller_id, [])
        ],
    )
