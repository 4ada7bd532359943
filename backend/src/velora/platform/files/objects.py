"""Files as objects of S3, Google Cloud Storage or Azure, which browsers reach by addresses that the store's own key has signed.

A signed address names one object, what may be done and until when; how many bytes and of which type, the signature does not bind
(obstore signs the host alone). So both are looked at when the file is said to be there, and what is not as agreed is removed. How the
store is reached and by whom is read from the variables that its own tools use: AWS_…, GOOGLE_…, AZURE_….
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError

from velora.kernel.clock import Clock
from velora.platform.buckets import bucket_at, first_line
from velora.platform.files.disposition import saved_as
from velora.platform.files.port import FilesAway, Listed, TooLarge, Upload

# So many go in one request when they are removed.
_AT_ONCE: Final = 500

# A list can also be asked for as a table of another package, which is not here to say its types.
_lists: Final[Any] = obstore


class StoredFiles:
    """What files in a folder and files in a bucket have in common: all but who may reach them from outside, and how."""

    place: str

    def __init__(self, store: Any, place: str) -> None:
        self._store = store
        self.place = place

    async def put(self, key: str, content: bytes | AsyncIterator[bytes], *, media_type: str, name: str = "") -> None:
        with self._said("written"):
            await obstore.put_async(self._store, key, content, attributes=self._attributes(media_type, name))

    def _attributes(self, media_type: str, name: str) -> Any:
        """What the store says of the file to whoever gets it from there."""
        return {"Content-Type": media_type} | ({"Content-Disposition": saved_as(name)} if name else {})

    async def size(self, key: str) -> int | None:
        try:
            with self._said("read"):
                return (await obstore.head_async(self._store, key))["size"]
        except FileNotFoundError:
            return None

    async def read(self, key: str, *, at_most: int) -> bytes | None:
        try:
            with self._said("read"):
                found = await obstore.get_async(self._store, key)
                if found.meta["size"] > at_most:
                    raise TooLarge(f"{key} has {found.meta['size']} bytes, more than {at_most}.")
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None

    async def remove(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), _AT_ONCE):
            await self._remove(keys[start : start + _AT_ONCE])

    async def _remove(self, keys: Sequence[str]) -> None:
        try:
            with self._said("written"):
                await obstore.delete_async(self._store, list(keys))
        except FileNotFoundError:
            for key in keys if len(keys) > 1 else ():
                await self._remove([key])

    async def list(self, prefix: str) -> AsyncGenerator[Listed]:
        with self._said("read"):
            async for page in _lists.list(self._store, prefix.rstrip("/"), chunk_size=500):
                for one in page:
                    yield Listed(one["path"], one["size"], one["last_modified"])

    async def ping(self) -> None:
        await self.size("ping")

    @contextmanager
    def _said(self, what: str):
        """What the store does not do is said in our words; what is not there stays FileNotFoundError, for whoever asked."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise FilesAway(f"{self.place} cannot be {what}: {first_line(error)}") from error


class ObjectFiles(StoredFiles):
    """Files in a bucket. `url` names it and what keys begin with there."""

    def __init__(self, url: str, clock: Clock) -> None:
        """Raises ValueError for an address that is none."""
        super().__init__(bucket_at(url.rstrip("/")), url.rstrip("/"))
        self._clock = clock

    @property
    def origin(self) -> str:
        try:
            signed = urlsplit(obstore.sign(self._store, "PUT", "origin", timedelta(minutes=1)))
        except BaseError as error:
            raise FilesAway(f"{self.place} signs no addresses: {first_line(error)}") from error
        return f"{signed.scheme}://{signed.netloc}"

    async def upload_to(self, key: str, *, media_type: str, size: int, lasts: timedelta) -> Upload:
        del size  # no part of what is signed: see above
        with self._said("signed for"):
            url = await obstore.sign_async(self._store, "PUT", key, lasts)
        return Upload(url, self._headers(media_type), self._clock.now() + lasts)

    def _headers(self, media_type: str) -> Mapping[str, str]:
        azure = self.place.startswith(("az", "abfs"))
        return {"Content-Type": media_type} | ({"x-ms-blob-type": "BlockBlob"} if azure else {})

    async def link_to(self, key: str, *, media_type: str, name: str, lasts: timedelta) -> str:
        del media_type, name  # the store says what it was told when the file was put there
        with self._said("signed for"):
            return await obstore.sign_async(self._store, "GET", key, lasts)
