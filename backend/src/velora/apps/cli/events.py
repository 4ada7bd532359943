"""`velora events`: who listens, how far they are, and telling them again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, give, run, say, stop_with, table
from velora.apps.cli.home import at_home
from velora.flows.reactions import INTERESTS, group_of
from velora.kernel.errors import MalformedId
from velora.kernel.ids import decode, encode
from velora.platform.bus import Group, Lag, Reacts
from velora.platform.bus.listening import forget_had
from velora.platform.bus.parking import Parked, list_parked, tell_again
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="Who listens to events, how far each is, what nobody could take; tell it again.", no_args_is_help=True)
_SHOWN: Final = 200


@app.command("status")
def status(json: AsJson = False) -> None:
    """Show each group of listeners and how many events it has still to hear. Events that are not on the bus yet: velora outbox status.

    Examples:

      velora events status

      velora events status --json      with the place of each group in each part of the log
    """
    name, found = run(_lags(read_settings()))
    if json:
        give({"bus": name, "groups": {group: {"waiting": one.waiting, "places": one.places} for group, one in found.items()}})
        return
    say(f"On {name}:")
    table(("group", "waiting"), [(group, one.waiting) for group, one in found.items()], right=("waiting",))


@app.command("parked")
def parked(json: AsJson = False) -> None:
    """Show which events a listener could not take, and why, the newest first. Exit code 1 when there are some.

    Example:

      velora events parked
    """
    found = run(_parked(read_settings()))
    if json:
        give([_as_json(one) for one in found])
    elif not found:
        say("Every event was taken by everybody who listens.")
    else:
        table(("event", "type", "listener", "tries", "parked", "reason"), [
            (encode("evt", one.event_id), one.type or "no longer there", one.listener, one.attempts, f"{one.parked_at:%Y-%m-%d %H:%M}",
             one.reason[:_SHOWN])
            for one in found
        ])  # fmt: skip
        say("When the cause is mended: velora events again")
    if found:
        stop_with(Exit.WRONG)


@app.command("again")
def again(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[EVENT]...", help="evt_…; every parked event if none is given.")] = None,
) -> None:
    """Tell parked events again. Whoever has had them passes them over; whoever could not take them tries five times more.

    Examples:

      velora events again

      velora events again evt_1XZS7H6281G02
    """
    told = run(_again(read_settings(), [_event_id(one) for one in ids or ()]))
    say(f"{told} events are on their way again." if told else "There is nothing to tell again: none of these is parked and still there.")


@app.command("replay")
def replay(
    group: Annotated[str, typer.Argument(help="Who hears again: a group as `velora events status` names it.")],
    since: Annotated[str, typer.Option("--from", help="From this moment on (UTC), as 2026-11-25 or 2026-11-25T10:30.")] = "",
    places: Annotated[
        list[str] | None, typer.Option("--place", help="From this place on, as orders/3:1200 (`velora events status --json` has them).")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Also what it remembers to have had: its effect happens once more.")] = False,
) -> None:
    """Let a group of listeners hear again what was told, from a moment or a place on.

    What it remembers to have had, it passes over: so this is safe. With --forget letters go out once more. The search index and
    carts are the same however often they hear something. On Kafka no worker may be reading meanwhile.

    Examples:

      velora events replay indexing.keep --from 2026-11-25

      velora events replay indexing.keep --place catalog/0:0 --place catalog/1:0
    """
    if bool(since) == bool(places):
        raise Complaint("Say from where: either --from MOMENT or --place PART:OFFSET, as often as there are parts.", Exit.USAGE)
    if forget and not since:
        raise Complaint("--forget needs --from: what is remembered is remembered by when it happened.", Exit.USAGE)
    to = _moment(since) if since else dict(_place(one) for one in places or ())
    forgotten = run(_replay(read_settings(), group, to, forget=forget))
    say(f"{group} hears again from there on." + (f" It has forgotten {forgotten} events that it had had." if forget else ""))


@app.command("forget")
def forget_group(group: Annotated[str, typer.Argument(help="A group that no version of Velora in use has any more.")]) -> None:
    """Keep nothing any more for a group that nobody reads as: events stay in the outbox until every group has heard them.

    Example:

      velora events forget notices.pigeons
    """
    if group in INTERESTS:
        raise Complaint(f"Workers of this version listen as {group}: it would begin anew, and miss what waits for it.", Exit.USAGE)
    run(_forget(read_settings(), group))
    say(f"{group} is forgotten.")


async def _lags(settings: Settings) -> tuple[str, Mapping[str, Lag]]:
    async with at_home(settings) as house:
        await house.bus.prepare(INTERESTS)
        return house.bus.name, await house.bus.lags(INTERESTS)


async def _parked(settings: Settings) -> Sequence[Parked]:
    async with at_home(settings) as house, house.db.read(None) as uow:
        return await list_parked(uow, limit=_SHOWN)


async def _again(settings: Settings, ids: Sequence[int]) -> int:
    async with at_home(settings) as house, house.db.begin(None) as uow:
        return await tell_again(uow, ids)


async def _replay(settings: Settings, name: str, to: datetime | Mapping[str, int], *, forget: bool) -> int:
    async with at_home(settings) as house:
        if name not in INTERESTS:
            raise Complaint(f"There is no group {name}. There are: {', '.join(INTERESTS)}.", Exit.USAGE)
        await house.bus.prepare(INTERESTS)
        await house.bus.rewind(name, to)
        if not forget or not isinstance(to, datetime):
            return 0
        async with house.db.begin(None) as uow:
            return await forget_had(uow, _reacting(group_of(house, name)), to)


async def _forget(settings: Settings, group: str) -> None:
    async with at_home(settings) as house:
        await house.bus.forget(group)


def _reacting(group: Group) -> set[str]:
    return {one.name for some in group.listeners.values() for one in some if isinstance(one, Reacts)}


def _event_id(text: str) -> int:
    try:
        return decode("evt", text)
    except MalformedId as error:
        raise Complaint(f"{text} is no event. Write it as velora events parked shows it: evt_…", Exit.USAGE) from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Complaint(f"{text} is no moment. Write it as 2026-11-25 or 2026-11-25T10:30 (UTC).", Exit.USAGE) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _place(text: str) -> tuple[str, int]:
    part, _, offset = text.rpartition(":")
    if not part or not offset.isdecimal():
        raise Complaint(f"{text} is no place. Write it as orders/3:1200: a part and an offset in it.", Exit.USAGE)
    return part, int(offset)


def _as_json(one: Parked) -> dict[str, object]:
    return {
        "event_id": encode("evt", one.event_id), "type": one.type or None, "listener": one.listener, "reason": one.reason,
        "attempts": one.attempts, "parked_at": one.parked_at.isoformat(),
    }  # fmt: skip
