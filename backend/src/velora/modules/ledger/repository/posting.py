"""What a batch of journals writes: keys first, balances last, one statement per table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from velora.modules.ledger.models import LedgerAccount, LedgerBalance, LedgerEpoch, LedgerJournal, LedgerKey, LedgerPosting
from velora.modules.ledger.policy import Written, kind_of, leaf_of, net_by_account
from velora.modules.ledger.policy.seals import SHARD
from velora.platform.db import Duplicate, UnitOfWork

AccountKey = tuple[int, str, str]  # tenant, code, currency
KeyOf = tuple[int, bytes]  # tenant, hash


@dataclass(frozen=True, slots=True)
class Claim:
    """A business key with the journal that wants it."""

    tenant_id: int
    key_hash: bytes
    fingerprint: bytes
    journal_id: int


# The newest epoch is open, or was a moment ago: whoever seals opens the next one before closing it. Holding its row keeps it open
# until we have committed, so that nothing is added to an epoch that is being sealed. SQLite has one writer at a time, and no need.
_NEWEST_EPOCH: Final = (
    select(LedgerEpoch.n, LedgerEpoch.closed)
    .where(LedgerEpoch.shard == SHARD)
    .order_by(LedgerEpoch.n.desc())
    .limit(1)
    .with_for_update(read=True)
)

# Account ids never change, so a committed one is remembered for as long as its engine lives.
_known: WeakKeyDictionary[AsyncEngine, dict[AccountKey, int]] = WeakKeyDictionary()
# What a unit of work opened itself may yet be rolled back, and is not remembered from it.
_opened: WeakKeyDictionary[UnitOfWork, set[int]] = WeakKeyDictionary()


async def claim_keys(uow: UnitOfWork, claims: Sequence[Claim]) -> dict[KeyOf, Claim]:
    """Who holds each key now: the claim itself where the key was free, else the one written before."""
    wanted: dict[KeyOf, Claim] = {}
    for claim in claims:
        wanted.setdefault((claim.tenant_id, claim.key_hash), claim)
    holders: dict[KeyOf, Claim] = {}
    missing: dict[KeyOf, Claim] = wanted
    while missing:
        rows: list[dict[str, object]] = [
            {"tenant_id": claim.tenant_id, "key_hash": claim.key_hash, "fingerprint": claim.fingerprint, "journal_id": claim.journal_id}
            for _, claim in sorted(missing.items())
        ]
        try:
            await uow.insert(LedgerKey, rows)
        except Duplicate:
            holders |= await keys_there(uow, missing)
            missing = {key: claim for key, claim in missing.items() if key not in holders}
        else:
            holders |= missing
            break
    return holders


async def keys_there(uow: UnitOfWork, keys: Collection[KeyOf]) -> dict[KeyOf, Claim]:
    """Those of the keys that are written, with what they stand for."""
    rows = await uow.all(
        select(LedgerKey.tenant_id, LedgerKey.key_hash, LedgerKey.fingerprint, LedgerKey.journal_id).where(
            LedgerKey.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerKey.key_hash.in_({key_hash for _, key_hash in keys})
        )
    )
    found = (Claim(tenant_id, bytes(key_hash), bytes(fingerprint), journal_id) for tenant_id, key_hash, fingerprint, journal_id in rows)
    return {(claim.tenant_id, claim.key_hash): claim for claim in found if (claim.tenant_id, claim.key_hash) in keys}


async def open_epoch(uow: UnitOfWork) -> int:
    """The epoch that journals are written into now; it stays open until this transaction ends. Read once a batch.

    Raises LookupError where there is none: the schema brings the first one.
    """
    while newest := await uow.first(_NEWEST_EPOCH):
        n, closed = newest
        if not closed:
            return n
    raise LookupError("The ledger has no epoch to write into: its table ledger_epoch is empty. Restore it from a backup; velora doctor.")


async def account_ids(uow: UnitOfWork, wanted: Collection[AccountKey]) -> Mapping[AccountKey, int]:
    """The id of every account; those used for the first time are opened."""
    known = _known.setdefault(uow.connection.engine, {})
    missing = {key for key in wanted if key not in known}
    if not missing:
        return known
    mine = _opened.setdefault(uow, set())
    found = await _accounts_there(uow, missing)
    while new := sorted(missing - found.keys()):
        opened = [(key, uow.new_id()) for key in new]
        try:
            await uow.insert(LedgerAccount, [_account_row(key, account_id) for key, account_id in opened])
        except Duplicate:  # another transaction opened some of them first: theirs count
            found = await _accounts_there(uow, missing)
            ours = dict(opened)
            opened = [(key, account_id) for key, account_id in found.items() if ours.get(key) == account_id]
        else:
            found |= dict(opened)
        mine.update(account_id for _, account_id in opened)
        await uow.insert(LedgerBalance, [_balance_row(key, account_id) for key, account_id in sorted(opened, key=_by_tenant_and_id)])
    known.update((key, account_id) for key, account_id in found.items() if account_id not in mine)
    return known | found


async def write(uow: UnitOfWork, journals: Sequence[Written], folded: Collection[int]) -> None:
    """The journals with their postings; then, last, what each account gains but the folded. Raises CheckFailed for a broken floor."""
    uow.insert_soon(LedgerJournal, [_journal_row(journal) for journal in journals])
    uow.insert_soon(
        LedgerPosting,
        [
            {
                "tenant_id": journal.tenant_id, "journal_id": journal.id, "line": line, "debit_account_id": debit,
                "credit_account_id": credit, "amount": amount, "currency": currency,
            }
            for journal in journals
            for line, debit, credit, amount, currency in journal.postings
        ],
    )  # fmt: skip
    gains = net_by_account(
        (journal.tenant_id, debit, credit, amount) for journal in journals for _, debit, credit, amount, _ in journal.postings
    )
    gains = {key: gain for key, gain in gains.items() if key[1] not in folded}
    met = await uow.add_to(LedgerBalance, gains)
    if met != len(gains):
        _known.pop(uow.connection.engine, None)
        raise LookupError(f"{len(gains) - met} accounts have no balance row. Was the database replaced under this process? Try again.")


async def _accounts_there(uow: UnitOfWork, wanted: Collection[AccountKey]) -> dict[AccountKey, int]:
    rows = await uow.all(
        select(LedgerAccount.tenant_id, LedgerAccount.code, LedgerAccount.currency, LedgerAccount.id).where(
            LedgerAccount.tenant_id.in_({tenant_id for tenant_id, _, _ in wanted}), LedgerAccount.code.in_({code for _, code, _ in wanted})
        )
    )
    return {(tenant_id, code, currency): id_ for tenant_id, code, currency, id_ in rows if (tenant_id, code, currency) in wanted}


def _by_tenant_and_id(opened: tuple[AccountKey, int]) -> tuple[int, int]:
    return opened[0][0], opened[1]


def _account_row(key: AccountKey, account_id: int) -> dict[str, object]:
    tenant_id, code, currency = key
    kind = kind_of(code)
    return {
        "tenant_id": tenant_id, "id": account_id, "code": code, "class": kind.account_class.value, "normal": kind.normal,
        "currency": currency, "floor_rule": kind.floor, "heat": int(kind.folded),
    }  # fmt: skip


def _balance_row(key: AccountKey, account_id: int) -> dict[str, object]:
    tenant_id, code, _ = key
    return {
        "tenant_id": tenant_id, "account_id": account_id, "debit": 0, "credit": 0, "pending_debit": 0, "pending_credit": 0,
        "version": 0, "floor": kind_of(code).floor,
    }  # fmt: skip


def _journal_row(journal: Written) -> dict[str, object]:
    return {
        "tenant_id": journal.tenant_id, "id": journal.id, "shard": journal.shard, "epoch": journal.epoch, "kind": journal.kind,
        "effective_at": journal.effective_at, "recorded_at": journal.recorded_at, "reverses_id": journal.reverses_id,
        "actor_ref": journal.actor_ref, "payload": journal.payload, "leaf": leaf_of(journal),
    }  # fmt: skip
