"""A contact's edit merged into the vCard that it was read from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from overair.items.contact import Contact
from overair.items.content_lines import line_end_of
from overair.items.vcard.cards import Card, cards
from overair.items.vcard.merging_lists import merge_categories, merge_children, merge_notes, merge_picture
from overair.items.vcard.merging_parts import merge_address, merge_company, merge_file_as, merge_names
from overair.items.vcard.merging_values import GROUPS, merge_date, merge_value
from overair.items.vcard.reading import Trace, traced
from overair.items.vcard.sheet import Edit, Sheet
from overair.items.vcard.slots import ADDRESS, ADDRESSES, NAME
from overair.items.vcard.styles import Style, style_of
from overair.items.vcard.writing import Line, escaped, write

_BYTE_ORDER_MARK: Final = "\ufeff"


class Unmergeable(ValueError):
    """A text that holds no vCard which a contact can be merged into; the message says why."""


def merged(text: str, old: Contact, new: Contact, *, now: datetime) -> str:
    """The vCard after an edit: what did not change from ``old`` to ``new`` stands as it stood.

    ``text`` is what the server has now, its line ends and byte order mark included, of which ``old`` was
    read; it may be newer than that. Its first card that is a contact is edited. ``now``, in UTC, goes
    into REV where there is one. Raises Unmergeable.
    """
    named = frozenset(bound.name for bound in Contact.fields() if _differ(bound.name, old, new))
    if not named:
        return text
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    text = text.removeprefix(mark)
    card, trace = _first(text)
    style = style_of(card, line_end_of(text[card.start :]))
    wanted = msgspec.structs.replace(trace.contact, **{name: getattr(new, name) for name in named})
    changed = frozenset(name for name in named if _differ(name, trace.contact, wanted))
    edit = Edit(trace, wanted, changed)
    after = _edited(text, card, style, edit, now)
    found = _first(after)[1].contact
    pinned = frozenset(
        name for name in changed & GROUPS.keys() if name not in trace.sources and _differ(name, found, wanted)
    )
    if pinned:
        after = _edited(text, card, style, msgspec.structs.replace(edit, pinned=pinned), now)
    return mark + after


def _differ(name: str, one: Contact, other: Contact) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _first(text: str) -> tuple[Card, Trace]:
    for card in cards(text):
        trace = None if card.refused else traced(card)
        if trace is not None:
            return card, trace
    raise Unmergeable("holds no vCard of a contact")


def _edited(text: str, card: Card, style: Style, edit: Edit, now: datetime) -> str:
    sheet = Sheet(text, card, style)
    for fields, merge in _MERGES.items():
        if edit.changed.intersection(fields):
            merge(sheet, edit, fields)
    if not sheet.is_changed:
        return text
    for found in sheet.named("REV")[:1]:
        form = "%Y-%m-%dT%H:%M:%SZ" if "-" in found.value else "%Y%m%dT%H%M%SZ"
        sheet.draft(found).value = f"{now:{form}}"
    return sheet.text


_SINGLE: Final = (
    *("nick_name", "job_title", "web_page", "spouse", "manager_name", "assistant_name"),
    *("yomi_first_name", "yomi_last_name", "yomi_company_name"),
    *("customer_id", "government_id", "account_name"),
)
Merge = Callable[[Sheet, Edit, tuple[str, ...]], None]
_MERGES: Final[dict[tuple[str, ...], Merge]] = {
    ("company_name", "department"): merge_company,
    **{
        tuple(f"{start}_address_{part}" for part in ADDRESS)
        + (("office_location",) if kind == "WORK" else ()): merge_address
        for kind, start in ADDRESSES.items()
    },
    **{(name,): merge_value for name in (*_SINGLE, *GROUPS)},
    ("birthday",): merge_date,
    ("anniversary",): merge_date,
    ("children",): merge_children,
    ("categories",): merge_categories,
    ("picture",): merge_picture,
    ("body",): merge_notes,
    # The last ones: FN and what a contact is filed as follow from the others.
    (*NAME, "company_name", "nick_name", "file_as"): merge_names,
    ("file_as",): merge_file_as,
}
"""Which fields a property says together, and how a change of them is merged."""


def written(contact: Contact, *, uid: str, now: datetime) -> str:
    """The vCard 3.0 of a new contact, with what address books on servers want of one: UID and REV."""
    return write(contact, (Line("UID", escaped(uid)), Line("REV", f"{now:%Y%m%dT%H%M%SZ}")))
