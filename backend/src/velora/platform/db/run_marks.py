"""How far a long run has come: steps that were taken to their end are not taken again, however much later the run goes on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db.base import ACROSS_TENANTS, Base, TenantOwned
from velora.platform.db.types import Digest, UtcTime
from velora.platform.db.uow import UnitOfWork


class RunMark(TenantOwned, Base):
    """This step of this run was taken to its end. `run` is a digest of all that the run is about.

    Beside the idempotency keys, whose cousin it is, but not among them: a key has an answer and goes after some days, a mark says yes
    and stays. Not in a module, for none of them knows of runs; and flows own no tables.
    """

    __tablename__ = "run_mark"

    run: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    step: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcTime)


async def steps_done(uow: UnitOfWork, tenant_id: int, run: bytes) -> set[str]:
    """The steps of the run that were taken to their end."""
    return set(await uow.entities(select(RunMark.step).where(RunMark.tenant_id == tenant_id, RunMark.run == run)))


async def done_for(uow: UnitOfWork, run: bytes, step: str) -> set[int]:
    """The tenants for whom this step was taken to its end."""
    done = select(RunMark.tenant_id).where(RunMark.run == run, RunMark.step == step)
    return set(await uow.entities(done.execution_options(**ACROSS_TENANTS)))


async def mark_done(uow: UnitOfWork, tenant_id: int, run: bytes, steps: Sequence[str]) -> None:
    """These steps were taken to their end. Raises Duplicate for one that was before: two runs at once are none."""
    await uow.insert(RunMark, [{"tenant_id": tenant_id, "run": run, "step": step, "done_at": uow.now} for step in steps])
