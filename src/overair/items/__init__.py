"""What is synchronised: the typed items, and how they are made, changed and shown."""

from overair.items.item import Item, ItemClass

__all__ = ["Item", "ItemClass"]
