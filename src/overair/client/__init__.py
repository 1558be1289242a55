"""An Exchange ActiveSync client: asynchronous, with a synchronous face.

``Client`` executes commands, ``Collection`` keeps a replica of a collection, ``Calendar``,
``MailFolder`` and ``TaskList`` know what is special about theirs, ``discover`` finds the server of an
address, and ``SynchronousClient`` does the same for programs without an event loop.
"""

from overair.client.calendar import Calendar, Entry
from overair.client.client import Client
from overair.client.connection import Offer
from overair.client.discovery import Attempt, Discovered, DiscoveryFailed, discover
from overair.client.errors import (
    ClientError,
    ConnectionFailed,
    HttpError,
    InvalidAnswer,
    StatusError,
    WipeRequested,
)
from overair.client.fetching import File
from overair.client.mail_folder import MailFolder
from overair.client.outcome import Outcome, Refusal
from overair.client.replica import Collection
from overair.client.searching import FindResult, SearchResult
from overair.client.synchronous import (
    SynchronousCalendar,
    SynchronousClient,
    SynchronousCollection,
    SynchronousMailFolder,
    SynchronousTaskList,
)
from overair.client.task_list import TaskList

__all__ = [
    "Attempt",
    "Calendar",
    "Client",
    "ClientError",
    "Collection",
    "ConnectionFailed",
    "Discovered",
    "DiscoveryFailed",
    "Entry",
    "File",
    "FindResult",
    "HttpError",
    "InvalidAnswer",
    "MailFolder",
    "Offer",
    "Outcome",
    "Refusal",
    "SearchResult",
    "StatusError",
    "SynchronousCalendar",
    "SynchronousClient",
    "SynchronousCollection",
    "SynchronousMailFolder",
    "SynchronousTaskList",
    "TaskList",
    "WipeRequested",
    "discover",
]
