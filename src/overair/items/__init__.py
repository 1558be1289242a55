"""What is synchronised: the typed items, and how they are made, changed and shown."""

from overair.items.author import Author
from overair.items.calendar.event import Event
from overair.items.calendar.events import NoSuchOccurrence, change_occurrence, delete_occurrence
from overair.items.calendar.known_exceptions import misplaced
from overair.items.changes import CLASSES, apply_change, create, in_version
from overair.items.contact import Contact
from overair.items.item import Item, ItemClass
from overair.items.mail import drafts
from overair.items.mail.message import Message
from overair.items.note import Note
from overair.items.rendering import CannotRender, RenderOptions, render
from overair.items.task import Task

__all__ = [
    "CLASSES",
    "Author",
    "CannotRender",
    "Contact",
    "Event",
    "Item",
    "ItemClass",
    "Message",
    "NoSuchOccurrence",
    "Note",
    "RenderOptions",
    "Task",
    "apply_change",
    "change_occurrence",
    "create",
    "delete_occurrence",
    "drafts",
    "in_version",
    "misplaced",
    "render",
]
