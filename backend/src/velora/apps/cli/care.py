"""`velora doctor`."""

from dataclasses import asdict
from typing import Final

from velora.apps import doctor
from velora.apps.cli.console import AsJson, Exit, give, run, say, stop_with
from velora.apps.findings import Finding, State
from velora.platform.settings import read_settings

_MARKS: Final = {State.OK: "✓", State.NOTE: "·", State.WRONG: "✗"}


def doctor_command(json: AsJson = False) -> None:
    """Look at every engine and say what is wrong and how to mend it. Exit code 1 when something is wrong.

    Examples:

      velora doctor

      velora doctor --json | jq '.findings[] | select(.state == "wrong")'
    """
    found = run(doctor.examine(read_settings(), (lambda _: None) if json else _tell))
    wrong = [one for one in found if one.state is State.WRONG]
    if json:
        give({"well": not wrong, "findings": [asdict(one) for one in found]})
    else:
        say("")
        say(f"{len(wrong)} wrong." if wrong else "All is well.")
    if wrong:
        stop_with(Exit.WRONG)


def _tell(finding: Finding) -> None:
    took = f" ({finding.ms} ms)" if finding.ms is not None else ""
    say(f"{_MARKS[finding.state]} {finding.subject:<16} {finding.says}{took}")
    if finding.mend:
        say(f"  {'':<16} → {finding.mend}")
