"""A marketplace's administrators shape its tree of categories. Every change is audited."""

from collections.abc import Sequence

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.audit import service as audit
from velora.modules.catalog.policy import AttributeDefinition
from velora.modules.catalog.service import CategoryDraft, add_categories, change_category, define_attributes
from velora.platform.db import UnitOfWork


async def add(uow: UnitOfWork, draft: CategoryDraft, by: Principal, address: str) -> int:
    """The category is there. Raises why not."""
    [outcome] = await add_categories(uow, [draft])
    return await _audited(uow, draft.tenant_id, outcome, "catalog.category_added", by, address)


async def change(
    uow: UnitOfWork, tenant_id: int, slug: str, *, name: str, parent: str | None, picture: str, tone: str, by: Principal, address: str
) -> int:
    """The category has this name, place and picture. Raises why not."""
    outcome = await change_category(uow, tenant_id, slug, name=name, parent_slug=parent, picture=picture, tone=tone)
    return await _audited(uow, tenant_id, outcome, "catalog.category_changed", by, address)


async def define(
    uow: UnitOfWork, tenant_id: int, slug: str, definitions: Sequence[AttributeDefinition], by: Principal, address: str
) -> int:
    """The category has exactly these attributes of its own. Raises why not."""
    outcome = await define_attributes(uow, tenant_id, slug, definitions)
    return await _audited(uow, tenant_id, outcome, "catalog.attributes_defined", by, address)


async def _audited(uow: UnitOfWork, tenant_id: int, outcome: int | Refusal, action: str, by: Principal, address: str) -> int:
    if isinstance(outcome, Refusal):
        raise outcome
    await audit.record(uow, [audit.Entry(tenant_id, by.actor_ref, action, encode("cat", outcome), address=address)])
    return outcome
