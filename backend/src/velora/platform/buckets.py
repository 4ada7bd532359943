"""Buckets of S3, Google Cloud Storage and Azure, as whatever is kept in one reaches them."""

import os
from datetime import timedelta
from typing import Any, Final

from obstore.exceptions import BaseError
from obstore.store import from_url

_PATIENCE: Final = timedelta(seconds=20)
_RETRIES: Final[Any] = {"max_retries": 3, "retry_timeout": _PATIENCE}


def bucket_at(url: str) -> Any:  # one of three kinds of store, which obstore's functions take alike
    """The place that the address names; nothing is asked yet. Raises ValueError for an address that is none."""
    try:
        return from_url(url, client_options=_client_options(), retry_config=_RETRIES)
    except BaseError as error:
        raise ValueError(f"{url} is no place in a bucket: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """What the client says, without the dump of its own state that follows."""
    return str(error).partition("\n")[0]


def _client_options() -> Any:
    """Without encryption only where whoever runs Velora has named such an endpoint, as for a store on the same machine."""
    plain = any(os.environ.get(name, "").startswith("http://") for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_ENDPOINT"))
    return {"timeout": _PATIENCE, "connect_timeout": timedelta(seconds=5), "allow_http": plain}
