"""The bytes of messages, wherever they are."""

from __future__ import annotations

import asyncio
from typing import Final

from overair.mailboxes.gateway.accounts import Gateway
from overair.mailboxes.gateway.mirroring import BLOB
from overair.mailboxes.interface import MailboxError, NoSuchFolder, Refused
from overair.storage.interface import BlobStore


class GatewayBlobs:
    """A BlobStore that reads from upstream what is named as being there, and else from the one here.

    It is read in threads, as every BlobStore is; ``loop`` is the one that connections live in.
    """

    def __init__(self, here: BlobStore) -> None:
        self._here: Final = here
        self._gateway: Gateway | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, gateway: Gateway, loop: asyncio.AbstractEventLoop) -> None:
        """Say where what is upstream is read from."""
        self._gateway, self._loop = gateway, loop

    def put(self, data: bytes) -> str:
        """Bring bytes durably to disk here; returns their key. Raises OSError."""
        return self._here.put(data)

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes, or a range of them.

        Raises KeyError for a key whose bytes are not to be had, OSError when none are, for now.
        """
        if not key.startswith(f"{BLOB}-"):
            return self._here.read(key, offset, length)
        if self._gateway is None or self._loop is None:
            raise OSError("the servers cannot be asked yet")
        _, account_id, folder_id, name = key.split("-", 3)
        account = self._gateway.find(int(account_id))
        if account is None:
            raise OSError("nobody of the account is here, so its servers cannot be asked")
        reading = asyncio.run_coroutine_threadsafe(account.read(folder_id, name, offset, length), self._loop)
        try:
            return reading.result()
        except (NoSuchFolder, Refused) as error:
            raise KeyError(key) from error
        except MailboxError as error:
            raise OSError(str(error)) from error
