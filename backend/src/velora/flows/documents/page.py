"""A document as the page that a person reads: its words, its amounts and days as its language writes them. Pure but for the setting."""

from collections.abc import Callable, Mapping
from datetime import date
from importlib.resources import files
from typing import Any, Final

from velora.flows.documents.sheet import totals
from velora.flows.documents.words import WORDS
from velora.modules.documents.service import DocumentFacts, Kind
from velora.modules.notifications.policy.figures import day, money
from velora.modules.notifications.policy.words import language_of
from velora.platform.typesetting import square_code, typeset

_TEMPLATES: Final = {Kind.INVOICE: "bill.typ", Kind.CREDIT_NOTE: "bill.typ", Kind.RETURN_LABEL: "label.typ"}


def written(document: DocumentFacts) -> bytes:
    """The document as a PDF file; of the same document it is always the same. It needs some milliseconds of CPU."""
    template = (files(__package__ or "") / _TEMPLATES[document.kind]).read_bytes()
    shown = _label(document) if document.kind is Kind.RETURN_LABEL else _bill(document)
    return typeset(template, shown, at=document.issued_at)


def name_of(document: DocumentFacts) -> str:
    """By which it is saved: `invoice-NORDLICHT-000042.pdf`, `return-label-ret_….pdf`."""
    return f"{document.kind.value.replace('_', '-')}-{document.number or document.facts['about']}.pdf"


def _bill(document: DocumentFacts) -> dict[str, object]:
    facts, language = document.facts, language_of(str(document.facts["language"]))
    words, currency = WORDS[language], str(facts["currency"])

    def amount(minor: int) -> str:
        return money(minor, currency, language)

    def on(day_: str) -> str:
        return day(date.fromisoformat(day_), language) if day_ else ""

    by_rate = totals(facts)
    net, tax = (sum(pair[place] for pair in by_rate.values()) for place in (0, 1))
    said = [
        (words["number"], document.number),
        (words["date"], day(document.issued_at, language)),
        (words["to_invoice"], facts.get("invoice", "")),
        (words["about"], facts.get("about", "")),
        (words["order"], facts["order"]),
        (words["purchase_order"], facts["purchase_order"]),
        (words["ordered_on"], on(facts["ordered_on"])),
        (words["supplied_on"], on(facts.get("supplied_on", ""))),
    ]
    rows = [[row["title"], row["sku"], str(row["quantity"]), _rate(row["tax_bps"], language), amount(row["net"])] for row in facts["rows"]]
    if delivery := facts["delivery"]:
        rows.append([words["delivery"], "", "", "", amount(delivery["net"])])
    is_invoice = document.kind is Kind.INVOICE
    return {
        "language": language,
        "title": words[document.kind.value],
        "issuer": facts["issuer"]["name"],
        "issuer_lines": [*facts["issuer"]["place"], *_tax_number(facts, words)],
        "buyer": facts["buyer"],
        "said": [[label, text] for label, text in said if text],
        "heads": [words["item"], words["quantity"], words["rate"], words["net"]],
        "rows": rows,
        "sums": [[words["net"], amount(net)], *_taxes(by_rate, words, language, currency)],
        "total": [words["total" if is_invoice else "credited"], amount(net + tax)],
        "closing": _payment(facts, words, on) if is_invoice else words["takes_back"],
        "footer": words["through"].format(marketplace=facts["marketplace"]),
    }


def _taxes(by_rate: Mapping[int | None, tuple[int, int]], words: Mapping[str, str], language: str, currency: str) -> list[list[str]]:
    rows: list[list[str]] = []
    for rate, (net, tax) in by_rate.items():
        said = words["tax"] if rate is None else words["tax_at"].format(rate=_rate(rate, language), net=money(net, currency, language))
        rows += [[said, money(tax, currency, language)]] if tax or rate else []
    return rows


def _label(document: DocumentFacts) -> dict[str, object]:
    facts, language = document.facts, language_of(str(document.facts["language"]))
    words = WORDS[language]
    return {
        "language": language,
        "title": words["return_label"],
        "number": facts["about"],
        "code": square_code(str(facts["about"])),
        "to_head": words["to"],
        "to": facts["to"],
        "from_head": words["from"],
        "from": facts["from"],
        "inside_head": words["inside"],
        "inside": [[str(row["quantity"]), row["title"]] for row in facts["rows"]],
        "inside_closing": words["put_inside"],
        "closing": words["postage"],
    }


def _payment(facts: Mapping[str, Any], words: Mapping[str, str], on: Callable[[str], str]) -> str:
    payment = facts["payment"]
    if payment["method"] != "invoice":
        return words[payment["method"]]
    return words["pay_by"].format(until=on(payment["until"]), holder=payment["holder"], iban=payment["iban"], order=facts["order"])


def _tax_number(facts: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    number = facts["issuer"]["tax_number"]
    return [words["tax_number"].format(number=number)] if number else []


def _rate(bps: int, language: str) -> str:
    """`19 %` in German, `19%` in English, `8.25%`."""
    figure = f"{bps / 100:.2f}".rstrip("0").rstrip(".")
    return f"{figure.replace('.', ',')}\N{NO-BREAK SPACE}%" if language == "de" else f"{figure}%"
