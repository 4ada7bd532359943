"""Use cases of notifications: letters wait in the database and are sent from outside, never inside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from velora.kernel.ids import time_of
from velora.modules.notifications import repository
from velora.modules.notifications.policy import figures, patience, words
from velora.modules.notifications.policy.words import Template
from velora.platform.db import UnitOfWork
from velora.platform.db.backlog import Backlog

LETTERS: Final = "letters"
"""What is woken by a new letter."""

_ERROR_LENGTH: Final = 500
_SHAPES: Final = Environment(
    loader=PackageLoader("velora.modules.notifications"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Note:
    """A letter to be. `params` are plain values; the language writes `{"amount": minor units, "currency": …}` and `{"day": date}`.

    Besides what the template's words name: `path` (where its button leads), `lines` of `quantity`, `title`, `amount`, and
    `totals` of `label` (one of `words.LABELS`), `amount`.
    """

    tenant_id: int
    address: str
    template: Template
    params: Mapping[str, object]


@dataclass(frozen=True)
class Waiting:
    """A letter that its taker must settle."""

    id: int
    attempts: int
    created_at: datetime
    note: Note


@dataclass(frozen=True)
class Shop:
    """Who writes: the marketplace's name, its address, its language and the colour of its buttons."""

    name: str
    url: str
    locale: str
    accent: str


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Sent:
    letter: Waiting


@dataclass(frozen=True)
class NotSent:
    """It may go later, unless it was tried often enough."""

    letter: Waiting
    error: str


@dataclass(frozen=True)
class Unsendable:
    """No further try would help."""

    letter: Waiting
    error: str


async def enqueue(uow: UnitOfWork, notes: Sequence[Note]) -> None:
    """Each letter is sent soon after this transaction commits. Raises ValueError for one that lacks a param of its words."""
    for note in notes:
        if missing := words.needed(note.template) - note.params.keys():
            raise ValueError(f"A letter {note.template} needs {', '.join(sorted(missing))}.")
    await repository.add(
        uow,
        [
            {
                "tenant_id": note.tenant_id,
                "id": uow.new_id(),
                "address": note.address,
                "template": note.template.value,
                "params": dict(note.params),
                "state": "queued",
                "attempts": 0,
                "next_at": uow.now,
                "last_error": "",
                "created_at": uow.now,
            }
            for note in notes
        ],
    )
    if notes:
        uow.wakes(LETTERS)


async def claim(uow: UnitOfWork, *, limit: int) -> list[Waiting]:
    """Letters whose time has come, for this caller alone: not settled in a few minutes, they are given to another."""
    rows = await repository.lock_due(uow, limit)
    until = uow.now + patience.LEASE
    await repository.set_on(uow, {(row.tenant_id, row.id): {"attempts": row.attempts + 1, "next_at": until} for row in rows})
    return [
        Waiting(row.id, row.attempts + 1, row.created_at, Note(row.tenant_id, row.address, Template(row.template), row.params))
        for row in rows
    ]


async def settle(uow: UnitOfWork, outcomes: Sequence[Sent | NotSent | Unsendable]) -> None:
    """What was sent is done, what was not waits longer each time, and what cannot be sent or was tried too often has failed."""
    changes: dict[tuple[int, int], dict[str, object]] = {}
    for outcome in outcomes:
        key = (outcome.letter.note.tenant_id, outcome.letter.id)
        if isinstance(outcome, Sent):
            changes[key] = {"state": "sent", "next_at": uow.now, "last_error": ""}
            continue
        wait = patience.wait_after(outcome.letter.attempts) if isinstance(outcome, NotSent) else None
        state = "failed" if wait is None else "queued"
        changes[key] = {"state": state, "next_at": uow.now + wait if wait else uow.now, "last_error": outcome.error[:_ERROR_LENGTH]}
    await repository.set_on(uow, changes)


def render(note: Note, shop: Shop) -> Rendered:
    """The letter in the marketplace's language, as plain text and as HTML. Whatever a person wrote is escaped."""
    language = words.language_of(shop.locale)
    said = words.WORDS[language][note.template]
    params: dict[str, Any] = {name: _written(value, language) for name, value in note.params.items()}
    params["shop"] = shop.name
    content: dict[str, Any] = {
        "language": language,
        "shop": shop.name,
        "accent": shop.accent,
        "subject": " ".join(said.subject.format_map(params).split()),
        "heading": said.heading.format_map(params),
        "paragraphs": [paragraph.format_map(params) for paragraph in said.paragraphs],
        "lines": params.get("lines", []),
        "totals": [{**total, "label": words.LABELS[language][total["label"]]} for total in params.get("totals", [])],
        "button": said.button,
        "url": f"{shop.url}{params['path']}" if said.button else "",
        "footer": words.FOOTERS[language].format_map(params),
    }
    text = _SHAPES.get_template("letter.txt").render(content)
    return Rendered(content["subject"], text, _SHAPES.get_template("letter.html").render(content))


async def backlog(uow: UnitOfWork) -> Backlog:
    """Letters that wait, of all marketplaces together; and how many were given up and are not forgotten yet. Platform scope."""
    counts, oldest = await waiting(uow), await repository.oldest_queued(uow)
    return Backlog(counts["queued"], time_of(oldest) if oldest else None, counts["failed"])


async def waiting(uow: UnitOfWork) -> dict[str, int]:
    """How many letters wait (`queued`) and how many were given up (`failed`), at all marketplaces."""
    return {"queued": 0, "failed": 0} | await repository.count_by_state(uow, ("queued", "failed"))


async def forget_settled(uow: UnitOfWork) -> int:
    """Letters settled a while ago are gone, with the personal data in them; how many."""
    return await repository.remove_settled(uow, uow.now - patience.KEPT)


def _written(value: object, language: str) -> Any:  # JSON of any shape
    if isinstance(value, list):
        return [_written(part, language) for part in cast("list[object]", value)]
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parts.keys() == {"amount", "currency"}:
            return figures.money(parts["amount"], parts["currency"], language)
        if parts.keys() == {"day"}:
            return figures.day(date.fromisoformat(parts["day"]), language)
        return {name: _written(part, language) for name, part in parts.items()}
    return value
