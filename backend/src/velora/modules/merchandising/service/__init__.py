"""Use cases of merchandising."""

from velora.modules.merchandising.service.knowing import Denied, Wishes, denied, deny, edition, wishes
from velora.modules.merchandising.service.queries import (
    FORGOTTEN_AT_ONCE,
    Counted,
    Frequent,
    Seen,
    count,
    day_of,
    forget_old,
    most_frequent,
    popular,
)
from velora.modules.merchandising.service.rules import Rule, add_rule, change_rule, remove_rule, rule, rules
from velora.modules.merchandising.service.synonyms import (
    Synonyms,
    add_synonyms,
    change_synonyms,
    remove_synonyms,
    synonym_set,
    synonyms,
)

__all__ = [
    "FORGOTTEN_AT_ONCE",
    "Counted",
    "Denied",
    "Frequent",
    "Rule",
    "Seen",
    "Synonyms",
    "Wishes",
    "add_rule",
    "add_synonyms",
    "change_rule",
    "change_synonyms",
    "count",
    "day_of",
    "denied",
    "deny",
    "edition",
    "forget_old",
    "most_frequent",
    "popular",
    "remove_rule",
    "remove_synonyms",
    "rule",
    "rules",
    "synonym_set",
    "synonyms",
    "wishes",
]
