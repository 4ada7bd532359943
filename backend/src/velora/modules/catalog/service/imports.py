"""How far an import has come, for whoever asks while it runs and after."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from velora.modules.catalog import repository
from velora.modules.catalog.models import ImportRun
from velora.platform.db import UnitOfWork

# A running import says so with every batch, which takes seconds. One that is silent for longer was stopped with its process.
SILENT_FOR: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """States: running, finished, failed (the file as a whole), interrupted (send it again). Errors are (row, column, problem)."""

    state: str
    rows: int
    done: int  # rows looked at, good and bad
    failed: int
    errors: tuple[tuple[int, str, str], ...]

    @property
    def percent(self) -> int:
        return 100 if self.state == "finished" else self.done * 100 // self.rows if self.rows else 0


async def begin_import(uow: UnitOfWork, tenant_id: int, seller_id: int) -> int:
    """The operation under which an import tells its progress."""
    id_ = uow.new_id()
    row: dict[str, object] = {"id": id_, "seller_id": seller_id, "tenant_id": tenant_id, "state": "running", "started_at": uow.now}
    await uow.insert(ImportRun, [{**row, "rows": 0, "done": 0, "failed": 0, "errors": [], "updated_at": uow.now}])
    return id_


async def note_import(uow: UnitOfWork, seller_id: int, id_: int, progress: ImportProgress) -> None:
    """The import has come this far."""
    values = {
        "state": progress.state,
        "rows": progress.rows,
        "done": progress.done,
        "failed": progress.failed,
        "errors": [list(error) for error in progress.errors],
        "updated_at": uow.now,
    }
    await uow.set_on(ImportRun, {(seller_id, id_): values})


async def import_progress(uow: UnitOfWork, seller_id: int, id_: int) -> ImportProgress | None:
    """How far the seller's import has come; None when there is no such."""
    run = await repository.import_run(uow, seller_id, id_)
    if run is None:
        return None
    silent = run.state == "running" and uow.now - run.updated_at > SILENT_FOR
    errors = tuple((int(row), str(column), str(problem)) for row, column, problem in run.errors)
    return ImportProgress("interrupted" if silent else run.state, run.rows, run.done, run.failed, errors)
