"""What is synchronised: the typed items, and how they are made, changed and shown."""

from overair.items import drafts
from overair.items.changes import CLASSES, apply_change, create
from overair.items.contact import Contact
from overair.items.item import Item, ItemClass
from overair.items.message import Message
from overair.items.rendering import CannotRender, RenderOptions, render

__all__ = [
    "CLASSES",
    "CannotRender",
    "Contact",
    "Item",
    "ItemClass",
    "Message",
    "RenderOptions",
    "apply_change",
    "create",
    "drafts",
    "render",
]
