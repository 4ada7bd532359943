"""`velora ledger seals`, `seal`, `prove` and `new-key`: what makes the books provable."""

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer

from velora.apps import worker
from velora.apps.cli.console import AsJson, Exit, facts, give, run, say, stop_with
from velora.apps.cli.home import at_home
from velora.apps.process import stop_on_signals
from velora.flows.bookkeeping.prove import prove
from velora.flows.bookkeeping.seal import anchor, seal_once
from velora.flows.bookkeeping.seals import Standing, standing
from velora.kernel.ids import decode
from velora.platform.settings import Settings, read_settings

app = typer.Typer()


@app.command("seals")
def seals_command(json: AsJson = False) -> None:
    """Say how far the ledger is sealed: the last block, its age and key, its anchor, what waits. Exit code 1 when sealing is late.

    Example:

      velora ledger seals
    """
    found = run(_standing(read_settings()))
    if json:
        give(
            {
                "block": found.block_n, "hash": found.block_hash, "sealed_at": found.sealed_at, "journals": found.journals,
                "key_id": found.key_id, "signing_key_id": found.signing_key_id, "anchored": found.is_anchored,
                "anchors": found.anchors, "waiting_seconds": found.waiting_seconds, "late": found.is_late,
            }
        )  # fmt: skip
    else:
        facts(
            {
                "Last block": found.block_n or "none yet",
                "Hash": found.block_hash or "–",
                "Sealed": f"{found.sealed_at:%Y-%m-%d %H:%M:%S} UTC" if found.sealed_at else "–",
                "Journals": f"{found.journals:,}",
                "Signed with": found.key_id or "–",
                "Signs next": found.signing_key_id or "no key here: blocks are made where it is",
                "Anchors": f"{found.anchors}, {_upto(found)}",
                "Waiting": f"for {found.waiting_seconds} s" if found.waiting_seconds else "nothing older than a second",
            }
        )
        if found.is_late:
            say("Sealing is late. Is a worker running, with the key? velora ledger seal --once says what stands in the way.")
    if found.is_late:
        stop_with(Exit.WRONG)


@app.command("seal")
def seal_command(
    once: Annotated[bool, typer.Option("--once", help="Seal what has been posted until now, and end.")] = False,
) -> None:
    """Seal the ledger about once a second, and nothing else, until Ctrl-C: for a machine of its own that alone has the key.

    A worker does the same where it has the key. Two at once get in nobody's way.

    Examples:

      velora ledger seal --once

      VELORA_SEALER_DATABASE_URL=mysql://sealer:secret@db:3306/velora velora ledger seal
    """
    added = run(_seal(read_settings(), once=once))
    if once:
        say(f"Sealed: {added} blocks." if added else "Nothing was posted since the last block.")


@app.command("prove")
def prove_command(
    journal: Annotated[str, typer.Argument(help="A journal: jrn_…")],
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if not given.")] = None,
) -> None:
    """Print a proof that this journal stood in the ledger when its block was sealed. docs/verify_proof.py checks it without Velora.

    Example:

      velora ledger prove jrn_03H4C1V8N2T7Q --out proof.json && python docs/verify_proof.py proof.json .velora/keys/*.pub
    """
    proof = run(_prove(read_settings(), decode("jrn", journal)))
    if out is None:
        give(proof)
    else:
        out.write_bytes(orjson.dumps(proof, option=orjson.OPT_INDENT_2))
        say(f"Written: {out}")


@app.command("new-key")
def new_key(json: AsJson = False) -> None:
    """Make a new key that signs blocks from now on. The private key before it is removed, its public half kept for verification.

    Give the new public key to those who verify elsewhere.

    Example:

      velora ledger new-key
    """
    key_id, folder, known = run(_new_key(read_settings()))
    if json:
        give({"key_id": key_id, "folder": str(folder), "known": known})
    else:
        say(f"Blocks are signed with {key_id} from now on. Its public half: {folder / key_id}.pub")
        say(f"Signatures of {len(known)} keys can be verified.")


def _upto(found: Standing) -> str:
    if found.anchored_n == found.block_n:
        return "up to the last block"
    return f"up to block {found.anchored_n}" if found.is_anchored else f"ONLY up to block {found.anchored_n}"


async def _standing(settings: Settings) -> Standing:
    async with at_home(settings) as house:
        return await standing(house)


async def _seal(settings: Settings, *, once: bool) -> int:
    async with at_home(settings) as house:
        if once:
            added = await seal_once(house)
            await anchor(house)
            return added
        stop = asyncio.Event()
        stop_on_signals(stop)
        await worker.run(house, stop, worker.SEALING)
        return 0


async def _prove(settings: Settings, journal_id: int) -> dict[str, object]:
    async with at_home(settings) as house:
        return await prove(house, journal_id)


async def _new_key(settings: Settings) -> tuple[str, Path, list[str]]:
    async with at_home(settings) as house:
        return house.keys.make().key_id, house.keys.folder, house.keys.known()
