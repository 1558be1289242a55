"""The mailboxes of every server as folders that phones can show."""

from __future__ import annotations

import pytest

from overair.imap.responses import ListEntry, Namespace, Namespaces
from overair.mailboxes.gateway.backend import UpstreamFolder
from overair.mailboxes.gateway.mail.hierarchy import Hierarchy
from overair.mailboxes.gateway.mail.options import MailOptions
from overair.mailboxes.gateway.mail.special_folders import Role
from overair.mailboxes.gateway.mail.tree import LONGEST_NAME, Tree
from overair.mailboxes.gateway.mail.usual_names import USUAL_NAMES
from overair.mailboxes.gateway.sharing import Shared
from overair.mailboxes.interface import FolderType, Refused

PLAIN = Namespaces()
CYRUS = Namespaces((Namespace("INBOX.", "."),), (Namespace("user.", "."),), (Namespace("", "."),))
DOVECOT = Namespaces((Namespace("", "/"),), (Namespace("shared/", "/"),), (Namespace("Public/", "/"),))


def tree_of(
    names: list[str | ListEntry],
    namespaces: Namespaces = PLAIN,
    delimiter: str = "/",
    options: MailOptions | None = None,
    rights: dict[str, frozenset[str] | None] | None = None,
) -> tuple[Tree, dict[str, UpstreamFolder]]:
    entries = [ListEntry(one, delimiter) if isinstance(one, str) else one for one in names]
    tree = Tree(entries, Hierarchy(namespaces, delimiter), options or MailOptions(), rights)
    folders = tree.folders()
    seen: set[str | None] = {None}
    for one in folders:
        assert one.parent in seen, "parents come before children"
        seen.add(one.path)
    return tree, {one.path: one for one in folders}


def entry(name: str, *attributes: str, delimiter: str = "/") -> ListEntry:
    return ListEntry(name, delimiter, frozenset(attributes))


def test_special_use_comes_before_configured_names_before_usual_ones() -> None:
    names: list[str | ListEntry] = ["INBOX", "Trash", "Bin", entry("X", "\\trash"), "Sent", "Mine", "Drafts"]
    tree, _ = tree_of(names, options=MailOptions(names={Role.TRASH: "Bin", Role.SENT: "Mine"}))
    assert tree.roles == {
        Role.INBOX: "INBOX",
        Role.TRASH: "X",
        Role.SENT: "Mine",
        Role.DRAFTS: "Drafts",
    }


@pytest.mark.parametrize("role", [Role.DRAFTS, Role.SENT, Role.TRASH, Role.JUNK, Role.ARCHIVE, Role.NOTES])
def test_the_usual_names_are_known_in_any_case_and_below_the_inbox(role: Role) -> None:
    others = [name for other, names in USUAL_NAMES.items() if other != role for name in names]
    for name in USUAL_NAMES[role]:
        assert name not in others
        for path in (name, name.upper(), f"INBOX/{name}"):
            tree, _ = tree_of(["INBOX", path, f"Work/{name}"])
            assert tree.roles.get(role) == path


def test_the_levels_of_the_personal_namespace_are_not_shown() -> None:
    names: list[str | ListEntry] = [
        entry(name, delimiter=".")
        for name in (
            "INBOX",
            "INBOX.Sent",
            "INBOX.Work",
            "INBOX.Work.2026",
            "user.ben",
            "user.ben.Plans",
            "Board",
        )
    ]
    _, folders = tree_of(names, CYRUS, ".")
    assert {path: (one.parent, one.name, one.type) for path, one in folders.items()} == {
        "INBOX": (None, "Inbox", FolderType.INBOX),
        "INBOX.Sent": (None, "Sent", FolderType.SENT_ITEMS),
        "INBOX.Work": (None, "Work", FolderType.USER_MAIL),
        "INBOX.Work.2026": ("INBOX.Work", "2026", FolderType.USER_MAIL),
        "user": (None, "user", FolderType.USER_MAIL),
        "user.ben": ("user", "ben", FolderType.USER_MAIL),
        "user.ben.Plans": ("user.ben", "Plans", FolderType.USER_MAIL),
        "Board": (None, "Board", FolderType.USER_MAIL),
    }
    assert not folders["user"].selectable
    hierarchy = Hierarchy(CYRUS, ".")
    assert hierarchy.path_of(None, "New") == "INBOX.New"
    assert hierarchy.path_of("INBOX.Work", "New") == "INBOX.Work.New"
    for name in ("a.b", "", "  ", "a\nb"):
        with pytest.raises(Refused):
            hierarchy.path_of(None, name)


