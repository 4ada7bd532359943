"""A proof convinces somebody who has neither the database nor this program, and only of what is so."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_sealed_history, posted
from tests.builders.people import a_tenant
from velora.flows.bookkeeping.prove import DoesNotProve, NotSealedYet, prove
from velora.kernel.errors import NotFound
from velora.platform.db import Database
from velora.platform.house import House

SCRIPT = Path(__file__).parents[4] / "docs" / "verify_proof.py"


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(fresh_db, tmp_path) as house:
        yield house


async def journals(house: House) -> list[int]:
    async with house.db.read(None) as uow:
        return [row.id for row in (await uow.connection.execute(text("SELECT id FROM ledger_journal ORDER BY id"))).all()]


def checked(folder: Path, proof: object, *files: Path) -> subprocess.CompletedProcess[str]:
    """What the script says, in a process that has nothing of ours."""
    (folder / "proof.json").write_text(json.dumps(proof))
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(folder / "proof.json"), *map(str, files)], capture_output=True, text=True, check=False
    )


async def test_every_journal_is_proved_by_the_script_and_no_changed_one_is(house, tmp_path):
    tenants = []
    for _ in range(2):
        async with house.db.begin(None) as uow:
            tenants.append((await a_tenant(uow)).id)
    await a_sealed_history(house, tenants, blocks=4, seed=8)
    key = house.keys.folder / f"{house.keys.key_id}.pub"
    (anchors,) = (tmp_path / "anchors" / "0").iterdir()
    proof: Any = None
    for journal_id in (await journals(house))[::3]:
        proof = await prove(house, journal_id)
        said = checked(tmp_path, proof, key, anchors)
        assert (said.returncode, proof["journal"] in said.stdout) == (0, True), said.stderr
    house.keys.make()
    other_key = house.keys.folder / f"{house.keys.key_id}.pub"
    changed: dict[str, tuple[Any, Path]] = {
        "the journal does not lead to the root": ({**proof, "form": proof["form"].replace("top_up", "payout")}, key),
        "not signed with this key": (proof, other_key),
        "block": ({**proof, "block": {**proof["block"], "form": proof["block"]["form"].replace("[1,0,", "[1,1,")}}, key),
    }
    for why, (forged, with_key) in changed.items():
        said = checked(tmp_path, forged, with_key, anchors)
        assert (said.returncode, "NOT PROVED" in said.stderr, why in said.stderr) == (1, True, True)
    anchors.write_text(anchors.read_text().replace(proof["block"]["hash"], "00" * 32))
    assert "was not anchored" in checked(tmp_path, proof, key, anchors).stderr


async def test_what_cannot_be_proved_says_why(house):
    async with house.db.begin(None) as uow:
        tenant = (await a_tenant(uow)).id
    await a_sealed_history(house, [tenant], blocks=2, seed=9)
    sealed = (await journals(house))[0]
    [waiting] = await posted(house.db, tenant, [100])
    with pytest.raises(NotSealedYet):
        await prove(house, waiting)
    with pytest.raises(NotFound):
        await prove(house, 12345)
    async with house.db.engine.begin() as connection:
        await connection.execute(text("DROP TRIGGER ledger_posting_no_update"))
        await connection.execute(text(f"UPDATE ledger_posting SET amount = amount + 1 WHERE journal_id = {sealed}"))
    with pytest.raises(DoesNotProve):
        await prove(house, sealed)
