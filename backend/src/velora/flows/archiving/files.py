"""The files of an archived month: Parquet, compressed with zstd, written and read a few thousand rows at a time.

Journals, postings, keys and neighbours stand in the order of the trees: by block, tenant and id. So each block's root can be computed
while the files are read once, side by side.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow  # pyright: ignore[reportMissingTypeStubs] -- it has none; here its values become ours
import pyarrow.parquet  # pyright: ignore[reportMissingTypeStubs]

from velora.flows.archiving.manifest import FileFacts
from velora.modules.ledger.policy import Written
from velora.modules.ledger.policy.seals import Block
from velora.modules.ledger.service import AccountFacts, KeyRow, Neighbour, SealedBlock, Stretch

pa: Final[Any] = pyarrow
pq: Final[Any] = pyarrow.parquet

_ROWS_AT_A_TIME: Final = 20_000
_CHUNK: Final = 1 << 20

Posting = tuple[int, int, int, int, int, int, str]  # tenant, journal, line, debit account, credit account, amount, currency
AccountRow = tuple[AccountFacts, int, int]  # with what it moved on either side in this month


def _schema(text: str) -> Any:
    """Columns from lines of `name type`; a type with `?` may be empty."""
    types: dict[str, Any] = {
        "int": pa.int64(), "text": pa.string(), "hash": pa.binary(32), "bytes": pa.binary(), "time": pa.timestamp("us", tz="UTC")
    }  # fmt: skip
    columns = (part.split() for part in text.split(","))
    return pa.schema([pa.field(name, types[kind.rstrip("?")], nullable=kind.endswith("?")) for name, kind in columns])


SCHEMAS: Final[Mapping[str, Any]] = {
    "journals": _schema(
        "tenant_id int, id int, shard int, epoch int, kind text, effective_at time, recorded_at time, reverses_id int?, actor_ref text,"
        "payload text, leaf hash"
    ),
    "postings": _schema(
        "tenant_id int, journal_id int, line int, debit_account_id int, credit_account_id int, amount int, currency text"
    ),
    "keys": _schema("tenant_id int, key_hash hash, fingerprint hash, journal_id int"),
    "neighbours": _schema("n int, tenant_id int, journal_id int, leaf hash"),
    "blocks": _schema(
        "shard int, n int, prev_hash hash, merkle_root hash, block_hash hash, journals int, sums text, sealed_at time, key_id text,"
        "signature bytes, total int, round_n int"
    ),
    "accounts": _schema(
        "tenant_id int, id int, code text, class text, normal text, currency text, debit int, credit int"
    ),
}  # fmt: skip


class MonthFiles:
    """The files of a month while they are written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)
        self._counts = dict.fromkeys(SCHEMAS, 0)
        self._writers: dict[str, Any] = {
            name: pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd") for name, schema in SCHEMAS.items()
        }

    def add(self, stretch: Stretch) -> None:
        """These rows come after all that came before."""
        for one, leaf in stretch.journals:
            payload = orjson.dumps(one.payload, option=orjson.OPT_SORT_KEYS).decode()
            self._rows["journals"].append(
                (
                    one.tenant_id, one.id, one.shard, one.epoch, one.kind, one.effective_at, one.recorded_at, one.reverses_id,
                    one.actor_ref, payload, leaf,
                )
            )  # fmt: skip
            self._rows["postings"] += [(one.tenant_id, one.id, *posting) for posting in one.postings]
        self._rows["keys"] += [(one.tenant_id, one.key_hash, one.fingerprint, one.journal_id) for one in stretch.keys]
        self._rows["neighbours"] += [(one.n, one.tenant_id, one.journal_id, one.leaf) for one in stretch.neighbours]
        self._rows["blocks"] += [_row_of(one) for one in stretch.blocks]
        for name, rows in self._rows.items():
            if len(rows) >= _ROWS_AT_A_TIME:
                self._flush(name)

    def add_accounts(self, rows: Sequence[AccountRow]) -> None:
        self._rows["accounts"] += [
            (one.tenant_id, one.id, one.code, one.account_class, one.normal, one.currency, debit, credit) for one, debit, credit in rows
        ]

    def close(self) -> tuple[FileFacts, ...]:
        """The files as they lie there now."""
        for name, writer in self._writers.items():
            self._flush(name)
            writer.close()
        return tuple(facts_of(self.folder / f"{name}.parquet", self._counts[name]) for name in SCHEMAS)

    def _flush(self, name: str) -> None:
        if rows := self._rows[name]:
            schema = SCHEMAS[name]
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
            self._writers[name].write_table(pa.Table.from_arrays(arrays, schema=schema))
            self._counts[name] += len(rows)
            self._rows[name] = []


def facts_of(file: Path, rows: int) -> FileFacts:
    """The file with its digest; `rows` is what the caller has counted in it."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return FileFacts(file.name, rows, file.stat().st_size, digest.hexdigest())


def read_journals(folder: Path) -> Iterator[tuple[Written, bytes]]:
    """Every journal with its postings and its stored leaf. A posting that belongs to none of them in turn raises ValueError."""
    postings = _rows(folder, "postings")
    posting = next(postings, None)
    for tenant, id_, shard, epoch, kind, effective, recorded, reverses, actor, payload, leaf in _rows(folder, "journals"):
        mine: list[tuple[int, int, int, int, str]] = []
        while posting is not None and posting[:2] == (tenant, id_):
            mine.append(posting[2:])
            posting = next(postings, None)
        yield (Written(tenant, id_, shard, epoch, kind, effective, recorded, reverses, actor, orjson.loads(payload), mine), leaf)
    if posting is not None:
        raise ValueError("postings.parquet has postings of journals that are not in journals.parquet, or in another order.")


def read_keys(folder: Path) -> Iterator[KeyRow]:
    return (KeyRow(*row) for row in _rows(folder, "keys"))


def read_neighbours(folder: Path) -> Iterator[Neighbour]:
    return (Neighbour(*row) for row in _rows(folder, "neighbours"))


def read_blocks(folder: Path) -> Iterator[SealedBlock]:
    for shard, n, prev, root, hash_, journals, sums, sealed_at, key_id, signature, total, round_n in _rows(folder, "blocks"):
        block = Block(shard, n, prev, root, journals, orjson.loads(sums), sealed_at, key_id, signature)
        yield SealedBlock(block, hash_, total, round_n)


def read_accounts(folder: Path) -> Iterator[AccountRow]:
    return ((AccountFacts(*row[:6]), row[6], row[7]) for row in _rows(folder, "accounts"))


def _row_of(sealed: SealedBlock) -> tuple[object, ...]:
    block = sealed.block
    sums = orjson.dumps(dict(block.sums), option=orjson.OPT_SORT_KEYS).decode()
    return (
        block.shard, block.n, block.prev_hash, block.merkle_root, sealed.block_hash, block.journals, sums, block.sealed_at, block.key_id,
        block.signature, sealed.total, sealed.round_n,
    )  # fmt: skip


def _rows(folder: Path, name: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a file, in its order. Raises ValueError for a file that has other columns."""
    with pq.ParquetFile(folder / f"{name}.parquet") as file:
        if not file.schema_arrow.equals(SCHEMAS[name]):
            raise ValueError(f"{name}.parquet has other columns than an archive of this version.")
        for batch in file.iter_batches(batch_size=_ROWS_AT_A_TIME):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
