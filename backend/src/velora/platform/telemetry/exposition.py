"""Figures as Prometheus reads them: of this process, or of all that serve together.

Where several processes serve on one address, each writes its figures into files of one folder, and the process that began them reads
all. What only grows is never lost with its process; what is counted of living ones is left out with the dead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead  # pyright: ignore[reportUnknownVariableType] -- untyped there

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own variable: read when its page is loaded, so only processes that begin later write there."""


def exposed(accept: str, folder: Path | None = None) -> tuple[bytes, str]:
    """The figures, in the format that was asked for, with its content type: OpenMetrics, or Prometheus's older text."""
    encode, content_type = choose_encoder(accept)
    if folder is None:
        return encode(REGISTRY), content_type
    for pid in _dead(folder):
        mark_process_dead(pid, str(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # pyright: ignore[reportNoUntypedCall] -- untyped there
    return encode(registry), content_type


@contextmanager
def shared_figures() -> Generator[Path]:
    """A folder of this run's own, in which processes that are begun meanwhile keep their figures."""
    folder = Path(tempfile.mkdtemp(prefix="velora-figures-"))
    os.environ[FOLDER] = str(folder)
    try:
        yield folder
    finally:
        del os.environ[FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


def _dead(folder: Path) -> list[int]:
    """The processes that have left figures of living ones, and are gone."""
    known = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}
    return [pid for pid in known if not _lives(pid)]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