def test_a_child_of_the_inbox_is_shown_below_it_where_it_is_one() -> None:
    _, folders = tree_of(["INBOX", "INBOX/Work"])
    assert folders["INBOX/Work"].parent == "INBOX"


def test_what_cannot_be_selected_is_shown_only_for_what_is_below_it() -> None:
    names: list[str | ListEntry] = [
        "INBOX",
        entry("Projects", "\\noselect"),
        "Projects/One",
        entry("Empty", "\\noselect"),
        entry("Ghost", "\\nonexistent"),
        "Missing/Parent/Leaf",
    ]
    _, folders = tree_of(names)
    assert set(folders) == {
        "INBOX",
        "Projects",
        "Projects/One",
        "Missing",
        "Missing/Parent",
        "Missing/Parent/Leaf",
    }
    assert [path for path, one in folders.items() if not one.selectable] == [
        "Missing",
        "Missing/Parent",
        "Projects",
    ]


def test_siblings_that_differ_in_case_alone_have_names_of_their_own() -> None:
    _, folders = tree_of(["INBOX", "Work", "work", "WORK", "Other/work", "\uff37ork", "inbox2"])
    names = [one.name for one in folders.values() if one.parent is None]
    assert len({name.casefold() for name in names}) == len(names)
    assert folders["Other/work"].name == "work"


def test_names_are_told_as_phones_can_show_them() -> None:
    broken = "a" + chr(0x10FE00 + 0xFF)
    _, folders = tree_of(["INBOX", "Grüße aus 東京", broken, "tab\tand\x07bell", "x" * 1_000])
    assert [folders[path].name for path in ("Grüße aus 東京", broken, "tab\tand\x07bell")] == [
        "Grüße aus 東京",
        "a?",
        "tab andbell",
    ]
    assert len(folders["x" * 1_000].name) == LONGEST_NAME


def test_mailboxes_of_others_are_shown_as_chosen_with_what_one_may_do() -> None:
    names: list[str | ListEntry] = [
        "INBOX",
        "shared/ben",
        entry("shared/ben/Sent", "\\sent", "\\subscribed"),
        entry("Public/News", "\\subscribed"),
    ]
    rights: dict[str, frozenset[str] | None] = {
        "shared/ben": frozenset("lr"),
        "shared/ben/Sent": frozenset("lrswite"),
        "Public/News": frozenset("l"),
    }
    tree, folders = tree_of(names, DOVECOT, rights=rights)
    assert tree.of_others() == ["Public/News", "shared/ben", "shared/ben/Sent"]
    assert (folders["shared/ben"].writable, folders["shared/ben/Sent"].writable) == (False, True)
    assert not folders["Public/News"].selectable
    assert folders["shared/ben/Sent"].type is FolderType.USER_MAIL, "it is not where the user's own go"
    assert folders["shared/ben"].parent == "shared"
    _, folders = tree_of(names, DOVECOT, options=MailOptions(shared=Shared.SUBSCRIBED))
    assert set(folders) == {"INBOX", "shared", "shared/ben", "shared/ben/Sent", "Public", "Public/News"}
    _, folders = tree_of(names, DOVECOT, options=MailOptions(shared=Shared.NONE))
    assert set(folders) == {"INBOX"}


def test_a_server_without_levels_has_folders_side_by_side() -> None:
    _, folders = tree_of([ListEntry("INBOX", None), ListEntry("a/b", None)], delimiter="")
    assert folders["a/b"].parent is None
    with pytest.raises(Refused):
        Hierarchy(PLAIN, None).path_of("a/b", "c")


def test_folders_below_notes_are_for_notes() -> None:
    _, folders = tree_of(["INBOX", "Notes", "Notes/Work", "Notes/Work/Old"])
    assert [folders[path].type for path in ("Notes", "Notes/Work", "Notes/Work/Old")] == [
        FolderType.NOTES,
        FolderType.USER_NOTES,
        FolderType.USER_NOTES,
    ]
