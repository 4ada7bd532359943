"""`velora jobs`, on a home of its own."""

import asyncio
import json

from sqlalchemy import update

from tests.module.apps.conftest import Velora
from velora.apps import doctor
from velora.apps.cli.home import at_home
from velora.apps.findings import State
from velora.kernel.ids import encode
from velora.platform.db.jobs import Job, NewJob, enqueue
from velora.platform.settings import read_settings


async def one_of_two_given_up() -> tuple[str, str]:
    async with at_home(read_settings()) as house, house.db.begin(None) as uow:
        waits, parked = await enqueue(uow, [NewJob("tests.waits", {"lamp": 1}), NewJob("tests.parked", {})])
        await uow.change(update(Job).where(Job.id == parked).values(state="parked", tries=9, reason="no lamp"))
    return encode("job", waits), encode("job", parked)


def test_what_waits_and_what_was_given_up_is_shown_and_done_again(velora: Velora):
    assert velora("jobs", "list").stdout.strip() == "There is nothing to do."
    waits, parked = asyncio.run(one_of_two_given_up())
    [shown] = json.loads(velora("jobs", "list", "--json").stdout)
    assert (shown["id"], shown["does"], shown["args"], shown["parked"]) == (waits, "tests.waits", {"lamp": 1}, False)
    given_up = velora("jobs", "list", "--parked", "--json")
    assert given_up.exit_code == 1
    assert [(one["id"], one["tries"], one["reason"]) for one in json.loads(given_up.stdout)] == [(parked, 9, "no lamp")]
    [said] = [one for one in asyncio.run(doctor.examine(read_settings())) if one.subject == "jobs"]
    assert (said.state, said.says) == (State.WRONG, "1 jobs that were given up")
    assert "1 jobs are due again" in velora("jobs", "again", parked).stdout
    assert velora("jobs", "list", "--parked").exit_code == 0
    assert len(json.loads(velora("jobs", "list", "--json").stdout)) == 2


def test_what_is_no_job_is_refused(velora: Velora):
    assert velora("jobs", "again", "evt_1").exit_code == 2
