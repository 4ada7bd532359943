"""Finding what a marketplace sells: full text with typo tolerance, facets with counts, suggestions.

port     what every engine must do (its docstrings are the contract; tests/contract/test_search.py holds it)
language words as terms: forms, compounds, measures, article numbers
reading  what was typed, as terms and what they weigh: for any engine
zones    a document, as terms: for any engine
synonyms which of the typed words mean others too
marks    which parts of a text are what was typed
words    spelling help that needs no engine
facets   facets as terms, for any engine

tantivy*     the embedded engine: one folder
opensearch*  OpenSearch 2
  …_rows         the shape of the index, and a document as a row of it
  …_text         a reading as queries
  …_answers      what is asked for a page, and what the answer says
  …_generations  which index is live, and which is being built
"""

from velora.platform.search.port import (
    MAX_OFFSET,
    About,
    Document,
    Facet,
    FacetValue,
    Found,
    Generation,
    Hit,
    Kept,
    Key,
    Notes,
    Piece,
    Query,
    Relaxed,
    SearchIndex,
    SearchUnavailable,
    Sort,
    Stage,
    Suggestions,
    Synonyms,
    Value,
    digest_of,
)

__all__ = [
    "MAX_OFFSET",
    "About",
    "Document",
    "Facet",
    "FacetValue",
    "Found",
    "Generation",
    "Hit",
    "Kept",
    "Key",
    "Notes",
    "Piece",
    "Query",
    "Relaxed",
    "SearchIndex",
    "SearchUnavailable",
    "Sort",
    "Stage",
    "Suggestions",
    "Synonyms",
    "Value",
    "digest_of",
]
