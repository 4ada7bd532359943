"""The tree is tidy, and each rule of tidiness can see what it forbids."""

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.tidy import MOST_LINES, PROMISE, RULES, Page, Rule, stray_places

ROOT = Path(__file__).parents[3]
SERVICE = "src/velora/modules/orders/service.py"
POLICY = "src/velora/modules/orders/policy.py"
FLOW = "src/velora/flows/checkout/place.py"
INTRODUCED = '"""Stock.\n\nOwns      a\nAnswers   b\nEmits     c\nIgnores   d\n"""\n'

PLANTED: list[tuple[str, str, str]] = [
    ("file_size", POLICY, "x = 1\n" * 401),
    ("function_size", POLICY, "def long():\n" + "    x = 1\n" * 60),
    ("losing_sql", "src/velora/platform/db/outbox.py", 'SQL = "insert ignore into outbox values (1)"'),
    ("losing_sql", "src/velora/platform/cache/sqlite.py", 'SQL = f"INSERT OR REPLACE INTO {table} VALUES (?)"'),
    ("losing_sql", "src/velora/modules/orders/repository.py", 'SQL = "INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE b = 1"'),
    ("losing_sql", "src/velora/modules/orders/repository.py", "insert(Order).on_duplicate_key_update(paid=1)"),
    ("raw_sql", "src/velora/modules/orders/repository.py", "from sqlalchemy import select, text"),
    ("raw_sql", FLOW, 'await connection.exec_driver_sql("SELECT 1")'),
    ("raw_sql", "src/velora/apps/doctor.py", 'import sqlalchemy as sa\nsa.text("SELECT 1")'),
    ("bare_tables", SERVICE, "insert(Order.__table__)"),
    ("own_clock", SERVICE, "from datetime import UTC, datetime\nnow = datetime.now(UTC)"),
    ("own_clock", FLOW, "import time\nnow = time.time()"),
    ("own_clock", "src/velora/apps/worker.py", "import datetime as dt\nnow = dt.datetime.utcnow()"),
    ("own_dice", SERVICE, "from uuid import uuid4"),
    ("own_dice", FLOW, "import random"),
    ("own_dice", SERVICE, "import secrets"),
    ("floats", POLICY, "fee = float(amount) * 0.1"),
    ("floats", POLICY, "def fee(amount: float) -> int: ..."),
    ("open_arguments", SERVICE, "async def place(uow, **kwargs): ..."),
    ("behaviour_switches", SERVICE, "async def cancel(uow, order, *, notify=True): ..."),
    ("service_classes", SERVICE, "class OrderService: ..."),
    ("prints", "src/velora/platform/db/engine.py", 'print("connected")'),
    ("promises", "src/velora/kernel/money.py", "x = 1  # TO" + "DO round properly"),
    ("promises", "tests/unit/test_money.py", "# FIX" + "ME"),
    ("type_checking_imports", POLICY, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import velora.modules.payments"),
    ("swallowed_errors", "src/velora/platform/bus/kafka.py", "try:\n    send()\nexcept Exception:\n    pass"),
    ("swallowed_errors", FLOW, "try:\n    place()\nexcept (ValueError, BaseException):\n    return None"),
    ("swallowed_errors", FLOW, "try:\n    place()\nexcept:\n    result = None"),
    ("nine_names", "src/velora/modules/orders/utils.py", "x = 1"),
    ("nine_names", "src/velora/modules/orders/helpers/money.py", "x = 1"),
    ("introduction", "src/velora/modules/orders/__init__.py", '"""Orders."""'),
]

INNOCENT: list[tuple[str, str]] = [
    ("src/velora/kernel/clock.py", "from datetime import UTC, datetime\nnow = datetime.now(UTC)"),
    (
        "src/velora/platform/db/leases.py",
        "import secrets\nimport time\nfrom sqlalchemy import text\ntoken, at = secrets.token_hex(), time.time()",
    ),
    ("src/velora/apps/migrations/versions/0001.py", "from sqlalchemy import text\n" + "x = 1\n" * 500),
    ("src/velora/platform/db/ddl.py", '"""Triggers that refuse INSERT OR REPLACE."""'),
    ("src/velora/apps/cli.py", 'print("ready")'),
    ("src/velora/modules/orders/repository.py", 'insert(Order.__table__)\nSQL = "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING"'),
    ("src/velora/modules/orders/service/place.py", "async def place(uow, *, until, limit=10): ..."),
    ("src/velora/modules/payments/gateways/port.py", "x = 1"),
    ("src/velora/modules/orders/__init__.py", INTRODUCED),
    ("src/velora/platform/bus/kafka.py", "try:\n    send()\nexcept Exception:\n    log.exception('not sent')"),
    ("src/velora/platform/bus/kafka.py", "try:\n    send()\nexcept Exception as error:\n    raise NotSent from error"),
    ("src/velora/platform/db/batch.py", "try:\n    run()\nexcept Exception as error:\n    waiting[0].set_exception(error)"),
    ("src/velora/kernel/money.py", "x = 1  # TO" + "DO #12 round properly"),
    ("src/velora/modules/reporting/policy.py", 'def share(part: int, whole: int) -> int: "in basis points"'),
    ("tests/unit/test_x.py", "import random\nfrom uuid import uuid4\nprint(float(1))"),
]


def files(*endings: str) -> list[Path]:
    """Every file of the project with one of these endings (all of them if none is named) that git does not ignore."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in found if path.is_file() and (not endings or path.suffix in endings)]


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    backend = ROOT / "backend"
    return [Page(PurePosixPath(path.relative_to(backend)), path.read_text()) for path in files(".py") if path.is_relative_to(backend)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_page_keeps(rule: Rule, pages: list[Page]):
    assert [f"backend/{page.path}:{line}: {message}" for page in pages for line, message in rule(page)] == []


@pytest.mark.parametrize(("name", "path", "text"), PLANTED)
def test_a_planted_page_is_found_by_exactly_its_rule(name: str, path: str, text: str):
    page = Page(PurePosixPath(path), text)
    assert [rule.__name__ for rule in RULES if list(rule(page))] == [name]


def test_each_rule_is_proved():
    assert {name for name, _, _ in PLANTED} == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize(("path", "text"), INNOCENT)
def test_an_innocent_page_is_left_alone(path: str, text: str):
    page = Page(PurePosixPath(path), text)
    assert [(rule.__name__, *found) for rule in RULES for found in rule(page)] == []


def readable(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""  # a picture


def test_no_file_names_a_machine_or_a_registry():
    found = [f"{path.relative_to(ROOT)}:{line}: {message}" for path in files() for line, message in stray_places(readable(path))]
    assert found == []


@pytest.mark.parametrize(
    "planted", ["open('/wo" + "rk/data')", "cd /ho" + "me/ann/velora", "https://registry.npm" + "js.org/react", "/ro" + "ot/.cache"]
)
def test_a_planted_machine_or_registry_is_found(planted: str):
    assert list(stray_places(f"first line\n{planted}\n"))


def test_a_route_or_a_relative_path_is_no_machine():
    assert not list(stray_places("GET /api/v1/home/ann/\n../work/notes\nsrc/tmp/x/y\nhttps://velora.example/work/"))


def test_pages_of_the_web_application_keep_their_size_and_their_promises():
    found: list[str] = []
    for path in files(".ts", ".tsx", ".js", ".mjs", ".css"):
        lines = path.read_text().splitlines()
        name = path.relative_to(ROOT)
        if len(lines) > MOST_LINES:
            found.append(f"{name}: {len(lines)} lines; at most {MOST_LINES}: take components or hooks out into files beside it")
        found += [f"{name}:{number}: a promise without an issue" for number, line in enumerate(lines, start=1) if PROMISE.search(line)]
    assert found == []
