"""Letters leave: taken in one transaction, sent outside of any, settled in another."""

from typing import Final

from velora.kernel.colours import hex_of
from velora.modules.notifications import service as notifications
from velora.modules.notifications.policy.patience import is_news
from velora.modules.notifications.service import NotSent, Sent, Shop, Unsendable, Waiting
from velora.modules.tenants import service as tenants
from velora.modules.tenants.policy import address
from velora.modules.tenants.service import TenantFacts
from velora.platform.house import House
from velora.platform.mail import Letter, LetterRefused, MailAway
from velora.platform.telemetry import metrics

A_HANDFUL: Final = 50


async def send_due(house: House, limit: int = A_HANDFUL) -> int:
    """Letters whose time has come are sent, or wait longer; how many were taken.

    One that was sent by a process that died before saying so is sent again, under the same Message-ID.
    """
    async with house.db.begin(None) as uow:
        letters = await notifications.claim(uow, limit=limit)
        places = await tenants.by_id(uow, {letter.note.tenant_id for letter in letters})
    outcomes = [await _send(house, letter, places.get(letter.note.tenant_id)) for letter in letters]
    if outcomes:
        async with house.db.begin(None) as uow:
            await notifications.settle(uow, outcomes)
    return len(letters)


async def _send(house: House, waiting: Waiting, place: TenantFacts | None) -> Sent | NotSent | Unsendable:
    if place is None:
        return Unsendable(waiting, "its marketplace does not exist")
    if not is_news(house.clock.now(), waiting.created_at):
        return Unsendable(waiting, "it waited so long that it is no news any more")
    url = address(house.settings.public_url, place.slug, place.domains)
    written = notifications.render(waiting.note, Shop(place.name, url, place.locale, hex_of(place.theme.accent)))
    letter = Letter(
        key=f"mail-{waiting.id}",
        to=waiting.note.address,
        sender_name=place.name,
        subject=written.subject,
        text=written.text,
        html=written.html,
    )
    try:
        await house.mail.send(letter)
    except LetterRefused as error:
        metrics.letters_sent.labels("refused").inc()
        return Unsendable(waiting, str(error))
    except MailAway as error:
        metrics.letters_sent.labels("away").inc()
        return NotSent(waiting, str(error))
    metrics.letters_sent.labels("sent").inc()
    return Sent(waiting)
