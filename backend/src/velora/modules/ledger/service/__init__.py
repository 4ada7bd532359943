"""The ledger's use cases: post what happened, read what stands, doubt all of it."""

from velora.modules.ledger.policy import AccountRef, Journal, Leg, Posted, Replayed, legs
from velora.modules.ledger.repository.reading import Account
from velora.modules.ledger.service.post import Outcome, post
from velora.modules.ledger.service.read import (
    JournalView,
    LegView,
    Statement,
    StatementLine,
    TrialRow,
    account,
    accounts,
    balances,
    count_from,
    count_of_kind,
    count_there,
    counts,
    daily,
    find,
    journals,
    statement,
    statement_csv,
    trial_balance,
)
from velora.modules.ledger.service.verify import Check, Progress, verify

__all__ = [
    "Account",
    "AccountRef",
    "Check",
    "Journal",
    "JournalView",
    "Leg",
    "LegView",
    "Outcome",
    "Posted",
    "Progress",
    "Replayed",
    "Statement",
    "StatementLine",
    "TrialRow",
    "account",
    "accounts",
    "balances",
    "count_from",
    "count_of_kind",
    "count_there",
    "counts",
    "daily",
    "find",
    "journals",
    "legs",
    "post",
    "statement",
    "statement_csv",
    "trial_balance",
    "verify",
]
