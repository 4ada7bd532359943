"""Refusals: what Velora says when it will not do something, and what to do about it.

A refusal is a value in a batch (its neighbours go on) and an exception at the edge (the route raises it).
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import ClassVar, TypeVar

T = TypeVar("T")


class Refusal(Exception):
    """Subclasses are dataclasses: `code` is stable for machines, `detail` tells a person what to do, fields are the facts."""

    code: ClassVar[str]
    status: ClassVar[int] = 409
    title: ClassVar[str]

    def detail(self) -> str:
        return self.title

    def facts(self) -> dict[str, object]:
        """The fields by name, for the problem document."""
        return {field.name: getattr(self, field.name) for field in fields(self)} if is_dataclass(self) else {}

    def __str__(self) -> str:
        return f"{self.code}: {self.detail()}"


def accepted(kind: type[T], outcomes: Iterable[object]) -> list[T]:
    """The outcomes of a batch of which nothing may be refused. Raises the first refusal."""
    done: list[T] = []
    for outcome in outcomes:
        if isinstance(outcome, Refusal):
            raise outcome
        if not isinstance(outcome, kind):
            raise TypeError(f"{outcome!r} is no {kind.__name__}")
        done.append(outcome)
    return done


def unrefused(outcome: T | Refusal) -> T:
    """The outcome; a refusal is raised. Type checkers follow where the type says Refusal itself, not only certain ones."""
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@dataclass(unsafe_hash=True)
class MalformedId(Refusal):
    code = "request.malformed_id"
    status = 404
    title = "No such id"
    prefix: str
    text: str

    def detail(self) -> str:
        return f"{self.text!r} is not an id of the form {self.prefix}_…: thirteen letters and digits after the prefix. Copy it whole."


@dataclass(unsafe_hash=True)
class NotFound(Refusal):
    code = "request.not_found"
    status = 404
    title = "Not found"
    kind: str
    id: str

    def detail(self) -> str:
        return f"There is no {self.kind} {self.id} here. Check the address, or look for it in the list."


@dataclass(unsafe_hash=True)
class Forbidden(Refusal):
    code = "request.forbidden"
    status = 403
    title = "Not allowed"
    action: str

    def detail(self) -> str:
        return f"Your account may not {self.action}. Ask an administrator of the marketplace for the right."


@dataclass(unsafe_hash=True)
class Invalid(Refusal):
    """One field is wrong: `pointer` is its JSON pointer in the body, `problem` says what it should be."""

    code = "request.invalid"
    status = 422
    title = "Check the form"
    pointer: str
    problem: str

    def detail(self) -> str:
        return self.problem

    def facts(self) -> dict[str, object]:
        return {"errors": [{"pointer": self.pointer, "detail": self.problem}]}
