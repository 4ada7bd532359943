"""Posting: the one way in which money moves."""

from collections.abc import Sequence
from datetime import UTC

from velora.modules.ledger.errors import InsufficientFunds, KeyReused
from velora.modules.ledger.events import JournalsPosted
from velora.modules.ledger.policy import Journal, Leg, Posted, Replayed, Written, fingerprint_of, key_hash, kind_of, must_be_postable
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.repository import posting
from velora.modules.ledger.repository.posting import AccountKey, Claim
from velora.platform.db import CheckFailed, UnitOfWork

Outcome = Posted | Replayed | KeyReused


async def post(uow: UnitOfWork, journals: Sequence[Journal]) -> list[Outcome]:
    """Every journal stands in the ledger once, however often it is asked for; the balances move last.

    Answers in the order asked: Posted, Replayed (the same movement stood there already), or KeyReused (the key stands for
    another movement; this one was not written). Raises InsufficientFunds when a floor would break: then the transaction
    must be given up, and whoever can tell which item is to blame tries them one by one.
    """
    for journal in journals:
        must_be_postable(journal)
    claims = [Claim(journal.tenant_id, key_hash(journal.key), fingerprint_of(journal), uow.new_id()) for journal in journals]
    holders = await posting.claim_keys(uow, claims)
    outcomes = [_outcome(journal, claim, holders[claim.tenant_id, claim.key_hash]) for journal, claim in zip(journals, claims, strict=True)]
    await _write(
        uow, [(journal, outcome.journal_id) for journal, outcome in zip(journals, outcomes, strict=True) if isinstance(outcome, Posted)]
    )
    return outcomes


def _outcome(journal: Journal, claim: Claim, holder: Claim) -> Outcome:
    if holder.journal_id == claim.journal_id:
        return Posted(claim.journal_id)
    return Replayed(holder.journal_id) if holder.fingerprint == claim.fingerprint else KeyReused(journal.key)


async def _write(uow: UnitOfWork, fresh: Sequence[tuple[Journal, int]]) -> None:
    if not fresh:
        return
    moves = [[_move(journal, leg) for leg in journal.postings] for journal, _ in fresh]
    wanted = {account for own in moves for debit, credit, *_ in own for account in (debit, credit)}
    accounts = await posting.account_ids(uow, wanted)
    epoch = await posting.open_epoch(uow)
    written = [
        Written(
            tenant_id=journal.tenant_id, id=journal_id, shard=SHARD, epoch=epoch, kind=journal.kind,
            effective_at=journal.effective_at.astimezone(UTC), recorded_at=uow.now, reverses_id=journal.reverses_id,
            actor_ref=journal.actor_ref, payload={"key": journal.key, **journal.payload},
            postings=[
                (line, accounts[debit], accounts[credit], amount, currency)
                for line, (debit, credit, amount, currency) in enumerate(own, start=1)
            ],
        )
        for (journal, journal_id), own in zip(fresh, moves, strict=True)
    ]  # fmt: skip
    by_tenant: dict[int, list[int]] = {}
    for journal in written:
        by_tenant.setdefault(journal.tenant_id, []).append(journal.id)
    uow.tell(JournalsPosted(tenant_id, ids[0], tuple(ids)) for tenant_id, ids in by_tenant.items())
    try:
        await posting.write(uow, written, {accounts[key] for key in wanted if kind_of(key[1]).folded})
    except CheckFailed as error:
        raise InsufficientFunds from error


def _move(journal: Journal, leg: Leg) -> tuple[AccountKey, AccountKey, int, str]:
    """From which account to which, in the leg's own currency where it has one."""
    currency = leg.currency or journal.currency
    return (journal.tenant_id, str(leg.debit), currency), (journal.tenant_id, str(leg.credit), currency), leg.amount_minor, currency
