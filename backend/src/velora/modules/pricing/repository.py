"""All SQL of pricing."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Any, Final

from sqlalchemy import bindparam, select, tuple_

from velora.modules.pricing.models import ShippingRuleRow
from velora.modules.pricing.policy import Rate, ShippingRule
from velora.platform.db import UnitOfWork

Key = tuple[int, int]

_RULES: Final = select(
    ShippingRuleRow.tenant_id,
    ShippingRuleRow.seller_id,
    ShippingRuleRow.flat_minor,
    ShippingRuleRow.free_above_minor,
    ShippingRuleRow.days_min,
    ShippingRuleRow.days_max,
    ShippingRuleRow.further,
).where(tuple_(ShippingRuleRow.tenant_id, ShippingRuleRow.seller_id).in_(bindparam("keys", expanding=True)))


async def rules(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, ShippingRule]:
    rows = await uow.all(_RULES, {"keys": sorted(keys)}) if keys else ()
    return {(row[0], row[1]): ShippingRule(row[2], row[3], row[4], row[5], _rates(row[6])) for row in rows}


def _rates(stored: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Rate]:
    return {name: Rate(one["flat_minor"], one["free_above_minor"]) for name, one in stored.items()} if stored else {}


async def put_rules(uow: UnitOfWork, wanted: Mapping[Key, ShippingRule]) -> None:
    known = await rules(uow, wanted)
    columns = {
        key: {
            "flat_minor": rule.flat_minor,
            "free_above_minor": rule.free_above_minor,
            "days_min": rule.days_min,
            "days_max": rule.days_max,
            "further": {name: asdict(rate) for name, rate in sorted(rule.further.items())},
        }
        for key, rule in wanted.items()
    }
    new = [{"tenant_id": key[0], "seller_id": key[1], **values} for key, values in columns.items() if key not in known]
    await uow.insert(ShippingRuleRow, new)
    await uow.set_on(ShippingRuleRow, {key: values for key, values in columns.items() if key in known})


def rates_file() -> str:
    """The maintained table of VAT rates."""
    return (files("velora.modules.pricing") / "vat_rates.csv").read_text(encoding="utf-8")
