"""Finding what a marketplace sells: full text with typo tolerance, facets with counts, suggestions.

port     what every engine must do (its docstrings are the contract; tests/contract/test_search.py holds it)
words    spelling help that needs no engine
tantivy  the embedded engine: one folder
"""

from velora.platform.search.port import (
    MAX_OFFSET,
    Document,
    Facet,
    FacetValue,
    Found,
    Hit,
    Key,
    Query,
    SearchIndex,
    SearchUnavailable,
    Sort,
    Suggestions,
    Value,
)

__all__ = [
    "MAX_OFFSET",
    "Document",
    "Facet",
    "FacetValue",
    "Found",
    "Hit",
    "Key",
    "Query",
    "SearchIndex",
    "SearchUnavailable",
    "Sort",
    "Suggestions",
    "Value",
]
