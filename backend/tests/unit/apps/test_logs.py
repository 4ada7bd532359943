"""Log lines can be read: by a person at a glance, by a machine with the request's id."""

import json
import logging
import sys

from velora.apps.logs import JsonLines, ShortLines, of_no_request


def a_record(message: str, *arguments: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("velora.web", level, "here.py", 1, message, arguments, None)


def test_a_machine_reads_one_object_a_line():
    line = JsonLines(of_no_request).format(a_record("order %s\npaid", "ord_1"))
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
    assert "ValueError: no lamp" in json.loads(JsonLines(of_no_request).format(record))["error"]


def test_a_person_sees_the_hour_a_mark_and_the_words():
    line = ShortLines("%(at)s %(mark)s %(name)s %(message)s").format(a_record("slow"))
    assert line[8:] == " ! velora.web slow"
