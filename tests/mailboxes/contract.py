"""What every backend's mailbox must do. A backend's tests subclass ``MailboxContract``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from mailboxes.phones import Phone, message, view_of

from overair.items import Contact, Message
from overair.mailboxes.interface import (
    FolderExists,
    FolderProtected,
    FolderType,
    ItemChange,
    Mailbox,
    NoSuchFolder,
    NoSuchItem,
    NoSuchParent,
    Session,
    StoredItem,
    TokenExpired,
    View,
)
