"""Log lines can be read: by a person at a glance, by a machine with the request's id."""

import json
import logging
import sys
from contextvars import copy_context

import pytest

from velora.apps.logs import JsonLines, ShortLines
from velora.platform.telemetry.surroundings import about, note


def a_record(message: str, *arguments: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("velora.web", level, "here.py", 1, message, arguments, None)


def test_a_machine_reads_one_object_a_line():
    line = JsonLines().format(a_record("order %s\npaid", "ord_1"))
    assert "\n" not in line
    read = json.loads(line)
    assert (read["level"], read["logger"], read["message"]) == ("warning", "velora.web", "order ord_1\npaid")
    assert read["time"].endswith("Z")
    assert "request_id" not in read


def test_an_error_is_kept_with_its_traceback():
    record = a_record("failed", level=logging.ERROR)
    try:
        raise ValueError("no lamp")
    except ValueError:
        record.exc_info = sys.exc_info()
    assert "ValueError: no lamp" in json.loads(JsonLines().format(record))["error"]


def test_a_person_sees_the_hour_a_mark_and_the_words():
    line = ShortLines("%(at)s %(mark)s %(name)s %(message)s").format(a_record("slow"))
    assert line[8:] == " ! velora.web slow"


def test_a_line_says_what_ran_when_it_was_written():
    def one() -> dict[str, str]:
        note(request_id="r1", tenant="nordmarkt")
        with about(listener="letters", event_id="evt_1"):
            return json.loads(JsonLines().format(a_record("told")))

    read = copy_context().run(one)
    assert {name: read[name] for name in ("request_id", "tenant", "listener", "event_id")} == {
        "request_id": "r1", "tenant": "nordmarkt", "listener": "letters", "event_id": "evt_1",
    }  # fmt: skip
    assert "listener" not in json.loads(JsonLines().format(a_record("after")))


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("ada@example.com", "ada@example.com"),
        ("mysql://velora:hunter2@host/velora", "hunter2"),
        ("sk_live_51Habc", "51Habc"),
        ("whsec_abc123", "abc123"),
        ("tok_visa4242", "visa4242"),
        ("4242 4242 4242 4242", "4242 4242"),
        ("4242424242424242", "4242424242424242"),
        ("authorization: Bearer abc.def", "abc.def"),
        ("password='hunter2'", "hunter2"),
    ],
)
@pytest.mark.parametrize("lines", [JsonLines(), ShortLines("%(message)s")])
def test_what_an_engine_quotes_of_a_secret_is_not_told(lines: logging.Formatter, said: str, secret: str):
    record = a_record("refused: %s", said)
    try:
        raise ValueError(said)
    except ValueError:
        record.exc_info = sys.exc_info()
    assert secret not in lines.format(record)


def test_what_a_key_of_the_database_quotes_is_not_told():
    assert "Lumen" not in json.loads(JsonLines().format(a_record("Duplicate entry 'Lumen & Sons' for key 'x'")))["message"]


def test_ids_of_ours_are_told():
    words = "order ord_1XZS7H6281G02, intent pi_1XZS7H6281G02, event 2236000000000000000"
    assert json.loads(JsonLines().format(a_record(words)))["message"] == words
