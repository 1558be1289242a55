"""A card as a contact: every property that a contact has a field for, the rest of what matters as notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from overair.items.body import Body
from overair.items.contact import Contact
from overair.items.vcard.cards import Card, Property
from overair.items.vcard.dates import instant_of
from overair.items.vcard.pictures import picture_of
from overair.items.vcard.slots import (
    ADDRESS,
    ADDRESSES,
    ANY_PHONE,
    CHILD,
    DATES,
    EMAILS,
    IM_ADDRESSES,
    IM_SCHEMES,
    NAME,
    PHONES,
    RELATED,
    SLOT,
    TEXTS_READ,
)
from overair.items.vcard.writing import display_name
from overair.protocol.body_preferences import BodyType

TEXT_LIMIT: Final = 4_000
"""The most characters of a field; one that has more is left out."""
NOTE_LIMIT: Final = 1_000_000
"""The most characters of the notes."""
LIST_LIMIT: Final = 300
"""The most categories or children (MS-ASCNTC 2.2.2.22 and 2.2.2.24)."""
_NOT_A_PERSON: Final = {"GROUP": "is a group of contacts", "LOCATION": "is a place"}
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def read(card: Card) -> tuple[Contact | None, list[str]]:
    """The contact that a card says and why parts were left out; None with the reason last."""
    reading = _Reading(card)
    return reading.contact(), reading.problems


class _Reading:
    """One card on its way to a contact."""

    def __init__(self, card: Card) -> None:
        self._properties = card.properties
        self._labels = {
            found.group: found.text.removeprefix("_$!<").removesuffix(">!$_")
            for found in card.properties
            if found.name == "X-ABLABEL" and found.group
        }
        self._fields: dict[str, object] = {}
        self._more: list[str] = []
        """What no field holds, as lines for the notes."""
        self.problems: list[str] = []
        if card.bad_lines:
            self.problems.append(f"{len(card.bad_lines)} lines are no properties, first {card.bad_lines[0]}")

    def contact(self) -> Contact | None:
        """The contact, or None; then the last of the problems is why."""
        for found in self._named("KIND", "X-ADDRESSBOOKSERVER-KIND"):
            if found.text.upper() in _NOT_A_PERSON:
                self.problems.append(_NOT_A_PERSON[found.text.upper()])
                return None
        self._names()
        self._texts()
        self._emails()
        self._phones()
        self._addresses()
        self._messengers()
        self._dates()
        self._people()
        self._categories()
        self._picture()
        self._notes()
        self._name()
        if not self._fields:
            self.problems.append("says nothing that a contact holds")
            return None
        return msgspec.convert(self._fields, Contact)

    def _named(self, *names: str) -> list[Property]:
        return [found for found in self._properties if found.name in names]

    def _kinds(self, found: Property) -> frozenset[str]:
        """The types of a property, its label among them."""
        label = self._labels.get(found.group, "").upper().replace(" ", "") if found.group else ""
        return found.types | {label} if label else found.types

    def _set(self, field: str, text: str, what: str = "") -> bool:
        """Fill a field that is free; False where it is not or the text does not fit."""
        text = text.strip()
        if not text or field in self._fields:
            return False
        if len(text) > TEXT_LIMIT:
            self.problems.append(f"{what or field} is longer than {TEXT_LIMIT} characters")
        else:
            self._fields[field] = text
        return True

    def _note(self, what: str, found: Property, text: str) -> None:
        """Keep what no field holds, once, as a line of the notes."""
        label = self._labels.get(found.group) if found.group else None
        kinds = sorted(found.types - {"INTERNET", "PREF", "VOICE", "POSTAL", "PARCEL"})
        about = label or ", ".join(kind.lower() for kind in kinds)
        line = f"{what} ({about}): {text}" if about else f"{what}: {text}"
        if text and text not in self._fields.values() and line not in self._more[-50:]:
            self._more.append(line)

    def _names(self) -> None:
        for found in self._named("N")[:1]:
            for field, part in zip(NAME, found.components(5, " "), strict=False):
                self._set(field, part)
        for place, found in enumerate(self._named("ORG")):
            company, *departments = found.components(2)
            department = ", ".join(filter(None, departments))
            if place == 0:
                self._set("company_name", company)
                self._set("department", department)
            else:
                self._note("Organization", found, ", ".join(filter(None, (company, department))))
        # The reading of a name that Japanese telephones write.
        for found in self._named("SOUND"):
            if "IRMC-N" in found.types:
                last, first, *_ = found.components(2, " ")
                self._set("yomi_last_name", last)
                self._set("yomi_first_name", first)

    def _texts(self) -> None:
        found_first = sorted(self._properties, key=lambda found: found.name == "ROLE")
        for found in found_first:
            field = TEXTS_READ.get(found.name)
            if field is not None and not self._set(field, found.text, found.name):
                self._note(found.name.removeprefix("X-").capitalize(), found, found.text)

    def _emails(self) -> None:
        found = sorted(self._named("EMAIL"), key=lambda one: one.preference)
        rest = self._fill([(one, _without_scheme(one.text, "mailto:"), EMAILS) for one in found])
        for one, text in rest:
            self._note("E-mail", one, text)

    def _fill(self, found: Sequence[tuple[Property, str, Sequence[str]]]) -> list[tuple[Property, str]]:
        """Put each text into the slot that it names or the first free one; gives back the rest."""
        rest = []
        waiting = []
        for one, text, slots in found:
            place = one.parameters.get(SLOT, "")
            if (
                place in ("1", "2", "3")
                and int(place) <= len(slots)
                and self._set(slots[int(place) - 1], text)
            ):
                continue
            waiting.append((one, text, slots))
        for one, text, slots in waiting:
            if not any(self._set(slot, text) for slot in slots):
                rest.append((one, text))
        return rest

    def _phones(self) -> None:
        own = []
        later = {}
        for found in sorted(self._named("TEL", "X-MS-TEL"), key=lambda one: one.preference):
            kinds = self._kinds(found)
            slots, overflow = next(
                ((slots, overflow) for types, slots, overflow in PHONES if types <= kinds), ((), ANY_PHONE)
            )
            own.append((found, _telephone(found.text), slots))
            later[id(found)] = overflow
        rest = self._fill(own)
        for found, text in rest:
            known = text in self._fields.values()
            if not known and not any(self._set(slot, text) for slot in later[id(found)]):
                self._note("Phone", found, text)

    def _addresses(self) -> None:
        later = []
        for found in sorted(self._named("ADR"), key=lambda one: one.preference):
            kind = next((kind for kind in ADDRESSES if kind in self._kinds(found)), "OTHER")
            if not self._address(found, kind):
                later.append(found)
        for found in later:
            if not self._address(found, "OTHER"):
                self._note("Address", found, ", ".join(filter(None, found.components(7))).replace("\n", ", "))

    def _address(self, found: Property, kind: str) -> bool:
        start = ADDRESSES[kind]
        if any(f"{start}_address_{part}" in self._fields for part in ADDRESS):
            return False
        box, extended, street, *others = found.components(7)
        # Google writes an address without structure there.
        is_office = kind == "WORK" and "\n" not in extended
        if is_office and self._set("office_location", extended):
            extended = ""
        lines = "\n".join(filter(None, (box, extended, street)))
        for part, text in zip(ADDRESS, (lines, *others), strict=False):
            self._set(f"{start}_address_{part}", text)
        return True

    def _messengers(self) -> None:
        found = [one for one in self._properties if one.name in IM_SCHEMES]
        rest = self._fill([(one, _im_address(one), IM_ADDRESSES) for one in found])
        for one, text in rest:
            self._note("Instant messages", one, text)

    def _dates(self) -> None:
        for found in self._properties:
            label = self._labels.get(found.group, "") if found.group else ""
            is_anniversary = found.name == "X-ABDATE" and label.upper() == "ANNIVERSARY"
            field = "anniversary" if is_anniversary else DATES.get(found.name)
            if field is None and found.name != "X-ABDATE":
                continue
            instant = instant_of(found.text, found.parameters.get("X-APPLE-OMIT-YEAR", ""))
            if field is None or instant is None:
                self._note((field or "date").capitalize(), found, found.text)
            else:
                self._fields.setdefault(field, instant)

    def _people(self) -> None:
        children: list[str] = []
        for found in self._named("RELATED", "X-ABRELATEDNAMES", "X-MS-CHILD"):
            kinds = self._kinds(found)
            text = found.text
            field = next((field for kind, field in RELATED.items() if kind in kinds), None)
            if found.name == "RELATED" and text.lower().startswith("urn:"):
                continue
            if kinds & CHILD or found.name == "X-MS-CHILD":
                children.append(text)
            elif field is None or not self._set(field, text):
                self._note("Related", found, text)
        self._list("children", children)

    def _categories(self) -> None:
        self._list("categories", [value for one in self._named("CATEGORIES") for value in one.values])

    def _list(self, field: str, values: list[str]) -> None:
        kept = list(dict.fromkeys(value for value in values if value and len(value) <= TEXT_LIMIT))
        if len(kept) > LIST_LIMIT:
            self.problems.append(f"has more than {LIST_LIMIT} {field}")
        if kept:
            self._fields[field] = tuple(kept[:LIST_LIMIT])

    def _picture(self) -> None:
        picture, refused = picture_of(self._named("PHOTO"))
        if picture is not None:
            self._fields["picture"] = picture
        elif refused:
            self.problems.append(refused)

    def _notes(self) -> None:
        notes = "\n".join(filter(None, (found.text for found in self._named("NOTE"))))
        for part in (notes, "\n".join(self._more)):
            body = self._fields.get("body")
            text = f"{body.data}\n\n{part}" if part and isinstance(body, Body) else part
            if len(text) > NOTE_LIMIT:
                self.problems.append(f"the notes are longer than {NOTE_LIMIT} characters")
            elif text:
                self._fields["body"] = Body(type=BodyType.PLAIN_TEXT, data=_with_line_ends(text))

    def _name(self) -> None:
        """Where N says nothing take FN apart, unless it repeats the company or another field."""
        named = [one.text for one in self._named("FN") if one.text]
        name = named[0] if named else display_name(msgspec.convert(self._fields, Contact))
        says_nothing = not any(field in self._fields for field in (*NAME, "file_as"))
        if says_nothing and name not in self._fields.values():
            last, comma, first = name.partition(",")
            if not comma:
                first, _, last = name.rpartition(" ") if " " in name else (name, "", "")
            self._set("first_name", first)
            self._set("last_name", last)
        for found in self._named("N")[:1]:
            self._set("file_as", found.parameters.get("SORT-AS", "").replace(",", ", "))
        self._set("file_as", name)


def _with_line_ends(text: str) -> str:
    return _LINE_END.sub("\r\n", text)


def _without_scheme(text: str, scheme: str) -> str:
    return text[len(scheme) :] if text[: len(scheme)].lower() == scheme else text


def _telephone(text: str) -> str:
    if text[:4].lower() != "tel:":
        return text
    number, _, parameters = text[4:].partition(";")
    extension = next((one[4:] for one in parameters.split(";") if one.lower().startswith("ext=")), "")
    return f"{number} ext. {extension}" if extension else number


def _im_address(found: Property) -> str:
    scheme = IM_SCHEMES[found.name]
    text = found.text
    return f"{scheme}:{text}" if scheme and text and not text.startswith(f"{scheme}:") else text
