"""What two people agree to before a month is dropped."""

from typing import Final

from velora.flows.archiving.manifest import Manifest
from velora.modules.approvals.service import Matter

DROP: Final = "archive.drop"


def matter_of(manifest: Manifest) -> Matter:
    """Just this archive, and so just these rows: agreement to another is none."""
    said = {"manifest_sha256": manifest.sha256, "journals": manifest.journals, "postings": manifest.postings}
    return Matter(DROP, manifest.month, said)
