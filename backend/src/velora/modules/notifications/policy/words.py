"""The words of every letter, in every language. `{…}` are the letter's own params, `{shop}` the marketplace's name."""

from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Final

FALLBACK: Final = "en"


class Template(StrEnum):
    ORDER_CONFIRMED = "order_confirmed"
    ORDER_AUTHORISED = "order_authorised"
    ORDER_CASH = "order_cash"
    ORDER_INVOICE = "order_invoice"
    INVOICE_REMINDER = "invoice_reminder"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_LAPSED = "payment_lapsed"
    ORDER_SHIPPED = "order_shipped"
    ORDER_DELIVERED = "order_delivered"
    RETURN_APPROVED = "return_approved"
    RETURN_DECLINED = "return_declined"
    REFUND_PAID = "refund_paid"
    REFUND_CREDITED = "refund_credited"
    SELLER_APPROVED = "seller_approved"
    SELLER_DECLINED = "seller_declined"
    PAYOUT_PAID = "payout_paid"
    WEBHOOK_GONE = "webhook_gone"
    WEBHOOK_FAILING = "webhook_failing"


@dataclass(frozen=True)
class Words:
    """A subject, a heading, paragraphs, and what the button to `{path}` says (none without one)."""

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    button: str = ""


# What stands under every letter.
FOOTERS: Final = {
    "en": "{shop} wrote this because of something you did there. Nobody reads answers to this address.",
    "de": "{shop} schreibt dir, weil du dort etwas getan hast. Antworten an diese Adresse liest niemand.",
}

# What the sums of an order are called.
LABELS: Final = {
    "en": {"items": "Items", "shipping": "Delivery", "tax": "Tax", "tax_within": "Of which tax", "total": "Total"},
    "de": {"items": "Artikel", "shipping": "Versand", "tax": "Steuer", "tax_within": "Davon Steuer", "total": "Summe"},
}

