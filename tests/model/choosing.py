"""What the numbers of a step choose among what a phone has when it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from model.collection import Collection
from model.phone import Phone
from model.steps import CLASSES, Among, Ask, Edit
from model.wire import Exchange
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.sync_options import FilterType
from overair.versions import SERVED

HEARTBEAT: Final = 600
NEW: Final = (FolderType.CALENDAR, FolderType.CALENDAR, FolderType.TASKS, FolderType.NOTES)
"""Where new items are put."""
MADE: Final = (FolderType.USER_CALENDAR, FolderType.USER_TASKS, FolderType.USER_NOTES)
"""The folders that are made for them."""


def edit(phone: Phone, step: Edit) -> None:
    """Let the owner of a phone do something there."""
    collection = _collection(phone, step.among, step.folder)
    if collection is None:
        return
    filters = collection.form.filters or (FilterType.ALL,)
    new = FolderType.CONTACTS if step.among is Among.MAIL else NEW[step.choice % len(NEW)]
    work: dict[str, Callable[[], None]] = {
        "add": lambda: phone.add(new, step.choice),
        "change": lambda: phone.change(collection, step.choice),
        "change more": lambda: phone.change_more(collection, step.choice),
        "change occurrence": lambda: phone.change_occurrence(step.choice),
        "cancel occurrence": lambda: phone.cancel_occurrence(step.choice),
        "mark": lambda: phone.mark(collection, step.choice),
        "delete": lambda: phone.delete(collection, step.choice),
        "draft": phone.write_draft,
        "send draft": lambda: phone.send_draft(step.choice),
        "letter": phone.write_letter,
        "answer": lambda: phone.answer(collection, step.choice),
        "think again": lambda: phone.think_again(collection, step.choice),
        "upgrade": lambda: phone.upgrade(sorted(SERVED)[step.choice % len(SERVED)]),
        "conversations": lambda: phone.show_conversations(collection),
        "filter": lambda: phone.set_filter(collection, filters[step.choice % len(filters)]),
    }
    work[step.what]()


def exchange(phone: Phone, step: Ask) -> Exchange | None:
    """What a phone asks for; None where there is nothing to ask."""
    collection = _collection(phone, step.among, step.folder)
    if collection is None or step.what == "folders":
        return phone.folder_sync()
    move = phone.unanswered.get(Command.MOVE_ITEMS)
    if phone.owner.keeps_moved and move is not None:
        return move  # its copy waits for the id that the answer has
    unanswered = phone.unanswered.get(Command.SYNC)
    if phone.behind or phone.hierarchy_key == "0":
        return phone.folder_sync()
    if unanswered is not None and step.again and step.what.startswith("sync"):
        return unanswered
    folders = sorted(phone.collections)
    match step.what:
        case "sync":
            return phone.sync(_pair(phone, step), step.window)
        case "sync all":
            return phone.sync(folders, step.window, total=step.choice if step.choice % 3 == 0 else None)
        case "sync and wait":
            ready = [one for one in phone.settled() if not phone.collections[one].more]
            return phone.sync(ready, step.window, wait=1 + step.choice % 30, edits=False)
        case "sync without a body":
            return phone.sync_in_short(partial=False)
        case "partial sync":
            return phone.sync_in_short(partial=True)
        case "ping":
            return phone.ping(HEARTBEAT, folders)
        case "search":
            return phone.search(collection, step.choice)
        case "send":
            return _again(phone, Command.SEND_MAIL, step) or phone.send()
        case "move":
            destination = _collection(phone, step.among, step.choice)
            assert destination is not None
            again = _again(phone, Command.MOVE_ITEMS, step)
            return again or phone.move(collection, step.choice, destination)
        case "move conversation":
            destination = _collection(phone, step.among, step.choice)
            assert destination is not None
            again = _again(phone, Command.ITEM_OPERATIONS, step)
            return again or phone.move_conversation(collection, step.choice, destination)
        case "create folder":
            return _again(phone, Command.FOLDER_CREATE, step) or phone.create_folder(_own(step))
        case "rename folder":
            return _again(phone, Command.FOLDER_UPDATE, step) or phone.rename_folder(step.choice)
        case "delete folder":
            return _again(phone, Command.FOLDER_DELETE, step) or phone.delete_folder(step.choice)
        case "restart":
            return phone.restart(collection, step.window)
    raise ValueError(step.what)


def _collections(phone: Phone, among: Among) -> list[Collection]:
    found = [one for one in phone.collections.values() if one.item_class in CLASSES[among]]
    return sorted(found, key=lambda one: int(one.folder_id))


def _collection(phone: Phone, among: Among, choice: int) -> Collection | None:
    found = _collections(phone, among)
    return found[choice % len(found)] if found else None


def _pair(phone: Phone, step: Ask) -> list[str]:
    """One collection, or two of them."""
    folders = sorted(one.folder_id for one in _collections(phone, step.among))
    first = folders[step.folder % len(folders)]
    second = folders[step.choice % len(folders)]
    return [first] if step.choice % 2 else sorted({first, second})


def _own(step: Ask) -> FolderType:
    """The type of a folder that is made."""
    return FolderType.USER_MAIL if step.among is Among.MAIL else MADE[step.choice % len(MADE)]


def _again(phone: Phone, command: Command, step: Ask) -> Exchange | None:
    return phone.unanswered.get(command) if step.again else None
