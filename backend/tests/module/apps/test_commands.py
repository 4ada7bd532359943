"""Commands: what they say, to whom, and the exit code they end with."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from velora.apps.cli import COMMANDS, Later, app
from velora.apps.cli.console import run
from velora.apps.cli.document import document
from velora.apps.cli.home import at_home
from velora.apps.migrations import history
from velora.flows.four_eyes import actions, decide
from velora.flows.second_person import Hand, ask, take
from velora.kernel.ids import decode
from velora.kernel.principal import Role
from velora.modules.approvals.errors import NotApproved
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, Matter, Request, Taking
from velora.platform.settings import read_settings

ROOT = Path(__file__).parents[4]
Velora = Callable[..., Result]


@pytest.fixture
def velora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Velora:
    """Runs a command in an installation of this test's own."""
    monkeypatch.setenv("VELORA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VELORA_PASSWORD_ROUNDS", "1")
    monkeypatch.setenv("VELORA_PASSWORD_MEMORY_KIB", "8")
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [*words], catch_exceptions=False)


@pytest.fixture
def installed(velora: Velora) -> Velora:
    assert velora("db", "upgrade").exit_code == 0
    return velora


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_every_command_has_help_with_an_example(velora: Velora):
    def walk(command: Any, *path: str) -> None:
        if subcommands := getattr(command, "commands", None):
            for name, subcommand in subcommands.items():
                walk(subcommand, *path, name)
            return
        result = velora(*path, "--help")
        assert result.exit_code == 0, path
        assert "velora " + " ".join(path) in " ".join(result.stdout.split()), f"{path} shows no example"

    for command in COMMANDS:
        walk(command.load(), str(command.name))


