"""Tasks as a client makes, changes and sees them."""

from __future__ import annotations

import msgspec

from overair.items.making import Sent
from overair.items.task import Task


def create_task(sent: Sent) -> Task:
    """The task of an Add. Raises SchemaError."""
    return Task(**sent.values)


def change_task(task: Task, sent: Sent) -> Task:
    """The task after a Change. Raises SchemaError."""
    return msgspec.structs.replace(task, **sent.values)
