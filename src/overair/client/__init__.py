"""An Exchange ActiveSync client: asynchronous, with a synchronous face.

``Client`` executes commands, ``Collection`` keeps a replica of a collection, and
``SynchronousClient`` does the same for programs without an event loop.
"""

from overair.client.client import Client
from overair.client.connection import Offer
from overair.client.errors import (
    ClientError,
    ConnectionFailed,
    HttpError,
    InvalidAnswer,
    StatusError,
    WipeRequested,
)
from overair.client.fetching import File
from overair.client.replica import Collection, Outcome, Refusal
from overair.client.synchronous import SynchronousClient, SynchronousCollection

__all__ = [
    "Client",
    "ClientError",
    "Collection",
    "ConnectionFailed",
    "File",
    "HttpError",
    "InvalidAnswer",
    "Offer",
    "Outcome",
    "Refusal",
    "StatusError",
    "SynchronousClient",
    "SynchronousCollection",
    "WipeRequested",
]
