"""`velora search`: the product index is built anew, looked at, doubted, and taken back."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, Tell, give, progress, run, say, stop_with, table
from velora.apps.cli.home import at_home, tenant_id_of
from velora.flows.indexing import (
    IndexWrong,
    NothingToRestore,
    Rebuilt,
    Verified,
    build_anew,
    rebuild_index,
    restore_index,
    verify_index,
)
from velora.platform.search import About, Generation, Stage
from velora.platform.settings import Settings, read_settings

search = typer.Typer(help="The product index.", no_args_is_help=True)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MIB: Final = 1 << 20


@search.command()
def reindex(
    tenant: Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name, in place; all of them if not given.")] = "",
    json: AsJson = False,
) -> None:
    """Build the product index anew from the database. Searching goes on meanwhile, and finds what changes meanwhile.

    A new index is built beside the one that answers, compared with the database, and takes its place at once. When this command is
    stopped, nothing has changed for anybody, and the next one goes on from there.

    Examples:

      velora search reindex

      velora search reindex --tenant nordmarkt

      velora search reindex --json
    """
    with progress("Indexing", quiet=json) as tell:
        written, built = run(_reindex(read_settings(), tenant, tell))
    if json:
        give({"documents": written} | (_built(built) if built else {}))
        return
    if built and built.resumed_at:
        say(f"Went on after {built.resumed_at:,} products that had been looked at before.")
    say(f"{written:,} products can be found.")


async def _reindex(settings: Settings, slug: str, tell: Tell) -> tuple[int, Rebuilt | None]:
    async with at_home(settings) as house:
        tenant_id = await tenant_id_of(house, slug)
        try:
            if tenant_id is not None and await house.search.ready():
                return await rebuild_index(house, tenant_id, lambda done, of: tell("", done, of)), None
            built = await build_anew(house, lambda done, of: tell("", done, of))
        except IndexWrong as wrong:
            raise Complaint(f"The new index is not what the database says, and is not used: {wrong}. Call the command again.") from None
        return built.documents, built


@search.command()
def status(json: AsJson = False) -> None:
    """What there is of the index: the engine, the live one, one that is being built and how far, and the one kept.

    Ends with 1 when no index answers.

    Examples:

      velora search status

      velora search status --json
    """
    about, generations = run(_status(read_settings()))
    live = any(one.stage is Stage.LIVE for one in generations)
    if json:
        engine = {"name": about.engine, "health": about.health}
        give({"engine": engine, "live": live, "generations": [_generation(one) for one in generations]})
    else:
        say(f"{about.engine}, health {about.health}")
        table(
            ("Index", "Stage", "Products", "MiB", "Built", "Says"), [_row(one) for one in generations], right=("Products", "MiB", "Built")
        )
    if not live:
        if not json:
            say("No index answers. Build one: velora search reindex")
        stop_with(Exit.WRONG)


async def _status(settings: Settings) -> tuple[About, list[Generation]]:
    async with at_home(settings) as house:
        return await house.search.about(), await house.search.generations()


@search.command()
def verify(
    all_of_it: Annotated[bool, typer.Option("--all", help="Compare every document, not a sample of 500.")] = False,
    json: AsJson = False,
) -> None:
    """Compare the index with the database: how many products of each marketplace, and their documents. Ends with 1 if they differ.

    What changes at the moment is looked at again for some seconds before it is called wrong.

    Examples:

      velora search verify

      velora search verify --all --json
    """
    with progress("Comparing", quiet=json) as tell:
        found = run(_verify(read_settings(), all_of_it, tell))
    if json:
        wrong = [{"tenant_id": key.tenant_id, "listing_id": key.id, "is": why} for key, why in found.wrong.items()]
        counts = [{"tenant": one.slug, "indexed": one.indexed, "on_sale": one.on_sale} for one in found.counts]
        give({"well": found.well, "compared": found.checked, "wrong": wrong, "counts": counts})
    else:
        rows = [(one.slug, f"{one.on_sale:,}", f"{one.indexed:,}") for one in found.counts]
        table(("Marketplace", "On sale", "In the index"), rows, right=("On sale", "In the index"))
        say(f"{found.checked:,} documents compared, {len(found.wrong):,} of them wrong.")
        if not found.well:
            say(f"Wrong: {found.says()}. Put it right: velora search reindex")
    if not found.well:
        stop_with(Exit.WRONG)


async def _verify(settings: Settings, all_of_it: bool, tell: Tell) -> Verified:
    async with at_home(settings) as house:
        if all_of_it:
            return await verify_index(house, sample=None, progress=lambda done, of: tell("", done, of))
        return await verify_index(house, progress=lambda done, of: tell("", done, of))


@search.command()
def rollback(json: AsJson = False) -> None:
    """Let the index before this one answer again, at once, and then bring it up to date. The one of now is kept.

    Examples:

      velora search rollback

      velora search rollback --json
    """
    with progress("Bringing it up to date", quiet=json) as tell:
        built = run(_rollback(read_settings(), tell))
    if json:
        give(_built(built))
    else:
        say(f"{built.generation} answers, and is up to date: {built.documents:,} products can be found.")


async def _rollback(settings: Settings, tell: Tell) -> Rebuilt:
    async with at_home(settings) as house:
        try:
            return await restore_index(house, lambda done, of: tell("", done, of))
        except NothingToRestore:
            raise Complaint("No earlier index of this shape is kept. velora search status lists what there is.") from None


def _built(built: Rebuilt) -> dict[str, Any]:
    return {"index": built.generation, "documents": built.documents, "resumed_at": built.resumed_at, "removed": built.removed}


def _generation(one: Generation) -> dict[str, Any]:
    return {
        "index": one.name,
        "stage": one.stage.value,
        "documents": one.documents,
        "bytes": one.bytes,
        "done": one.notes.done,
        "of": one.notes.of,
        "noted_at": _moment(one.notes.noted),
        "published_at": _moment(one.notes.published),
        "behind": one.notes.behind,
        "refused": one.notes.refused,
    }


def _row(one: Generation) -> tuple[str, ...]:
    says = one.notes.refused or ("being brought up to date" if one.notes.behind else "")
    return one.name, one.stage.value, f"{one.documents:,}", f"{one.bytes / _MIB:.1f}", f"{one.notes.done:,} of {one.notes.of:,}", says


def _moment(microseconds: int) -> str | None:
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat() if microseconds else None
