"""What a revision says beyond tables and columns: append-only, split by month, views.

`what_else` finds those steps for the tables that a new revision makes, and writes them into its page.
"""

from collections.abc import Iterable
from typing import Any, Final

from alembic import op
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateTableOp, MigrateOperation, UpgradeOps

from velora.kernel.clock import SystemClock
from velora.platform.db.ddl import MONTHS_AHEAD, append_only_triggers, month_after, partitions_from_scratch

_OURS: Final = frozenset({"app", "append_only", "partition_by", "retention", "sealer", "views"})


def append_only(table: str, *key: str) -> None:
    """The database refuses to change or remove a row of this table; `key` is its primary key."""
    for trigger in append_only_triggers(table, key, op.get_bind().dialect.name):
        op.execute(trigger)


def split_by_month(table: str, column: str) -> None:
    """On MySQL the (empty) table has a partition for this month and those ahead, by the time in the ids of this column."""
    if op.get_bind().dialect.name == "mysql":
        now = SystemClock().now()
        op.execute(partitions_from_scratch(table, column, now, month_after(now, MONTHS_AHEAD)))


def change_check(table: str, constraint: str, *, before: str, after: str) -> None:
    """The check says something else from now on; rows stay as they are. SQLite cannot do so, so there the table is written anew."""
    bind = op.get_bind()
    if bind.dialect.name == "mysql":
        op.drop_constraint(op.f(constraint), table, type_="check")
        op.create_check_constraint(op.f(constraint), table, after)
        return
    found = bind.exec_driver_sql(f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name = '{table}' AND sql IS NOT NULL").all()
    [made] = [sql for kind, _, sql in found if kind == "table"]
    indexes = [(name, sql) for kind, name, sql in found if kind == "index"]
    if before not in made or len(found) != 1 + len(indexes):
        raise ValueError(f"{table} does not say {before}, or has triggers: it cannot be written anew here.")
    bind.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_before")
    for name, _ in indexes:
        bind.exec_driver_sql(f"DROP INDEX {name}")
    bind.exec_driver_sql(made.replace(before, after))
    bind.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM {table}_before")
    bind.exec_driver_sql(f"DROP TABLE {table}_before")
    for _, sql in indexes:
        bind.exec_driver_sql(sql)


class Step(MigrateOperation):
    """A call of one of the functions above, as it will stand in the page."""

    def __init__(self, call: str) -> None:
        self.call = call


@renderers.dispatch_for(Step)
def _as_written(context: AutogenContext, step: Step) -> str:
    return step.call


def what_else(upgrade: UpgradeOps) -> None:
    """Adds the steps of every table that this upgrade makes."""
    made = [one for one in upgrade.ops if isinstance(one, CreateTableOp)]
    calls = [
        f"steps.split_by_month({table.table_name!r}, {table.info['partition_by']!r})" for table in made if "partition_by" in table.info
    ]
    for table in made:
        if table.info.get("append_only"):
            key = ", ".join(repr(name) for name in _primary_key(table))
            calls.append(f"steps.append_only({table.table_name!r}, {key})")
    for table in made:
        calls += [f"op.execute({_block(view)})" for view in _views(table.info)]
        table.info = {name: value for name, value in table.info.items() if name not in _OURS}
    upgrade.ops.extend(Step(call) for call in calls)


def _primary_key(table: CreateTableOp) -> Iterable[str]:
    return [column.name for column in table.to_table().primary_key]


def _views(info: dict[Any, Any]) -> Iterable[str]:
    return info.get("views", ())


def _block(sql: str) -> str:
    return f'"""{sql}"""'
