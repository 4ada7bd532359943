"""The rights of each role follow from what a table says of itself."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from velora.platform.db.grants import quoted, rights_held, rights_on, role_names

ADD, ALL = "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"


@pytest.mark.parametrize(
    ("info", "rights"),
    [
        ({}, {"app": ALL, "reader": "SELECT"}),
        ({"append_only": True}, {"app": ADD, "reader": "SELECT"}),
        ({"append_only": True, "partition_by": "id"}, {"app": ADD, "reader": "SELECT", "retention": "SELECT, ALTER"}),
        ({"sealer": "SELECT, UPDATE"}, {"app": ALL, "reader": "SELECT", "sealer": "SELECT, UPDATE"}),
        ({"append_only": True, "sealer": ADD}, {"app": "SELECT", "reader": "SELECT", "sealer": ADD}),
    ],
)
def test_a_new_table_is_covered_by_what_it_says_of_itself(info, rights):
    table = Table("a_new_table", MetaData(), Column("id", Integer, primary_key=True), info=info)
    assert rights_on(table) == rights


def test_names_of_roles_fit_and_differ_however_long_the_names_of_databases():
    names = [*role_names("market").values(), *role_names("a" * 64).values(), *role_names("a" * 63 + "b").values()]
    assert max(map(len, names)) <= 32
    assert len(set(names)) == len(names) == 12
    assert quoted("a`b") == "`a``b`"


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("GRANT SELECT, UPDATE (`a`, `b`), DELETE ON `market`.`posting` TO `u`@`%`", {"SELECT", "UPDATE", "DELETE"}),
        ("GRANT DROP ON *.* TO `u`@`%` WITH GRANT OPTION", {"DROP"}),
        ("GRANT ALTER ON `mark%`.* TO `u`@`%`", {"ALTER"}),
        ("GRANT ALTER ON `marke_`.* TO `u`@`%`", {"ALTER"}),
        ("GRANT ALTER ON `marke\\_`.* TO `u`@`%`", set[str]()),
        ("GRANT ALTER ON `other`.* TO `u`@`%`", set[str]()),
        ("GRANT UPDATE ON `market`.`cart` TO `u`@`%`", set[str]()),
        ("GRANT `market_app`@`%` TO `u`@`%`", set[str]()),
        ("GRANT USAGE ON *.* TO `u`@`%`", {"USAGE"}),
    ],
)
def test_a_right_counts_where_its_pattern_reaches_the_table(line, held):
    assert set(rights_held(line, "market", {"posting"})) == held
