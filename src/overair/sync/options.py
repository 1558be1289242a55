"""The Options of a collection: which are allowed, and what they mean for each class."""

from __future__ import annotations

from collections.abc import Sequence

from overair.items import ItemClass
from overair.protocol.body_preferences import BodyType
from overair.protocol.sync_options import Conflict, Options
from overair.sync.filters import takes_filter


class BadOptions(ValueError):
    """Options that the specification answers with status 4."""


class BadFilter(BadOptions):
    """A filter that the class does not take."""


class UnsupportedBodyPart(ValueError):
    """A BodyPartPreference of another type than HTML."""


def check_options(options: Sequence[Options], collection_class: ItemClass) -> None:
    """Raise BadOptions for options that do not go with a collection of a class, and UnsupportedBodyPart."""
    classes = [class_of(one, collection_class) for one in options]
    if len(set(classes)) < len(classes):
        raise BadOptions("options for one class stand twice")  # MS-ASCMD_R930
    for one, item_class in zip(options, classes, strict=True):
        # Text messages travel in mail folders; no other two classes go together (R934, R935).
        mixed = item_class is ItemClass.SMS and collection_class is ItemClass.EMAIL
        if item_class is not collection_class and not mixed:
            raise BadOptions(f"options for {item_class} in a collection of {collection_class}")
        if not takes_filter(item_class, one.filter_type):
            raise BadFilter(f"{item_class} takes no filter {one.filter_type}")
        if one.body_part_preference is not None and one.body_part_preference.type is not BodyType.HTML:
            raise UnsupportedBodyPart(one.body_part_preference.type.name)


def class_of(options: Options, collection_class: ItemClass) -> ItemClass:
    """The class that options are for; raises BadOptions for one that does not exist."""
    if options.item_class is None:
        return collection_class
    try:
        return ItemClass(options.item_class)
    except ValueError:
        raise BadOptions("there is no such class") from None


def options_for(options: Sequence[Options], collection_class: ItemClass) -> Options:
    """The options in force for the collection's own class."""
    for one in options:
        if one.item_class is None or one.item_class == collection_class:
            return one
    return Options()


def client_wins(options: Options) -> bool:
    """Whose change stays in a conflict; the server's where nothing is said (MS-ASCMD_R2066)."""
    return options.conflict is Conflict.CLIENT_WINS
