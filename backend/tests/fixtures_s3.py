"""A bucket of a test's own, in an S3 that is started once a run for those who ask."""

import secrets
from collections.abc import Generator

import pytest

from tests.builders.object_store import a_bucket, an_s3


@pytest.fixture(scope="session")
def s3() -> Generator[str]:
    """The endpoint of the S3."""
    with an_s3() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a bucket that nobody has written to."""
    return a_bucket(s3, f"books-{secrets.token_hex(4)}", monkeypatch)
