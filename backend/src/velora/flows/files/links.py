"""Leave to get one private file, for a few minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from velora.platform.house import House

LASTS: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Link:
    """Whoever has the address gets the file, until then."""

    url: str
    until: datetime


async def link_to(house: House, key: str, *, media_type: str, name: str) -> Link:
    """An address of the file with this key, by which it is saved under this name. Who may have it was asked before."""
    url = await house.files.link_to(key, media_type=media_type, name=name, lasts=LASTS)
    return Link(url, house.clock.now() + LASTS)
