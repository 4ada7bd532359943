"""Who does which job: the one table. A flow enqueues a job in its transaction; a worker does it afterwards."""

from collections.abc import Mapping
from typing import Final

from velora.flows.catalog_import import sent as imports
from velora.flows.house import TradingHouse
from velora.flows.pictures import check as pictures
from velora.flows.pictures import sending
from velora.platform.jobs import Handler, do_one

HANDLERS: Final[Mapping[str, Handler]] = {
    sending.CHECK: pictures.check,
    sending.FORGET: pictures.forget,
    imports.FORGET: imports.forget,
}


async def do_job(house: TradingHouse) -> int:
    """The most urgent job that is due is done, is tried again later, or is parked; how many jobs, one or none."""
    return await do_one(house, HANDLERS)
