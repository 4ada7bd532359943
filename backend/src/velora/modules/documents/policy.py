"""Kinds of documents, and how they are numbered. Pure."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RETURN_LABEL = "return_label"


# What the numbers of a kind have in common; a kind without is not numbered.
_SERIES: Final = {Kind.INVOICE: "", Kind.CREDIT_NOTE: "C"}


def is_numbered(kind: Kind) -> bool:
    """Whether each of them has a number, and none is left out."""
    return kind in _SERIES


def number_of(kind: Kind, marketplace: str, count: int) -> str:
    """`NORDLICHT-000042`, `NORDLICHT-C000042`: with its marketplace, as a seller numbers in each of them."""
    return f"{marketplace.upper()}-{_SERIES[kind]}{count:06d}"
