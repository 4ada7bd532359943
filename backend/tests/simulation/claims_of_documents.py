"""What must be true of documents: each once, for exactly what it is about, and numbered without a gap."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from json import loads
from typing import Final

from tests.simulation.evidence import Broken, Evidence


def what_left_is_billed_once(seen: Evidence) -> Broken:
    """Every part of which something has left has one invoice, for all that it costs; no other part has any."""
    billed = _sums(seen, "invoice")
    for part_id, total in seen.rows("SELECT id, total_minor FROM seller_order WHERE shipped_at IS NOT NULL"):
        if (sums := billed.pop(part_id, [])) != [total]:
            yield f"part {part_id} left and costs {total}, and was billed {sums}"
    yield from (f"part {part_id} was billed {sums}, and nothing of it has left" for part_id, sums in billed.items())


def what_is_not_owed_is_credited_once(seen: Evidence) -> Broken:
    """Every return whose money went back, and every part that came back unpaid, has one credit note for what it is worth."""
    credited = _sums(seen, "credit_note")
    owed_no_more = (
        "SELECT id, net_minor + tax_minor FROM return_request WHERE state = 'refunded' "
        "UNION ALL SELECT id, total_minor FROM seller_order WHERE state = 'cancelled' AND shipped_at IS NOT NULL"
    )
    for subject_id, amount in seen.rows(owed_no_more):
        if (sums := credited.pop(subject_id, [])) != [amount]:
            yield f"{amount} of {subject_id} is owed no more, and {sums} was credited"
    yield from (f"{sums} of {subject_id} was credited and is owed" for subject_id, sums in credited.items())


def numbers_have_no_gap(seen: Evidence) -> Broken:
    """The numbers of a seller in a marketplace are as many as its documents of a kind, from one on."""
    series: defaultdict[tuple[int, int, str], list[int]] = defaultdict(list)
    for tenant_id, seller_id, kind, number in seen.rows("SELECT tenant_id, seller_id, kind, number FROM document WHERE number <> ''"):
        series[tenant_id, seller_id, kind].append(int(number.rpartition("-")[2].lstrip("C")))
    for key, numbers in series.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the numbers of {key} are {sorted(numbers)}"


def _sums(seen: Evidence, kind: str) -> dict[int, list[int]]:
    """What stands under the documents of this kind, by what they are about."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for subject_id, facts in seen.rows("SELECT subject_id, facts FROM document WHERE kind = ?", kind):
        said = loads(facts)
        rows = [*said["rows"], *([said["delivery"]] if said["delivery"] else [])]
        found[subject_id].append(sum(row["net"] + row["tax"] for row in rows))
    return found


DOCUMENTS: Final[Sequence[Callable[[Evidence], Broken]]] = (
    what_left_is_billed_once, what_is_not_owed_is_credited_once, numbers_have_no_gap,
)  # fmt: skip