@pytest.mark.parametrize("listed", COMMANDS, ids=lambda listed: listed.name)
def test_the_list_says_of_a_command_what_it_says_of_itself(listed: Later):
    assert listed.help == listed.load().help.partition("\n\n")[0]


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("ledgre",)], ids=" ".join)
def test_the_list_of_commands_needs_none_of_what_they_need(words: tuple[str, ...]):
    asked = f"import sys; from velora.apps.cli import app; app({[*words]})"
    run = subprocess.run([sys.executable, "-X", "importtime", "-c", asked], capture_output=True, text=True, check=False)
    loaded = {line.split("|")[-1].strip().partition(".")[0] for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "typer" in loaded
    assert loaded & {"sqlalchemy", "alembic", "fastapi", "pyarrow", "tantivy", "asyncio"} == set()


@pytest.mark.parametrize(
    ("page", "never"),
    [
        ("velora.apps.server", {"alembic", "pyarrow", "typer", "rich", "redis", "aiosmtplib"}),
        ("velora.apps.cli.working", {"alembic", "pyarrow", "fastapi", "starlette", "uvicorn", "redis", "aiosmtplib"}),
    ],
)
def test_what_runs_for_long_loads_only_what_it_may_need(page: str, never: set[str]):
    """Without an address of Redis or of a mail server: their clients are loaded where they are configured."""
    asked = f"import sys, {page}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert never & {*run.stdout.split()} == set()


def test_before_there_is_a_schema_a_command_says_how_to_make_it(velora: Velora):
    result = velora("tenant", "list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "velora db upgrade" in result.stderr
    assert velora("db", "status").exit_code == 1


def test_the_state_of_the_schema_names_the_revisions_that_wait_on_a_line_each(velora: Velora):
    *waiting, last = velora("db", "status").stdout.splitlines()[2:]
    assert waiting == [f"  waits: {revision}  {about}" for revision, about in history()]
    assert last == "Bring it up to date: velora db upgrade"


def test_an_upgrade_is_said_and_a_second_does_nothing(velora: Velora):
    revisions = [revision for revision, _ in history()]
    assert answer(velora("db", "upgrade", "--json"))["applied"] == revisions
    again = velora("db", "upgrade")
    assert (again.exit_code, again.stdout.startswith("Nothing to do")) == (0, True)
    assert answer(velora("db", "status", "--json")) == {
        "current": revisions[-1], "newest": revisions[-1], "up_to_date": True, "waiting": []
    }  # fmt: skip


def test_the_statements_that_make_the_roles_are_printed_for_a_server_that_need_not_answer(velora: Velora, monkeypatch: pytest.MonkeyPatch):
    assert answer(velora("db", "grants", "--json")) == {"roles": {}, "statements": [], "applied": False}
    assert velora("db", "grants").stdout.startswith("SQLite has no roles.")
    monkeypatch.setenv("VELORA_DATABASE_URL", "mysql://velora:pa55word@127.0.0.1:9/market")
    told = answer(velora("db", "grants", "--json"))
    assert told["roles"]["app"] == "market_app"
    assert "GRANT SELECT, INSERT ON `market`.`ledger_posting` TO `market_app`" in told["statements"]
    printed = velora("db", "grants").stdout
    assert "CREATE ROLE IF NOT EXISTS `market_reader`;\n" in printed
    assert "pa55word" not in printed
    assert velora("db", "grants", "--apply").exit_code == 3


def test_a_marketplace_is_opened_closed_and_opened_again(installed: Velora):
    made = installed("tenant", "create", "nordmarkt", "--name", "Nordmarkt", "--locale", "de-DE", "--json")
    assert answer(made)[0]["url"] == "http://nordmarkt.localhost:8000"
    assert installed("tenant", "suspend", "nordmarkt").exit_code == 0
    assert answer(installed("tenant", "list", "--json"))[0]["state"] == "suspended"
    twice = installed("tenant", "suspend", "nordmarkt")
    assert twice.exit_code == 1
    assert installed("tenant", "resume", "nordmarkt").exit_code == 0
    assert "active" in installed("tenant", "list").stdout


def test_what_cannot_be_is_refused_with_what_to_do(installed: Velora):
    assert "3 to 40 small letters" in installed("tenant", "create", "N!", "--name", "N").stderr
    unknown = installed("ledger", "verify", "--tenant", "nowhere")
    assert (unknown.exit_code, "There is none yet: velora tenant create" in unknown.stderr) == (2, True)
    assert installed("partitions", "ensure", "--since", "Christmas").exit_code == 2
    assert installed("no-such-command").exit_code == 2
    assert answer(installed("tenant", "list", "--json")) == []


def test_a_path_that_cannot_be_used_is_named_with_why(installed: Velora, tmp_path: Path):
    result = installed("openapi", str(tmp_path / "nowhere" / "api.json"))
    assert (result.exit_code, result.stderr.startswith(f"{tmp_path}/nowhere/api.json cannot be used: No such file")) == (1, True)


def test_a_statement_that_is_refused_leaves_the_file_as_it_was(installed: Velora, tmp_path: Path):
    kept = tmp_path / "october.csv"
    kept.write_text("last month's")
    installed("tenant", "create", "nordmarkt", "--name", "Nordmarkt")
    for words in (("1010", "--tenant", "nowhere"), ("9999", "--tenant", "nordmarkt")):
        assert installed("ledger", "statement", *words, "--out", str(kept)).exit_code in (1, 2)
    assert kept.read_text() == "last month's"


def test_a_workload_that_does_not_exist_is_a_mistake_in_the_command(installed: Velora):
    assert installed("bench", "checkout", "--workload", "cake").exit_code == 2
    assert installed("bench", "checkout", "--beside", "cake").exit_code == 2


@pytest.mark.usefixtures("installed")
def test_checkout_is_measured_and_says_so_to_a_person():
    words = ["bench", "checkout", "--buyers", "2", "--seconds", "1", "--warm-up", "0", "--workload", "paid"]
    shown = subprocess.run(
        [sys.executable, "-c", "from velora.apps.cli import main; main()", *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert shown.returncode == 0, shown.stderr
    assert [line.split()[-1] for line in shown.stdout.splitlines() if line.startswith("ledger")] == ["clean"]


@pytest.mark.parametrize("command", ["tenant list", "up", "db upgrade"])
def test_a_home_that_is_a_file_is_named(velora: Velora, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VELORA_HOME", str(tmp_path / "file"))
    result = velora(*command.split(), *(["--port", "0"] if command == "up" else []))
    assert (result.exit_code, "file cannot be used: File exists" in result.stderr) == (1, True)


def test_the_doctor_says_of_a_home_that_is_a_file_how_to_mend_it(velora: Velora, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VELORA_HOME", str(tmp_path / "file"))
    result = velora("doctor", "--json")
    assert result.exit_code == 1
    [home] = answer(result)["findings"]
    assert (home["subject"], home["state"], home["mend"]) == ("home", "wrong", "Give the folder to this user, or set VELORA_HOME.")


def test_a_person_is_made_and_given_a_role_on_record(installed: Velora):
    made = answer(installed("user", "create", "ada@example.com", "--name", "Ada", "--json"))
    assert len(made["password"]) >= 16
    assert "already" in installed("user", "create", "ada@example.com", "--name", "Ada").stderr.lower()
    assert installed("user", "grant", "ada@example.com", "finance").exit_code == 0
    assert installed("user", "grant", "nobody@example.com", "finance").exit_code == 1
    assert installed("user", "grant", "ada@example.com", "marketplace_admin").exit_code == 2
    assert installed("user", "grant", "ada@example.com", "king").exit_code == 2


def test_empty_books_are_clean(installed: Velora):
    verdict = answer(installed("ledger", "verify", "--json"))
    assert verdict["clean"]
    assert {check["count"] for check in verdict["checks"]} == {0}
    assert installed("ledger", "trial-balance").stdout == "Nothing has been posted yet.\n"
    assert answer(installed("outbox", "status", "--json")) == {"oldest_seconds": 0, "parked": 0, "waiting": 0}


def test_figures_of_an_empty_installation_are_counted_and_well(installed: Velora):
    for command in ("rebuild", "verify"):
        assert answer(installed("figures", command, "--json")) == {"well": True, "days": 0, "wrong": [], "months": []}
    assert installed("figures", "verify").stdout == "0 days compared, 0 of them and 0 months wrong.\n"


def test_what_is_told_comes_to_whoever_listens_and_is_counted(installed: Velora):
    figures = answer(installed("bench", "relay", "--events", "1200", "--relays", "2", "--json"))
    assert {part: one["events"] for part, one in figures["results"].items()} == {"relayed": 1200, "listened": 1200}
    assert (figures["conditions"]["bus"], figures["conditions"]["relays"]) == ("the outbox, embedded", 2)
    assert answer(installed("outbox", "status", "--json"))["waiting"] == 0
    status = answer(installed("events", "status", "--json"))
    assert status["bus"] == "the outbox, embedded"
    assert {group: one["waiting"] for group, one in status["groups"].items() if one["waiting"]} == {
        "checkout.cards": 1200, "notices.buyers": 1200, "offering.follow": 1200, "reporting.follow": 1200, "shopping.follow": 1200,
        "webhooks.telling": 1200,
    }  # fmt: skip


def test_parked_events_are_shown_told_again_and_replayed_with_words_for_what_is_no_event_group_or_place(installed: Velora):
    assert installed("events", "parked").stdout == "Every event was taken by everybody who listens.\n"
    assert "nothing to tell again" in installed("events", "again").stdout
    assert installed("events", "again", "ord_0000000000001").exit_code == 2
    assert installed("events", "replay", "indexing.keep", "--from", "2026-11-25").exit_code == 0
    moment, place = ("--from", "2026-11-25"), ("--place", "outbox/0:1")
    known = ((), ("--from", "soon"), ("--place", "orders/3"), (*moment, *place), (*place, "--forget"))
    for words in (("nobody", *moment), *(("indexing.keep", *options) for options in known)):
        assert installed("events", "replay", *words).exit_code == 2, words
    assert installed("events", "forget", "indexing.keep").exit_code == 2
    assert installed("events", "forget", "notices.pigeons").exit_code == 1
    assert "one part only" in installed("events", "replay", "indexing.keep", "--place", "orders/3:1").stderr


def test_a_wrong_setting_ends_the_command_with_its_name(velora: Velora, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VELORA_REDIS_URL", "nonsense://secret")
    for words in (("up",), ("serve",), ("worker",), ("doctor",), ("db", "status")):
        result = velora(*words)
        assert result.exit_code == 2
        assert "VELORA_REDIS_URL should look like redis://host:6379/0" in result.stderr
        assert "secret" not in result.stderr


def test_serve_and_worker_refuse_a_database_without_schema(velora: Velora):
    for command in ("serve", "worker"):
        result = velora(command)
        assert result.exit_code == 1
        assert "velora db upgrade" in result.stderr


def test_a_taken_port_is_named_with_another_to_choose(installed: Velora):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = installed("up", "--port", str(port))
    assert result.exit_code == 2
    assert f"--port {port + 1}" in result.stderr


def test_the_doctor_finds_a_fresh_installation_to_lack_its_schema_and_then_nothing(velora: Velora):
    def wrong() -> set[str]:
        return {one["subject"] for one in answer(velora("doctor", "--json"))["findings"] if one["state"] == "wrong"}

    assert wrong() - {"web application"} == {"schema"}
    velora("db", "upgrade")
    assert wrong() - {"web application"} == set()


def test_the_doctor_says_how_to_mend_engines_that_are_away_and_keeps_their_secrets(velora: Velora, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("VELORA_DATABASE_URL", f"mysql://velora:pa55word@127.0.0.1:{port}/velora")
    monkeypatch.setenv("VELORA_REDIS_URL", f"redis://:pa55word@127.0.0.1:{port}/0")
    result = velora("doctor")
    assert result.exit_code == 1
    assert "Is MySQL running" in result.stdout
    assert "Is Redis running" in result.stdout
    assert "pa55word" not in result.stdout + result.stderr
    found = answer(velora("doctor", "--json"))
    assert {one["subject"] for one in found["findings"] if one["state"] == "wrong"} >= {"database", "cache"}
    away = velora("tenant", "list")
    assert away.exit_code == 3
    assert "Is MySQL running" in away.stderr
    assert "pa55word" not in away.stderr


def test_the_openapi_document_kept_for_the_web_application_is_that_of_the_api(velora: Velora, tmp_path: Path):
    kept = (ROOT / "frontend" / "openapi.json").read_text()
    assert kept == document(), "The API has changed: velora openapi frontend/openapi.json"
    assert velora("openapi", str(tmp_path / "api.json")).exit_code == 0
    assert (tmp_path / "api.json").read_text() == kept


def test_an_empty_desk_and_an_empty_inbox_say_so(installed: Velora):
    assert answer(installed("disputes", "list", "--json")) == []
    assert "No bank has taken anything back" in installed("disputes", "list").stdout
    assert answer(installed("suspense", "list", "--json")) == []
    assert "The desk is empty" in installed("suspense", "list").stdout
    assert answer(installed("approvals", "list", "--json")) == []
    assert "Nothing waits for a second person" in installed("approvals", "list").stdout
    assert installed("approvals", "list", "--state", "lost").exit_code == 2
    assert installed("approvals", "show", "apr_0000000000001").exit_code == 1


def test_the_installation_asks_for_a_second_person_on_the_command_line(installed: Velora, monkeypatch: pytest.MonkeyPatch):
    """As a command without a marketplace does, which takes what was agreed to when it runs again."""
    monkeypatch.setattr(actions, "ACTIONS", {"test.drop": actions.Action(role=Role.SUPER_ADMIN)})
    monkeypatch.setattr(decide, "ACTIONS", actions.ACTIONS)
    people = {name: f"{name}@example.com" for name in ("ada", "grace", "eve")}
    ids = {name: answer(installed("user", "create", email, "--name", name.title(), "--json"))["id"] for name, email in people.items()}
    for name in ("ada", "grace"):
        assert installed("user", "grant", people[name], "super_admin").exit_code == 0
    by = f"account:{decode('acc', ids['ada'])}"
    matter = Matter("test.drop", "ledger_journal p201911", {"rows": 12})

    async def asked() -> str:
        async with at_home(read_settings()) as house, house.db.begin(None) as uow:
            [one] = await ask(uow, [Request(PLATFORM, matter, by)], Hand(by))
            assert isinstance(one, ApprovalFacts)
            return one.ref

    async def taken() -> object:
        async with at_home(read_settings()) as house, house.db.begin(None) as uow:
            return (await take(uow, [Taking(PLATFORM, matter)], Hand(by)))[0]

    ref = run(asked())
    [listed] = answer(installed("approvals", "list", "--json"))
    assert (listed["id"], listed["tenant"], listed["payload"], listed["requested_by"]) == (ref, None, {"rows": 12}, "Ada")
    for name, why in (("ada", "yourself"), ("eve", "may not decide"), ("nobody", "Nobody has the address")):
        refused = installed("approvals", "approve", ref, "--by", people.get(name, "nobody@example.com"))
        assert refused.exit_code == 1
        assert why in refused.output
    assert isinstance(run(taken()), NotApproved)
    assert answer(installed("approvals", "approve", ref, "--by", people["grace"], "--json"))["state"] == "approved"
    assert "Decided by  Grace" in installed("approvals", "show", ref).stdout
    assert isinstance(run(taken()), ApprovalFacts)
    assert isinstance(run(taken()), NotApproved)
    late = installed("approvals", "reject", ref, "--by", people["grace"], "--reason", "too late")
    assert late.exit_code == 1
    assert "is done already" in late.output
