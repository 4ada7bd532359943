"""What the documents say is so, where a machine can tell."""

import re
import tomllib
from pathlib import Path

import pytest

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


def test_the_picture_of_the_floors_shows_every_module():
    picture = (DOCS / "images/floors.svg").read_text()
    assert {name for name in packages(SOURCE / "modules") if f">{name}<" not in picture} == set()


def test_the_tech_stack_names_what_the_backend_runs_on():
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[\[=;]", dependency)[0] for dependency in dependencies}
    stack = set(re.findall(r"[\w-]+", (DOCS / "architecture/06-tech-stack.md").read_text()))
    assert names - stack == set()
