"""Fields that are parts of one property: names, organisations, addresses; and what follows from names."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from overair.items.contact import Contact
from overair.items.content_lines import split, with_parameter
from overair.items.vcard.cards import Property
from overair.items.vcard.merging_values import add, merge_value, set_text
from overair.items.vcard.sheet import Edit, Sheet
from overair.items.vcard.slots import ADDRESS, NAME
from overair.items.vcard.writing import Line, display_name, lines_of

_OFFICE: Final = "office_location"
_PREFERRED: Final = frozenset({"PREF"})


def merge_company(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """The company and the department, of the first ORG."""
    organizations = sheet.named("ORG")
    if not organizations:
        add(sheet, edit, *fields)
        return
    first = organizations[0].value
    for found in organizations:
        if found.value == first:
            _set_company(sheet, found, edit)


def _set_company(sheet: Sheet, found: Property, edit: Edit) -> None:
    draft = sheet.draft(found)
    parts = split(draft.value, ";")
    if "company_name" in edit.changed:
        parts[0] = sheet.style.escaped(edit.new.company_name, structured=True)
    if "department" in edit.changed:
        parts[1:] = [sheet.style.escaped(edit.new.department, structured=True)] if edit.new.department else []
    draft.value = ";".join(parts)
    if not any(parts):
        sheet.remove(found)


def merge_address(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """The parts of one address; the office is one of those at work."""
    changed = edit.changed.intersection(fields)
    office = edit.trace.sources.get(_OFFICE)
    if _OFFICE in changed and office is not None and office.name != "ADR":
        merge_value(sheet, edit, (_OFFICE,))
        changed -= {_OFFICE}
    start = fields[0].partition("_")[0]
    found = edit.trace.addresses.get(start)
    if found is None:
        if changed:
            add(sheet, edit, *changed)
        return
    draft = sheet.draft(found)
    parts = split(draft.value, ";")
    has_office = office is found or (office is None and _OFFICE in changed)
    for place, part in enumerate(ADDRESS[1:], start=3):
        if f"{start}_address_{part}" in changed:
            text = getattr(edit.new, f"{start}_address_{part}")
            _set_part(parts, place, sheet.style.escaped(text, structured=True))
    if f"{start}_address_street" in changed:
        street = getattr(edit.new, f"{start}_address_street") or ""
        _set_street(sheet, found, parts, street, has_office=office is found)
    if _OFFICE in changed and has_office:
        _set_part(parts, 1, sheet.style.escaped(edit.new.office_location, structured=True))
    draft.value = ";".join(parts)
    if not any(part.strip() for part in parts):
        _remove_address(sheet, found)


def _set_street(sheet: Sheet, found: Property, parts: list[str], street: str, *, has_office: bool) -> None:
    """The lines above the city; the post-office box and what else goes before keep their places."""
    before = found.components(7)
    above = [0] if has_office else [0, 1]
    text = street.replace("\r\n", "\n")
    kept = "".join(f"{before[place]}\n" for place in above if before[place])
    if text.startswith(kept):
        text = text.removeprefix(kept)
    elif f"{text}\n" == kept:
        text = ""
    else:
        for place in above:
            _set_part(parts, place, "")
    _set_part(parts, 2, sheet.style.escaped(text, structured=True))


def _set_part(parts: list[str], place: int, value: str) -> None:
    """Set one of the parts that semicolons part; those behind the last that says something need not be."""
    if value or place < len(parts):
        parts += [""] * (place + 1 - len(parts))
        parts[place] = value


def _remove_address(sheet: Sheet, found: Property) -> None:
    sheet.remove(found)
    for label in sheet.named("LABEL"):
        if label.types - _PREFERRED == found.types - _PREFERRED:
            sheet.remove(label)


def merge_names(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """The parts of a name, and FN, which follows them."""
    is_said = any(field in edit.trace.sources for field in NAME)
    # A name that FN alone says is not looked for there where the card says what it is filed as.
    if edit.changed.intersection(NAME) or (not is_said and "file_as" in edit.changed):
        _merge_parts(sheet, edit, is_said=is_said)
    named = [found for found in sheet.named("FN") if found.text][:1]
    for found in named:
        called = _called(found.text, edit)
        if called and called != found.text:
            set_text(sheet, found, called, "")


def _merge_parts(sheet: Sheet, edit: Edit, *, is_said: bool) -> None:
    names = sheet.named("N")[:1]
    for found in names:
        draft = sheet.draft(found)
        parts = split(draft.value, ";")
        for place, field in enumerate(NAME):
            # A name that FN alone said is told apart from now on.
            if field in edit.changed or not is_said:
                _set_part(parts, place, sheet.style.escaped(getattr(edit.new, field), structured=True))
        draft.value = ";".join(parts)
    if not names:
        name = Contact(**{field: getattr(edit.new, field) for field in NAME})
        sheet.add(next(line for line in lines_of(name) if line.name == "N"))


def _called(text: str, edit: Edit) -> str:
    """What FN says after an edit: the same, with other words for the parts that are other ones."""
    before, after = edit.trace.contact, edit.new
    if "file_as" not in edit.trace.sources:
        # It was read from FN itself.
        before = msgspec.structs.replace(before, file_as=None)
        if "file_as" not in edit.changed:
            after = msgspec.structs.replace(after, file_as=None)
    if text == (display_name(before) or edit.trace.contact.file_as):
        return display_name(after)
    for field in NAME:
        old = getattr(before, field)
        if field in edit.changed and old:
            new = getattr(after, field) or ""
            place = re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text)
            if place is not None:
                text = text[: place.start()] + new + text[place.end() :]
    return " ".join(text.split())


def merge_file_as(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """What a contact is filed as: a property or parameter of its own, unless FN says it."""
    source = edit.trace.sources.get("file_as")
    filed = edit.new.file_as
    if source is not None and source.name == "N":
        draft = sheet.draft(source)
        names = None if not filed else '"' + filed.replace(", ", ",").replace('"', "'") + '"'
        draft.head = with_parameter(draft.head, "SORT-AS", names)
    elif source is not None:
        merge_value(sheet, edit, fields)
    elif filed:
        called = [found for found in sheet.named("FN") if found.text][:1]
        if not any(sheet.text_of(found) == filed for found in called):
            sheet.add(Line("X-EVOLUTION-FILE-AS", sheet.style.escaped(filed)))
