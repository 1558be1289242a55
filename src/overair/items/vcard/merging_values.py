"""Fields of one value each, merged into the property that they were read from."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import msgspec

from overair.items.contact import Contact
from overair.items.content_lines import split, with_parameter
from overair.items.vcard.cards import Property
from overair.items.vcard.dates import day_of, instant_of
from overair.items.vcard.sheet import Draft, Edit, Sheet
from overair.items.vcard.slots import EMAILS, IM_ADDRESSES, IM_SCHEMES, NO_YEAR, PHONES_WRITTEN, SLOT
from overair.items.vcard.styles import NEW, as_text_head
from overair.items.vcard.writing import lines_of

GROUPS: Final = {
    field: place
    for fields in (EMAILS, IM_ADDRESSES, *PHONES_WRITTEN)
    for place, field in enumerate(fields, start=1)
}
"""Fields among several that are alike, and which of them they are."""
_ALWAYS: Final = frozenset({"N", "FN"})
"""What the writer writes of every contact."""
_NUMBER: Final = re.compile(r"\+?[0-9().*#-]+", re.ASCII)
"""What a tel URI may hold (RFC 3966)."""
_EXTENSION: Final = " ext. "
_COMPACT: Final = re.compile(r"\d{8}|--\d{4}", re.ASCII)


def merge_value(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """A field with one text."""
    (field,) = fields
    value = getattr(edit.new, field)
    source = edit.trace.sources.get(field)
    if source is None:
        add(sheet, edit, field)
        return
    for found in (source, *edit.trace.twins.get(field, ())):
        if value:
            set_text(sheet, found, value, field)
        else:
            take_out(sheet, found, field)


def add(sheet: Sheet, edit: Edit, *fields: str) -> None:
    """Add the line of fields that have none."""
    alone = Contact(**{field: getattr(edit.new, field) for field in fields})
    for line in lines_of(alone):
        if line.name in _ALWAYS:
            continue
        others = {name: values for name, values in line.parameters.items() if name != SLOT}
        if line.name == "EMAIL" and sheet.named("EMAIL"):
            others["TYPE"] = ["INTERNET"]
        if edit.pinned.intersection(fields):
            others[SLOT] = [str(GROUPS[fields[0]])]
        sheet.add(msgspec.structs.replace(line, parameters=others))


def take_out(sheet: Sheet, found: Property, field: str) -> None:
    """Remove the text of a field: its property, or its part of that."""
    if found.name == "SOUND":
        _set_sound(sheet, found, "", field)
    else:
        sheet.remove(found)


def set_text(sheet: Sheet, found: Property, text: str, field: str) -> None:
    """Give a property another text."""
    draft = sheet.draft(found)
    draft.head = as_text_head(draft.head)
    if found.name == "SOUND":
        _set_sound(sheet, found, text, field)
    elif found.name in ("TEL", "X-MS-TEL"):
        _set_telephone(sheet, draft, text)
    elif found.name in IM_SCHEMES:
        _set_im_address(sheet, draft, text)
    elif found.name == "EMAIL" and found.text[:7].lower() == "mailto:":
        draft.value = found.text[:7] + sheet.style.escaped(text)
    elif found.name == "NICKNAME" and len(split(found.value, ",")) > 1:
        draft.value = ",".join(map(sheet.style.escaped, text.split(",")))
    elif found.name == "URL":
        draft.value = _as_uri(text)
    else:
        if found.parameters.get("VALUE", "").lower() == "uri" or found.name == "RELATED":
            draft.head = with_parameter(draft.head, "VALUE", "text")
        draft.value = sheet.style.escaped(text)


def _as_uri(text: str) -> str:
    """A URI as a value, in which only a backslash means something else."""
    return text.replace("\\", "\\\\")


def _set_sound(sheet: Sheet, found: Property, text: str, field: str) -> None:
    """The reading of a name that Japanese telephones write: one part of two."""
    draft = sheet.draft(found)
    parts = split(draft.value, ";")
    parts += [""] * (2 - len(parts))
    parts[field == "yomi_first_name"] = sheet.style.escaped(text, structured=True)
    draft.value = ";".join(parts)
    if not any(parts):
        sheet.remove(found)


def _set_telephone(sheet: Sheet, draft: Draft, text: str) -> None:
    if draft.found.text[:4].lower() == "tel:":
        number, _, extension = text.partition(_EXTENSION)
        if _NUMBER.fullmatch(number) and (not extension or _NUMBER.fullmatch(extension)):
            draft.value = f"tel:{number};ext={extension}" if extension else f"tel:{number}"
            return
        draft.head = with_parameter(draft.head, "VALUE", "text")
    draft.value = sheet.style.escaped(text)


def _set_im_address(sheet: Sheet, draft: Draft, text: str) -> None:
    scheme = IM_SCHEMES[draft.found.name]
    own, _, address = text.partition(":")
    if scheme and own == scheme:
        text = address
    elif scheme and address and own in IM_SCHEMES.values():
        # Another service: the property that holds all of them.
        draft.head = re.sub(r"^((?:[\w-]+\.)?)[\w-]+", r"\1IMPP", draft.head.lstrip())
    draft.value = _as_uri(text) if ":" in text else sheet.style.escaped(text)


def merge_date(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """A birthday or an anniversary."""
    (field,) = fields
    value: datetime | None = getattr(edit.new, field)
    source = edit.trace.sources.get(field)
    if source is None:
        add(sheet, edit, field)
        return
    for found in (source, *edit.trace.twins.get(field, ())):
        if value is None:
            sheet.remove(found)
        else:
            _set_day(sheet, found, value)


def _set_day(sheet: Sheet, found: Property, value: datetime) -> None:
    """Give a date another day, in the form that it has."""
    day = day_of(value)
    before = instant_of(found.text, found.parameters.get("X-APPLE-OMIT-YEAR", ""))
    if before is not None and before.date() == day:
        return
    draft = sheet.draft(found)
    compact = _COMPACT.match(found.text) is not None
    is_short = day.year == NO_YEAR and (sheet.style.version == NEW or found.text.startswith("--"))
    form = ("--%m%d" if compact else "--%m-%d") if is_short else ("%Y%m%d" if compact else "%Y-%m-%d")
    draft.value = f"{day:{form}}"
    omitted = str(NO_YEAR) if day.year == NO_YEAR and not is_short else None
    draft.head = with_parameter(draft.head, "X-APPLE-OMIT-YEAR", omitted)
    if found.parameters.get("VALUE", "date").lower() != "date":
        draft.head = with_parameter(draft.head, "VALUE", "date")
