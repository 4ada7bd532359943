"""What is worth a letter, and values as a letter's params have them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from velora.kernel.ids import time_of
from velora.modules.notifications.policy.patience import is_news

E = TypeVar("E")

Json = str | int | dict[str, "Json"] | list["Json"]


def fresh(now: datetime, events: Sequence[E], subject: Callable[[E], int]) -> list[E]:
    """The events whose subject, by its id, is recent enough to be news."""
    return [event for event in events if is_news(now, time_of(subject(event)))]


def money(amount_minor: int, currency: str) -> Json:
    """An amount, to be written in the reader's language."""
    return {"amount": amount_minor, "currency": currency}
