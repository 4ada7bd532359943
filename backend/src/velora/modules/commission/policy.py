"""Which commission rule holds for a line, and what it takes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from velora.kernel.money import share


class Scope(StrEnum):
    """From the most general to the most specific."""

    TENANT = "tenant"
    CATEGORY = "category"
    SELLER = "seller"
    SELLER_CATEGORY = "seller_category"


_WEIGHT: Final = {scope: weight for weight, scope in enumerate(Scope)}
_WORDS: Final = {
    Scope.TENANT: "the marketplace's general rule",
    Scope.CATEGORY: "the rule for this category",
    Scope.SELLER: "the rule for this seller",
    Scope.SELLER_CATEGORY: "the rule for this seller in this category",
}


@dataclass(frozen=True)
class Rule:
    """One version of a rule; a line is sold under the newest version that is valid at that moment."""

    rule_id: int
    version: int
    category_id: int | None
    seller_id: int | None
    percent_bps: int
    fixed_minor: int
    valid_from: datetime
    retired: bool = False
    further_fixed: Mapping[str, int] = field(default_factory=dict[str, int])

    def fixed_in(self, further: str | None) -> int | None:
        """The fixed part in the main currency, or in this further one; None when nobody said it. Nothing is nothing in every currency."""
        if further is None or not self.fixed_minor:
            return self.fixed_minor
        return self.further_fixed.get(further)

    @property
    def scope(self) -> Scope:
        return scope_of(self.category_id, self.seller_id)


@dataclass(frozen=True)
class CommissionLine:
    """A line about to be sold: whose, in which category, for how much net, in the main currency or in a `further` one."""

    tenant_id: int
    seller_id: int
    category_id: int
    net_minor: int
    further: str | None = None


@dataclass(frozen=True)
class Commission:
    """What the operator takes of a line, by which version of which rule, and why that one in a sentence."""

    rule_id: int
    version: int
    percent_bps: int
    fixed_minor: int
    amount_minor: int
    why: str


def scope_of(category_id: int | None, seller_id: int | None) -> Scope:
    if seller_id is None:
        return Scope.TENANT if category_id is None else Scope.CATEGORY
    return Scope.SELLER if category_id is None else Scope.SELLER_CATEGORY


def amount_of(net_minor: int, percent_bps: int, fixed_minor: int) -> int:
    """The percentage, half up, and the fixed part; never more than the line itself."""
    return min(share(net_minor, percent_bps) + fixed_minor, net_minor)


def in_force(versions: Iterable[Rule], at: datetime) -> list[Rule]:
    """Of every rule its newest version that is valid at this moment, unless that one retired it."""
    newest: dict[int, Rule] = {}
    for rule in sorted(versions, key=lambda one: one.version):
        if rule.valid_from <= at:
            newest[rule.rule_id] = rule
    return [rule for rule in newest.values() if not rule.retired]


def standing(versions: Sequence[Rule], at: datetime) -> list[Rule]:
    """The versions in force at this moment, and those that are yet to be; a rule whose last version retires it has none to be."""
    last = {rule.rule_id: rule for rule in sorted(versions, key=lambda one: one.version)}
    coming = [rule for rule in versions if rule.valid_from > at and not last[rule.rule_id].retired]
    return [*in_force(versions, at), *(rule for rule in coming if not rule.retired)]


def applies(rule: Rule, line: CommissionLine) -> bool:
    return rule.category_id in (None, line.category_id) and rule.seller_id in (None, line.seller_id)


def resolve(line: CommissionLine, rules: Sequence[Rule]) -> Commission | None:
    """The most specific rule wins: seller in category, seller, category, marketplace; the oldest of equals. No rule takes nothing.

    None when the rule has a fixed part and nobody said how much that is in the line's currency: the line is not for sale in it.
    """
    fitting = [rule for rule in rules if applies(rule, line)]
    if not fitting:
        return Commission(0, 0, 0, 0, 0, "No commission rule applies here, so nothing is taken.")
    rule = min(fitting, key=lambda one: (-_WEIGHT[one.scope], one.rule_id))
    fixed_minor = rule.fixed_in(line.further)
    if fixed_minor is None:
        return None
    passed = sorted({_WORDS[one.scope] for one in fitting if one is not rule})
    why = f"Version {rule.version} of {_WORDS[rule.scope]}: {terms(rule.percent_bps, fixed_minor)}."
    if passed:
        why += f" It is more specific than {' and '.join(passed)}."
    amount = amount_of(line.net_minor, rule.percent_bps, fixed_minor)
    return Commission(rule.rule_id, rule.version, rule.percent_bps, fixed_minor, amount, why)


def terms(percent_bps: int, fixed_minor: int) -> str:
    """`10 %`, `12.5 % + 30`: the fixed part in minor units of the line's currency."""
    percent = f"{percent_bps // 100}.{percent_bps % 100:02d}".rstrip("0").rstrip(".")
    return f"{percent} %" + (f" + {fixed_minor}" if fixed_minor else "")
