"""SQLite finds rows by a list of composite keys through the index, never by walking the table."""

from pathlib import Path

from velora.platform.db.engine import make_engine


async def test_a_list_of_composite_keys_is_searched_in_the_index(tmp_path: Path):
    engine = make_engine(f"sqlite:///{tmp_path}/keys.db")
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE thing (tenant_id INTEGER, id INTEGER, PRIMARY KEY (tenant_id, id)) STRICT")
        await connection.exec_driver_sql("INSERT INTO thing VALUES (1, 1), (1, 2), (2, 1)")
        by_keys = "SELECT tenant_id, id FROM thing WHERE (tenant_id, id) IN (VALUES (?, ?), (?, ?))"
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {by_keys}", (1, 2, 2, 1))).all()
        found = (await connection.exec_driver_sql(by_keys, (1, 2, 2, 1))).all()
    await engine.dispose()
    assert [tuple(row) for row in found] == [(1, 2), (2, 1)]
    steps = [str(row.detail) for row in plan]
    assert any("SEARCH thing USING" in step and "tenant_id=? AND id=?" in step for step in steps)
    assert not any(step.startswith("SCAN thing") for step in steps)
