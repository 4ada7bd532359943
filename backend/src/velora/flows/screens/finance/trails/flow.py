"""Where one order's money is, as a flow of amounts: what a Sankey picture draws."""

from dataclasses import dataclass

from velora.flows.screens.finance.trails.trail import SellerShare, Trail
from velora.kernel.ids import encode


@dataclass(frozen=True)
class Node:
    """A place of a kind; only sellers have a name of their own."""

    id: str
    kind: str
    amount_minor: int
    name: str = ""


@dataclass(frozen=True)
class Link:
    """`kind` says whether the money has gone there (`done`) or is going to (`expected`)."""

    source: str
    target: str
    amount_minor: int
    kind: str


@dataclass(frozen=True)
class Where:
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


def where_of(trail: Trail) -> Where:
    """From the buyer over escrow and tax to sellers, reserve, commission and refunds. Nothing flows that is nothing."""
    net = sum(share.net_minor for share in trail.shares)
    taxed = sum(share.tax_minor for share in trail.shares)
    arrived = "done" if all(share.held for share in trail.shares) else "expected"
    net_back = sum(share.refunded_minor for share in trail.shares)
    tax_back = sum(move.amount_minor for step in trail.steps for move in step.moves if _is_tax_back(move.debit.code, move.credit.code))
    tax_back -= sum(move.amount_minor for step in trail.steps for move in step.moves if _is_tax_back(move.credit.code, move.debit.code))
    links = [Link("buyer", "escrow", net, arrived), Link("buyer", "tax", taxed, arrived)]
    links += [Link("escrow", "refund", net_back, "done"), Link("tax", "refund", tax_back, "done")]
    for share in trail.shares:
        links += _links_of(share)
    nodes = [Node("buyer", "buyer", net + taxed), Node("escrow", "escrow", net), Node("tax", "tax", taxed)]
    nodes += [Node(f"seller:{encode('sel', share.seller_id)}", "seller", share.parting.payable_minor, share.name) for share in trail.shares]
    for kind, amount in (
        ("reserve", sum(share.parting.reserve_minor for share in trail.shares)),
        ("debt", sum(share.parting.recovered_minor for share in trail.shares)),
        ("commission", sum(share.parting.commission_minor for share in trail.shares)),
        ("refund", net_back + tax_back),
    ):
        nodes.append(Node(kind, kind, amount))
    return Where(tuple(node for node in nodes if node.amount_minor), tuple(link for link in links if link.amount_minor))


def _links_of(share: SellerShare) -> list[Link]:
    kind = "done" if share.released else "expected"
    parting = share.parting
    return [
        Link("escrow", f"seller:{encode('sel', share.seller_id)}", parting.payable_minor, kind),
        Link("escrow", "reserve", parting.reserve_minor, kind),
        Link("escrow", "debt", parting.recovered_minor, kind),
        Link("escrow", "commission", parting.commission_minor, kind),
    ]


def _is_tax_back(source: str, target: str) -> bool:
    return (source, target) == ("2030", "2050")
