"""What is on sale, as the search index knows it: kept by events, and built anew beside the one that answers.

The index is a copy. What is wrong in it is right again after `rebuild_index`, and pages that must be right read the database.
"""

from velora.flows.indexing.documents import documents_of
from velora.flows.indexing.keep import forget_gone, index_listings
from velora.flows.indexing.rebuild import NothingToRestore, Rebuilt, build_anew, mend_index, rebuild_index, restore_index
from velora.flows.indexing.verify import IndexWrong, Verified, verify_index

__all__ = [
    "IndexWrong",
    "NothingToRestore",
    "Rebuilt",
    "Verified",
    "build_anew",
    "documents_of",
    "forget_gone",
    "index_listings",
    "mend_index",
    "rebuild_index",
    "restore_index",
    "verify_index",
]
