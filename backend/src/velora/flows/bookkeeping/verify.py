"""`velora ledger verify`: every invariant of the books that today's tables allow, each with its count, which must be 0.

11 to 13 need what lies outside the database: the keys that blocks were signed with, and their anchors. 24 is of MySQL alone, which has
partitions. 19 holds the gateway's account against what the
gateway answered for each payment, refund and dispute. Its own books, and the bank's, are not asked: no report of theirs is read yet, and a
sandbox's books lie in the home folder of each server, apart from the database, so that a comparison would find differences that are
none.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Select, select

from velora.flows import dispute_postings, postings
from velora.flows.bookkeeping.awaited import wrong_dues
from velora.flows.bookkeeping.dropped import check_dropped
from velora.flows.bookkeeping.outside_money import at_gateway, through_bank
from velora.flows.bookkeeping.seal import anchors_of
from velora.kernel.ids import decode, encode, first_id_at
from velora.modules.commission import service as commission
from velora.modules.credit import service as credit
from velora.modules.disputes import service as disputes
from velora.modules.escrow import service as escrow
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.ledger.events import JournalsPosted
from velora.modules.ledger.policy import sub_of
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.service import Check, Progress
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payouts import service as payouts
from velora.modules.suspense import service as suspense
from velora.modules.tenants import service as tenants
from velora.platform.anchors.port import Anchors
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.ddl import rows_out_of_place
from velora.platform.db.outbox import RELAYED_KEPT, OutboxEvent
from velora.platform.signing import SigningKeys

_PAGE: Final = 500
_LINES: Final = 2000
_EXAMPLES: Final = 5
# A day less than events are kept: what is being removed meanwhile, by a clock that goes before ours, is not missed.
_TOLD_WITHIN: Final = RELAYED_KEPT - timedelta(days=1)
_COUNTED: Final = 1000  # of those that the database looks for itself

Place = tuple[int, str, str]  # tenant, account code, currency


@dataclass(frozen=True)
class Verdict:
    """All checks, by number."""

    checks: tuple[Check, ...]

    @property
    def clean(self) -> bool:
        return not any(check.count for check in self.checks)


@dataclass(frozen=True)
class Outside:
    """What proves the ledger and lies outside the database.

    `archive` is where the archives of dropped months lie, if not where they lay when those were dropped; they are left out where
    `looks_at_archives` is false.
    """

    keys: SigningKeys
    anchors: Anchors
    archive: Path | None = None
    looks_at_archives: bool = True


def _quietly(name: str, done: int) -> None:
    return None


async def verify(
    db: Database,
    tenant_id: int | None = None,
    progress: Progress = _quietly,
    *,
    outside: Outside | None = None,
    since: datetime | None = None,
) -> Verdict:
    """The books of one tenant, or of all, at one moment. `progress(what, how many more)` is told as it goes. Bounded memory.

    With `since`, of the journals only those are looked at one by one that were sealed from then on. Without `outside`, signatures
    and anchors (13) are left out. Raises AnchorsAway.
    """
    # What was anchored before the moment at which the books are read must be in them; what is sealed meanwhile is not missed.
    anchored = await outside.anchors.newest(SHARD) if outside else None
    async with db.snapshot(None) as uow:
        after_n = await ledger.newest_before(uow, since) if since else 0
        return await examine(uow, tenant_id, progress, outside=outside, after_n=after_n, anchored=anchored.n if anchored else 0)


async def examine(
    uow: UnitOfWork,
    tenant_id: int | None,
    progress: Progress = _quietly,
    *,
    outside: Outside | None = None,
    after_n: int = 0,
    anchored: int = 0,
) -> Verdict:
    """The same, as this unit of work sees the books: journals after block `after_n`, anchors up to block `anchored`."""
    checks = await ledger.verify(uow, tenant_id, progress, verifies=outside.keys.verifies if outside else None, after_n=after_n)
    checks += [
        await question(uow, tenant_id, progress)
        for question in (_refunds, _captures, _escrow, _payouts, _clearing, _gateway, _debts, _outbox, _commission, _stock)
    ]
    if tenant_id is None and uow.connection.dialect.name == "mysql":
        checks.append(await _months(uow, progress))
    if tenant_id is None:
        progress("dropped months", 0)
        where, looks = (outside.archive, outside.looks_at_archives) if outside else (None, False)
        checks.append(await check_dropped(uow, outside.keys if outside else None, archive=where, look_there=looks))
    if outside and tenant_id is None:
        checks.append(await _anchors(uow, progress, outside, after_n, anchored))
    return Verdict(tuple(sorted(checks, key=lambda check: check.number)))


async def _anchors(uow: UnitOfWork, progress: Progress, outside: Outside, after_n: int, upto: int) -> Check:
    """13: every block up to the newest anchor has its anchor, every anchor its block, and they say the same."""
    blocks = ledger.blocks(uow, after_n, upto)
    block = await anext(blocks, None)
    wrong: list[int] = []
    async for one in outside.anchors.read(SHARD, after=after_n):
        if one.n > upto:
            break
        progress("anchors", 1)
        while block is not None and block.block.n < one.n:
            wrong.append(block.block.n)
            block = await anext(blocks, None)
        if block is None or block.block.n != one.n:
            wrong.append(one.n)
            continue
        if anchors_of([block]) != [one]:
            wrong.append(one.n)
        block = await anext(blocks, None)
    while block is not None:
        wrong.append(block.block.n)
        block = await anext(blocks, None)
    return Check(13, "anchors and blocks differ", len(wrong), tuple(f"block {n}" for n in wrong[:_EXAMPLES]))


async def _refunds(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """14: what goes back of a card is counted, and so is what goes back of store credit; of both never more than was paid."""
    progress("refunds", 0)
    wrong = await payments.miscounted(uow, tenant_id, limit=_COUNTED)
    told = await disputes.disputed_by_intent(uow, tenant_id)
    wrong += sorted({intent for (_, intent), _ in (await payments.disputed_sums(uow, tenant_id)).items() ^ told.items()})
    paid: Counter[Place] = Counter()
    for tenant, currency, used in await payments.credit_sums(uow, tenant_id):
        paid[tenant, "used", currency] += used
    for tenant, currency, state, _, of_credit, *_ in await payments.refund_sums(uow, tenant_id):
        if state != "failed":
            paid[tenant, "back", currency] += of_credit
    counted: Counter[Place] = Counter()
    for tenant, currency, _, used, back in await credit.use_sums(uow, tenant_id):
        counted[tenant, "used", currency] += used
        counted[tenant, "back", currency] += back
    apart = len(_differing(paid, counted))
    return _check(14, "refunds exceed what was captured, or are miscounted", "pi", wrong, more=apart)


async def _captures(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """15: every captured payment has its journal; with as many of either, the reverse holds too."""
    wrong: list[int] = []
    captured = 0
    for tenant in await _tenants(uow, tenant_id):
        after = 0
        while page := await payments.walk_captured(uow, tenant_id=tenant, after=after, limit=_PAGE):
            found = await ledger.find(uow, {(tenant, postings.capture_key(intent)) for intent in page})
            wrong += [intent for intent in page if (tenant, postings.capture_key(intent)) not in found]
            captured += len(page)
            after = page[-1]
            progress("payments", len(page))
    surplus = await ledger.count_of_kind(uow, tenant_id, "capture") - (captured - len(wrong))
    return _check(15, "captured payments without exactly one capture journal, and the reverse", "pi", wrong, more=abs(surplus))


async def _escrow(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """16: what is held by seller is what the ledger holds for it, nothing ended with a rest, and open disputes freeze theirs alone."""
    progress("escrow", 0)
    held = Counter(
        {(tenant, str(postings.escrow(seller)), currency): rest for tenant, seller, currency, rest in await escrow.rests(uow, tenant_id)}
    )
    booked = await _booked(uow, tenant_id, f"{postings.ESCROW}:")
    sellers = {decode("sel", sub_of(code)) for _, code, _ in _differing(held, booked)}
    count, some = await escrow.wrongly_ended(uow, tenant_id, limit=_COUNTED)
    disputed = {(tenant, part) for tenant, _, _, part, in_escrow, _ in await disputes.open_shares(uow, tenant_id) if in_escrow}
    parts = [*some, *sorted(part for _, part in disputed ^ await escrow.frozen(uow, tenant_id))]
    check = _check(16, "escrow held is not captured − refunded − released", "sel", sorted(sellers))
    count += len(parts) - len(some)
    return replace(check, count=check.count + count, examples=(*check.examples, *(encode("sor", one) for one in parts[:_EXAMPLES])))


async def _payouts(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """17: each payout is reserved once, and paid or failed as its state says, never both."""
    wrong: list[int] = []
    seen = 0
    for tenant in await _tenants(uow, tenant_id):
        after = 0
        while page := await payouts.walk(uow, tenant_id=tenant, after=after, limit=_PAGE):
            wrong += await _misbooked(uow, page)
            seen += len(page)
            after = page[-1].id
            progress("payouts", len(page))
    surplus = await ledger.count_of_kind(uow, tenant_id, "payout") - seen
    return _check(17, "payouts without exactly one reserve journal, or both failed and paid", "pay", wrong, more=max(surplus, 0))


async def _misbooked(uow: UnitOfWork, page: Sequence[payouts.PayoutFacts]) -> list[int]:
    keys = {one.id: (postings.payout_key(one.id), postings.payout_paid_key(one.id), postings.payout_failed_key(one.id)) for one in page}
    found = await ledger.find(uow, {(one.tenant_id, key) for one in page for key in keys[one.id]})
    return [
        one.id
        for one in page
        if tuple((one.tenant_id, key) in found for key in keys[one.id]) != (True, one.state == "paid", one.state == "failed")
    ]


async def _clearing(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """18: clearing holds exactly what is open: payouts, refunds, disputes, what matches nothing; the memos, what is held and awaited.

    A buyer's store credit is what the account says, and what unpaid orders hold of it is what its row says.
    """
    progress("clearing", 0)
    open_: Counter[Place] = Counter()
    for tenant, currency, total in await payments.held_sums(uow, tenant_id):
        open_[tenant, str(postings.AUTHORISED), currency] += total
        open_[tenant, str(postings.AUTHORISED_AGAINST), currency] += total
    for tenant, currency, total in await payments.awaited_sums(uow, tenant_id):
        open_[tenant, str(postings.AWAITED), currency] += total
        open_[tenant, str(postings.AWAITED_AGAINST), currency] += total
    for tenant, currency, state, total, *_ in await payments.refund_sums(uow, tenant_id):
        if state == "requested":
            open_[tenant, str(postings.REFUND_CLEARING), currency] += total
    for tenant, _, currency, state, total in await payouts.sums(uow, tenant_id=tenant_id):
        if state in payouts.OPEN:
            open_[tenant, str(postings.PAYOUT_CLEARING), currency] += total
    for tenant, currency, _, state, how, total in await suspense.sums(uow, tenant_id):
        if state in suspense.UNSETTLED or how is suspense.Settlement.TAKE:
            open_[tenant, str(postings.SUSPENSE), currency] += total  # of what was taken, the capture's debit follows
        elif state is suspense.CaseState.GIVING_BACK:
            open_[tenant, str(postings.REFUND_CLEARING), currency] += total
    for tenant, currency, total in await ledger.credited_by(uow, tenant_id, code=str(postings.SUSPENSE), kind="capture"):
        open_[tenant, str(postings.SUSPENSE), currency] += total  # taken at the gateway by hand, less what paid orders from here
    for tenant, currency, state, _, covered, suspended, *_ in await disputes.sums(uow, tenant_id):
        open_[tenant, str(dispute_postings.DISPUTES), currency] += covered if state is disputes.State.OPEN else 0
        open_[tenant, str(postings.SUSPENSE), currency] -= suspended
    for tenant, currency, seller, _, _, kept in await disputes.open_shares(uow, tenant_id):
        open_[tenant, str(dispute_postings.dispute_hold(seller)), currency] += kept
    booked: Counter[Place] = Counter()
    memo = (str(one) for one in (postings.AUTHORISED, postings.AUTHORISED_AGAINST, postings.AWAITED, postings.AWAITED_AGAINST))
    disputed = (str(dispute_postings.DISPUTES), dispute_postings.HOLD)
    for code in (str(postings.REFUND_CLEARING), str(postings.PAYOUT_CLEARING), str(postings.SUSPENSE), *memo, *disputed):
        booked.update(await _booked(uow, tenant_id, code))  # adds up: suspense may stand below nothing, where something is wrong
    wrong = sorted(tenant for tenant, _, _ in _differing(open_, booked))
    check = _check(18, "a clearing account, a buyer's store credit, or what is awaited is not the sum of what is open", "ten", wrong)
    buyers = [*await _wrong_credit(uow, tenant_id, progress), *await wrong_dues(uow, await _tenants(uow, tenant_id), progress)]
    return replace(check, count=check.count + len(buyers), examples=(*check.examples, *buyers[:_EXAMPLES]))


async def _wrong_credit(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> list[str]:
    """Buyers whose credit is not what the ledger says, or not what their orders hold of it; marketplaces whose credit has no owner."""
    wrong: list[str] = []
    owned: Counter[Place] = Counter()
    for tenant in await _tenants(uow, tenant_id):
        after = 0
        while page := await credit.walk(uow, tenant_id=tenant, after=after, limit=_PAGE):
            booked = await ledger.balances(uow, {(tenant, str(postings.credit(one.account_id))) for one, _ in page})
            for one, held in page:
                owned[tenant, postings.CREDIT, one.currency] += one.balance_minor
                there = booked.get((tenant, str(postings.credit(one.account_id)), one.currency), 0)
                if (one.balance_minor, one.held_minor) != (there, held):
                    wrong.append(encode("acc", one.account_id))
            after = page[-1][0].account_id
            progress("credit", len(page))
    booked_sums: Counter[Place] = Counter()
    for (tenant, _, currency), balance in (await _booked(uow, tenant_id, f"{postings.CREDIT}:")).items():
        booked_sums[tenant, postings.CREDIT, currency] += balance
    return wrong + [encode("ten", tenant) for tenant, _, _ in _differing(owned, booked_sums)]


async def _gateway(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """19, half of it: what lies at the gateway is what it said it took, less what it kept, gave back and changed; and what was recorded of
    the bank's statement is what the account says of it, what goes back by it what is on the list of transfers. Open payments lie nowhere.
    """
    progress("gateway", 0)
    said = await at_gateway(uow, tenant_id)
    wrong = {tenant for tenant, _, _ in _differing(said, await _booked(uow, tenant_id, str(postings.CLEARING)))}
    told, moved = await through_bank(uow, tenant_id)
    wrong |= {tenant for tenant, _, _ in _differing(told, moved)}
    return _check(19, "gateway clearing or bank is not what was taken there, kept and given back", "ten", sorted(wrong))


async def _debts(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """20: nobody was paid out who owed; the order of the journals says what came before."""
    progress("debts", 0)
    count, some = await ledger.taken_while_owing(uow, tenant_id, kind="payout", taken=postings.PAYABLE, owed=postings.RECEIVABLE)
    return Check(20, "payouts made while the seller owed", count, tuple(encode("jrn", one) for one in some))


async def _outbox(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """22: every journal of the last days was told in the outbox, once: what was told long ago is not kept there.

    A journal is made before its event, so those from an id on have theirs from that id on. An effect cannot be applied twice: the
    inbox's key refuses it.
    """
    first = first_id_at(uow.now - _TOLD_WITHIN)
    told = missing = 0
    after = first - 1
    while rows := await uow.all(_told(tenant_id, after)):
        events = [JournalsPosted(tenant, payload["first_journal_id"], tuple(payload["journal_ids"])) for _, tenant, payload in rows]
        keys = [(event.tenant_id, journal_id) for event in events for journal_id in event.journal_ids if journal_id >= first]
        told += len(set(keys))
        missing += len(keys) - await ledger.count_there(uow, set(keys))
        after = rows[-1][0]
        progress("events", len(rows))
    journals = await ledger.count_from(uow, tenant_id, first)
    return Check(22, "journals that were not told in the outbox exactly once", abs(journals - told) + missing)


def _told(tenant_id: int | None, after: int) -> Select[int, int, Any]:
    statement = (
        select(OutboxEvent.id, OutboxEvent.tenant_id, OutboxEvent.payload)
        .where(OutboxEvent.type == JournalsPosted.type, OutboxEvent.id > after)
        .order_by(OutboxEvent.id)
        .limit(_PAGE)
    )
    return statement if tenant_id is None else statement.where(OutboxEvent.tenant_id == tenant_id)


async def _months(uow: UnitOfWork, progress: Progress) -> Check:
    """24: every row lies in the partition of its month, and none outside of all months."""
    progress("partitions", 0)
    wrong = await rows_out_of_place(uow.connection)
    examples = tuple(f"{count} in {place}" for place, count in wrong.items())
    return Check(24, "rows in the partition of another month, or of none", sum(wrong.values()), examples[:_EXAMPLES])


async def _commission(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """25: what stands on every sold line is what the version of its rule takes."""
    wrong: list[int] = []
    for tenant, facts in (await tenants.by_id(uow, await _tenants(uow, tenant_id))).items():
        after = 0
        while page := await orders.walk_commissions(uow, tenant_id=tenant, after=after, limit=_LINES):
            wrong += await commission.misapplied(uow, [commission.SoldLine(*row) for row in page], main=facts.currency)
            after = page[-1][1]
            progress("lines", len(page))
    return _check(25, "commission is not what the stored rule version takes", "lin", wrong)


async def _stock(uow: UnitOfWork, tenant_id: int | None, progress: Progress) -> Check:
    """26: stock belongs to sellers, so it is checked as a whole, whichever tenant is asked for."""
    progress("stock", 0)
    return _check(26, "stock: promises are not what is reserved", "var", await inventory.wrong_levels(uow, limit=_COUNTED))


async def _tenants(uow: UnitOfWork, tenant_id: int | None) -> list[int]:
    return [tenant_id] if tenant_id is not None else [tenant.id for tenant in await tenants.all_tenants(uow)]


async def _booked(uow: UnitOfWork, tenant_id: int | None, prefix: str) -> Counter[Place]:
    accounts = await ledger.accounts(uow, tenant_id=tenant_id, code_prefix=prefix)
    return Counter({(one.tenant_id, one.code, one.currency): one.balance_minor for one in accounts})


def _differing(one: Counter[Place], other: Counter[Place]) -> list[Place]:
    return [place for place in one.keys() | other.keys() if one[place] != other[place]]


def _check(number: int, name: str, prefix: str, wrong: Sequence[int], *, more: int = 0) -> Check:
    return Check(number, name, len(wrong) + more, tuple(encode(prefix, one) for one in wrong[:_EXAMPLES]))
