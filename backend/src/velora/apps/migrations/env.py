"""How Alembic runs here: over the connection that `history` opened, which knows the engine and its settings."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy.types import TypeEngine

from velora.apps.migrations.history import import_models
from velora.apps.migrations.steps import what_else
from velora.platform.db import Base
from velora.platform.db.types import UtcTime


def ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Tables that tests declare for themselves are no part of the schema."""
    return kind != "table" or not (name or "").startswith("test_")


def spelled(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our own types by their own names."""
    if kind == "type" and isinstance(thing, UtcTime):
        return "UtcTime()"
    return False


def other_type(migration: MigrationContext, reflected: Any, declared: Any, found: TypeEngine[Any], wanted: TypeEngine[Any]) -> bool:
    """Two types differ when this engine spells them differently."""
    assert migration.dialect is not None
    compiler = migration.dialect.type_compiler_instance
    one, other = (re.sub(r" (CHARACTER SET|COLLATE) \w+", "", compiler.process(type_)) for type_ in (found, wanted))
    return {one, other} not in ({one}, {"BOOL", "TINYINT"}, {"BOOL", "TINYINT(1)"})


def with_steps(migration: MigrationContext, revision: Any, directives: list[Any]) -> None:
    """What tables need beyond their columns is written too."""
    if directives and directives[0].upgrade_ops is not None:
        what_else(directives[0].upgrade_ops)


def tell(ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:
    """Whoever upgrades hears of each revision applied."""
    told = context.config.attributes.get("told")
    if told is not None:
        told(step.up_revision_id)


connection = context.config.attributes["connection"]
import_models()
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transactional_ddl=connection.dialect.name == "sqlite",
    include_object=ours,
    render_item=spelled,
    compare_type=other_type,
    process_revision_directives=with_steps,
    on_version_apply=tell,
)
with context.begin_transaction():
    context.run_migrations()
