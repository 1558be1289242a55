"""What a command's handler is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from overair.devices.device import Device
from overair.directory.interface import Directory, User
from overair.mailboxes.interface import Mailbox
from overair.push.interface import Hub
from overair.storage.interface import BlobStore, Database
from overair.versions import Version

if TYPE_CHECKING:
    from overair.delivery.local import LocalDelivery
    from overair.delivery.transport import Transport
    from overair.devices.partnerships import Partnerships
    from overair.devices.policies import Policy
    from overair.devices.provisioning import Provisioning
    from overair.protocol.http import Credentials, Request
    from overair.server.authentication import Admission
    from overair.server.autodiscover.finding import Finding
    from overair.server.budget import Budget, Claim
    from overair.server.certificate_keeper import CertificateKeeper
    from overair.server.locks import DeviceLocks, HeldLock
    from overair.server.settings import Settings
    from overair.server.waiting import Receive, Waits
    from overair.sync.cached_requests import CachedRequests
    from overair.sync.engine import Engine


@dataclass(slots=True, frozen=True)
class Services:
    """The rooms that the server stands on, put together once at start."""

    settings: Settings
    database: Database
    blobs: BlobStore
    directory: Directory
    mailbox: Callable[[int], Mailbox]
    """The mailbox of an account id."""
    delivery: LocalDelivery
    hub: Hub
    partnerships: Partnerships
    policy: Policy
    provisioning: Provisioning
    engine: Engine
    cached_requests: CachedRequests
    transport: Transport
    locks: DeviceLocks
    budget: Budget
    finding: Finding
    presence: Callable[[User, Credentials], AbstractAsyncContextManager[None]]
    """Held while a request of a user runs or waits that was let in with these credentials."""
    certificates: CertificateKeeper
    import_turn: asyncio.Lock
    """Held while a batch of an import is added."""


@dataclass(slots=True, frozen=True)
class Context:
    """One authenticated request of one device.

    ``lock`` is the device's lock, held while the handler runs; a waiting command gives it up for
    the while: ``async with context.lock.released(): ...``. ``request.body`` is decompressed;
    ``receive`` is ASGI's, to learn that the client left. ``claim`` counts the bytes that the request
    holds; what makes its answer large is claimed before it is made. ``waits`` takes the time that it waits.
    """

    services: Services
    request: Request
    admission: Admission
    device: Device
    mailbox: Mailbox
    version: Version
    lock: HeldLock
    receive: Receive
    claim: Claim
    waits: Waits

    @property
    def user(self) -> User:
        """Who sent it."""
        return self.admission.user