WORDS: Final[dict[str, dict[Template, Words]]] = {
    "en": {
        Template.ORDER_CONFIRMED: Words(
            "Your order at {shop}: {order}",
            "Thank you, {name}",
            ("We have your order and your payment. Your money is held until your parcels have arrived.",),
            "See your order",
        ),
        Template.ORDER_AUTHORISED: Words(
            "Your order at {shop}: {order}",
            "Thank you, {name}",
            ("We have your order. Your bank keeps the amount ready; it is taken when the first parcel leaves, and not before.",),
            "See your order",
        ),
        Template.ORDER_CASH: Words(
            "Your order at {shop}: {order}",
            "Thank you, {name}",
            (
                "We have your order. It is paid in cash at the door: {amount}. Have it ready, exactly if you can.",
                "With goods of several sellers each parcel brings its part.",
            ),
            "See your order",
        ),
        Template.ORDER_INVOICE: Words(
            "Your order at {shop}: {order}",
            "Thank you, {name}",
            (
                "We have your order. The goods come first; transfer {amount} by {until}.",
                "To {holder}, IBAN {iban}, with the reference {order}. {number}",
            ),
            "See your order",
        ),
        Template.INVOICE_REMINDER: Words(
            "Still to be paid: {order}",
            "An invoice is open, {name}",
            (
                "{amount} for this order was to be transferred by {until}, and is not here yet.",
                "To {holder}, IBAN {iban}, with the reference {order}. {number}",
                "If you have transferred it in the last days, there is nothing more to do.",
            ),
            "See your order",
        ),
        Template.PAYMENT_RECEIVED: Words(
            "Your payment is here: {order}",
            "Thank you, {name}",
            ("{amount} has come for this order. There is nothing more to pay. {number}",),
            "See your order",
        ),
        Template.PAYMENT_LAPSED: Words(
            "Your order was given up: {order}",
            "We are sorry, {name}",
            (
                "Nothing of your order was sent in time, so your bank keeps the amount ready no longer. Nothing was charged.",
                "If you still want it, order again at {shop}.",
            ),
            "See your order",
        ),
        Template.ORDER_SHIPPED: Words(
            "On its way from {seller}: {order}",
            "Your parcel is on its way",
            ("{seller} has handed this over to {carrier}. The tracking number is {tracking}.",),
            "Follow the parcel",
        ),
        Template.ORDER_DELIVERED: Words(
            "Delivered: {order}",
            "Your parcel has arrived",
            (
                "{carrier} says that your parcel from {seller} has arrived.",
                "Is something wrong with it? Tell us before {until}: until then {seller} has not been paid.",
            ),
            "Everything is fine, or not",
        ),
        Template.RETURN_APPROVED: Words(
            "Your return is accepted: {order}",
            "{seller} takes it back",
            ("You get {amount} back. Your bank usually shows it within a few days.",),
            "See your return",
        ),
        Template.RETURN_DECLINED: Words(
            "Your return was declined: {order}",
            "{seller} does not take it back",
            ("The reason given: {note}", "If you do not agree, write to {shop}."),
            "See your return",
        ),
        Template.REFUND_PAID: Words(
            "{amount} on its way back to you: {order}",
            "Your money is on its way",
            ("We have sent {amount} back to where you paid from. Your bank usually shows it within a few days.",),
            "See your order",
        ),
        Template.REFUND_CREDITED: Words(
            "{amount} store credit for you: {order}",
            "Your credit is there",
            ("You have {amount} more to spend at {shop}. It is offered to you when you pay for your next order.",),
            "See your order",
        ),
        Template.SELLER_APPROVED: Words(
            "{seller} may sell at {shop}",
            "Welcome to {shop}",
            ("{shop} has approved {seller}. Give your products a price there, and they are on sale.",),
            "Open the seller portal",
        ),
        Template.SELLER_DECLINED: Words(
            "{seller} at {shop}",
            "{shop} has declined",
            ("{shop} does not want {seller} to sell there for now. The reason given: {note}", "You may apply again."),
        ),
        Template.PAYOUT_PAID: Words(
            "{amount} paid out by {shop}",
            "Your payout has arrived",
            ("We have paid {amount} to the account of {seller}. The statement says which orders it is for.",),
            "Open the statement",
        ),
        Template.WEBHOOK_GONE: Words(
            "Webhook disabled: {host}",
            "Nothing is sent to {host} any more",
            ("It answered 410 Gone, which says that nobody will listen there again. What still waited for it is kept for 30 days.",),
            "See the endpoint",
        ),
        Template.WEBHOOK_FAILING: Words(
            "Webhook disabled: {host}",
            "Nothing is sent to {host} any more",
            (
                "For three days, every request to it has failed. Its log says what was sent and what came back.",
                "Once it listens again, enable it: what waits for it is sent, and what failed can be sent again. All is kept for 30 days.",
            ),
            "See the endpoint",
        ),
    },
    "de": {
        Template.ORDER_CONFIRMED: Words(
            "Deine Bestellung bei {shop}: {order}",
            "Danke, {name}",
            ("Deine Bestellung und deine Zahlung sind da. Wir halten das Geld fest, bis deine Pakete angekommen sind.",),
            "Bestellung ansehen",
        ),
        Template.ORDER_AUTHORISED: Words(
            "Deine Bestellung bei {shop}: {order}",
            "Danke, {name}",
            ("Deine Bestellung ist da. Deine Bank hält den Betrag bereit; abgebucht wird erst, wenn das erste Paket losgeht.",),
            "Bestellung ansehen",
        ),
        Template.ORDER_CASH: Words(
            "Deine Bestellung bei {shop}: {order}",
            "Danke, {name}",
            (
                "Deine Bestellung ist da. Bezahlt wird bar an der Tür: {amount}. Halte es bereit, möglichst passend.",
                "Bei mehreren Verkäufern bringt jedes Paket seinen Teil.",
            ),
            "Bestellung ansehen",
        ),
        Template.ORDER_INVOICE: Words(
            "Deine Bestellung bei {shop}: {order}",
            "Danke, {name}",
            (
                "Deine Bestellung ist da. Die Ware kommt zuerst; überweise {amount} bis zum {until}.",
                "An {holder}, IBAN {iban}, mit dem Verwendungszweck {order}. {number}",
            ),
            "Bestellung ansehen",
        ),
        Template.INVOICE_REMINDER: Words(
            "Noch zu bezahlen: {order}",
            "Eine Rechnung ist offen, {name}",
            (
                "{amount} für diese Bestellung sollten bis zum {until} überwiesen sein und sind noch nicht da.",
                "An {holder}, IBAN {iban}, mit dem Verwendungszweck {order}. {number}",
                "Wenn du in den letzten Tagen überwiesen hast, ist nichts weiter zu tun.",
            ),
            "Bestellung ansehen",
        ),
        Template.PAYMENT_RECEIVED: Words(
            "Deine Zahlung ist da: {order}",
            "Danke, {name}",
            ("{amount} sind für diese Bestellung angekommen. Es ist nichts mehr zu bezahlen. {number}",),
            "Bestellung ansehen",
        ),
        Template.PAYMENT_LAPSED: Words(
            "Deine Bestellung wurde aufgegeben: {order}",
            "Es tut uns leid, {name}",
            (
                "Von deiner Bestellung wurde nicht rechtzeitig etwas verschickt, deshalb hält deine Bank den Betrag nicht mehr bereit. "
                "Es wurde nichts abgebucht.",
                "Wenn du sie noch willst, bestell noch einmal bei {shop}.",
            ),
            "Bestellung ansehen",
        ),
        Template.ORDER_SHIPPED: Words(
            "Unterwegs von {seller}: {order}",
            "Dein Paket ist unterwegs",
            ("{seller} hat es an {carrier} übergeben. Die Sendungsnummer ist {tracking}.",),
            "Paket verfolgen",
        ),
        Template.ORDER_DELIVERED: Words(
            "Zugestellt: {order}",
            "Dein Paket ist da",
            (
                "{carrier} meldet, dass dein Paket von {seller} angekommen ist.",
                "Stimmt etwas nicht? Sag es uns vor dem {until}: bis dahin ist {seller} nicht bezahlt.",
            ),
            "Alles gut, oder nicht",
        ),
        Template.RETURN_APPROVED: Words(
            "Deine Rückgabe ist angenommen: {order}",
            "{seller} nimmt es zurück",
            ("Du bekommst {amount} zurück. Deine Bank zeigt es meist nach wenigen Tagen.",),
            "Rückgabe ansehen",
        ),
        Template.RETURN_DECLINED: Words(
            "Deine Rückgabe wurde abgelehnt: {order}",
            "{seller} nimmt es nicht zurück",
            ("Der Grund: {note}", "Wenn du das anders siehst, schreib {shop}."),
            "Rückgabe ansehen",
        ),
        Template.REFUND_PAID: Words(
            "{amount} auf dem Weg zu dir: {order}",
            "Dein Geld ist unterwegs",
            ("Wir haben {amount} dorthin zurückgeschickt, von wo du bezahlt hast. Deine Bank zeigt es meist nach wenigen Tagen.",),
            "Bestellung ansehen",
        ),
        Template.REFUND_CREDITED: Words(
            "{amount} Guthaben für dich: {order}",
            "Dein Guthaben ist da",
            ("Du kannst bei {shop} {amount} mehr ausgeben. Beim Bezahlen der nächsten Bestellung wird es dir angeboten.",),
            "Bestellung ansehen",
        ),
        Template.SELLER_APPROVED: Words(
            "{seller} darf bei {shop} verkaufen",
            "Willkommen bei {shop}",
            ("{shop} hat {seller} zugelassen. Gebt euren Produkten dort einen Preis, und sie sind im Verkauf.",),
            "Verkäuferportal öffnen",
        ),
        Template.SELLER_DECLINED: Words(
            "{seller} bei {shop}",
            "{shop} hat abgelehnt",
            ("{shop} möchte {seller} vorerst nicht verkaufen lassen. Der Grund: {note}", "Ihr könnt euch wieder bewerben."),
        ),
        Template.PAYOUT_PAID: Words(
            "{amount} ausgezahlt von {shop}",
            "Eure Auszahlung ist da",
            ("Wir haben {amount} auf das Konto von {seller} überwiesen. Die Abrechnung sagt, für welche Bestellungen.",),
            "Abrechnung öffnen",
        ),
        Template.WEBHOOK_GONE: Words(
            "Webhook abgeschaltet: {host}",
            "An {host} wird nichts mehr gesendet",
            ("Die Antwort war 410 Gone: dort hört niemand mehr zu. Was noch darauf wartete, bleibt 30 Tage erhalten.",),
            "Endpunkt ansehen",
        ),
        Template.WEBHOOK_FAILING: Words(
            "Webhook abgeschaltet: {host}",
            "An {host} wird nichts mehr gesendet",
            (
                "Drei Tage lang ist jede Anfrage dorthin fehlgeschlagen. Das Protokoll sagt, was gesendet wurde und was zurückkam.",
                "Wenn dort wieder jemand zuhört, schalte den Endpunkt ein: was wartet, wird gesendet, und was fehlschlug, kann noch einmal "
                "gesendet werden. Alles bleibt 30 Tage erhalten.",
            ),
            "Endpunkt ansehen",
        ),
    },
}


def language_of(locale: str) -> str:
    """The language in which a marketplace of this locale writes: its own where we have words in it, else English."""
    language = locale.partition("-")[0]
    return language if language in WORDS else FALLBACK


def needed(template: Template) -> frozenset[str]:
    """The params without which this letter cannot be written, in any language."""
    texts = [
        text for words in (WORDS[language][template] for language in WORDS) for text in (words.subject, words.heading, *words.paragraphs)
    ]
    names = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    has_button = any(WORDS[language][template].button for language in WORDS)
    return frozenset(names - {"shop"} | ({"path"} if has_button else set[str]()))
