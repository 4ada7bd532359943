"""What the documents say is so, where a machine can tell."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_group

from velora.apps.cli import app
from velora.apps.migrations import import_models
from velora.modules.disputes import policy as disputes
from velora.modules.payments import policy as payments
from velora.platform.db.base import Base, SellerOwned, TenantOwned, table_of

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
SOURCE = ROOT / "backend/src/velora"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DESIGN = DOCS / "architecture/05-design.md"


def packages(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/__init__.py")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    assert [link for link in links if not link.startswith("http") and not (page.parent / link).exists()] == []


def test_the_decisions_are_listed_and_fit_on_a_page():
    decisions = sorted((DOCS / "adr").glob("0*.md"))
    index = (DOCS / "adr/README.md").read_text()
    assert [page.name for page in decisions if f"]({page.name})" not in index] == []
    assert [page.name for page in decisions if len(page.read_text().splitlines()) > 60] == []


@pytest.mark.parametrize("floor", ["modules", "flows", "platform"])
def test_the_design_names_every_room(floor: str):
    text = DESIGN.read_text()
    assert {name for name in packages(SOURCE / floor) if f"`{name}`" not in text} == set()


def test_the_design_shows_how_payments_and_disputes_move():
    shown = re.findall(r"```mermaid\n(stateDiagram-v2\n.*?)\n```", DESIGN.read_text(), re.DOTALL)
    told = [payments.diagram(), disputes.diagram()]
    assert shown == told, "Put in 05-design.md what diagram() of the policies of payments and disputes says"


def test_the_picture_of_the_floors_shows_every_module():
    picture = (DOCS / "images/floors.svg").read_text()
    assert {name for name in packages(SOURCE / "modules") if f">{name}<" not in picture} == set()


def test_the_tech_stack_names_what_the_backend_runs_on():
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[\[=;]", dependency)[0] for dependency in dependencies}
    stack = set(re.findall(r"[\w-]+", (DOCS / "architecture/06-tech-stack.md").read_text()))
    assert names - stack == set()


def test_the_database_page_lists_every_table_with_its_owner_and_key():
    import_models()
    assert described_tables((DOCS / "architecture/03-database.md").read_text()) == {
        (room_of(mapper.class_), mapper.class_.__tablename__, owner_of(mapper.class_), key_of(mapper.class_), marks_of(mapper.class_))
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("velora.")  # tests may have made tables of their own in this process
    }


def described_tables(text: str) -> set[tuple[str, str, str, str, str]]:
    rows = re.findall(r"^\| (\w+) \| `(\w+)` ?([†‡]*) \| (\S+) \| ([\w, ]+) \| \S.* \|$", text, re.MULTILINE)
    return {(room, table, owner, key, marks) for room, table, marks, owner, key in rows}


def room_of(model: type[Base]) -> str:
    _, floor, room, *_ = model.__module__.split(".")
    return room if floor == "modules" else floor


def owner_of(model: type[Base]) -> str:
    return "tenant" if issubclass(model, TenantOwned) else "seller" if issubclass(model, SellerOwned) else "–"


def key_of(model: type[Base]) -> str:
    return ", ".join(column.name for column in table_of(model).primary_key)


def marks_of(model: type[Base]) -> str:
    info = table_of(model).info
    return ("†" if info.get("append_only") else "") + ("‡" if "partition_by" in info else "")


def test_the_design_lists_every_key_of_the_cache():
    """By what stands for their parts: `{tenant_id}:cart:guest:{guest_key}`. The channel of the wake-ups is among them."""
    source = (SOURCE / "platform/cache/keys.py").read_text() + (SOURCE / "platform/wakeups/redis.py").read_text()
    made = set(re.findall(r'"(all:[^"]+|\{tenant_id\}:[^"]+)"', source))
    listed = set(re.findall(r"^\| `([^`]+:[^`]+)` \|", DESIGN.read_text(), re.MULTILINE))
    assert listed == made


def test_keys_of_the_cache_are_made_in_one_place():
    """No call of a cache outside it is given a key that was written on the spot."""
    asked = re.compile(r"\bcache\.(?:get|get_many|put|swap|drop|count|admit)\(\[?f?[\"']")
    pages = [page for page in SOURCE.rglob("*.py") if "platform/cache" not in str(page)]
    assert [str(page.relative_to(SOURCE)) for page in pages if asked.search(page.read_text())] == []


def test_the_readme_names_every_command():
    listed = set(re.findall(r"^\| `velora ([\w-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert listed == set(get_group(app).commands)


def test_the_decisions_keep_their_three_headings():
    headings = ["## What pressed", "## Decision", "## What it costs"]
    decisions = sorted((DOCS / "adr").glob("0*.md"))
    assert [page.name for page in decisions if re.findall(r"^## .*", page.read_text(), re.MULTILINE) != headings] == []
