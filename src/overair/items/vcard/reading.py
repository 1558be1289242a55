"""A card as a contact: every property that a contact has a field for, the rest of what matters as notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

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
from overair.items.vcard.values import im_address, telephone, with_line_ends, without_scheme
from overair.items.vcard.writing import display_name
from overair.protocol.body_preferences import BodyType

TEXT_LIMIT: Final = 4_000
"""The most characters of a field; one that has more is left out."""
NOTE_LIMIT: Final = 1_000_000
"""The most characters of the notes."""
LIST_LIMIT: Final = 300
"""The most categories or children (MS-ASCNTC 2.2.2.22 and 2.2.2.24)."""
_NOT_A_PERSON: Final = {"GROUP": "is a group of contacts", "LOCATION": "is a place"}


class Trace(NamedTuple):
    """A contact, and which property of its card each field was read from."""

    contact: Contact
    sources: dict[str, Property]
    """By field. One that several properties make up (categories, children, body) has none."""
    twins: dict[str, list[Property]]
    """Further properties that say what a field says already, and are read into no other."""
    children: tuple[Property, ...]
    addresses: dict[str, Property]
    """The ADR of each address, by the start of its fields' names."""
    more: tuple[str, ...]
    """The lines at the end of the notes, which tell of properties without a field."""


def read(card: Card) -> tuple[Contact | None, list[str]]:
    """The contact that a card says and why parts were left out; None with the reason last."""
    reading = _Reading(card)
    return reading.contact(), reading.problems


def traced(card: Card) -> Trace | None:
    """The contact of a card and where it is from; None where it is no contact."""
    reading = _Reading(card)
    contact = reading.contact()
    if contact is None:
        return None
    used = {id(found) for found in reading.sources.values()}
    twins = {
        field: [found for found in several if id(found) not in used]
        for field, several in reading.twins.items()
    }
    children, more = tuple(reading.children), tuple(reading.more)
    return Trace(contact, reading.sources, twins, children, reading.addresses, more)


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
        self.sources: dict[str, Property] = {}
        self.twins: dict[str, list[Property]] = {}
        self.children: list[Property] = []
        self.addresses: dict[str, Property] = {}
        self.more: list[str] = []
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

    def _set(self, field: str, text: str, found: Property | None = None, what: str = "") -> bool:
        """Fill a field that is free; False where it is not or the text does not fit."""
        text = text.strip()
        if not text or field in self._fields:
            if found is not None and text and self._fields[field] == text:
                self.twins.setdefault(field, []).append(found)
            return False
        if len(text) > TEXT_LIMIT:
            self.problems.append(f"{what or field} is longer than {TEXT_LIMIT} characters")
        else:
            self._fields[field] = text
            if found is not None:
                self.sources[field] = found
        return True

    def _note(self, what: str, found: Property, text: str) -> None:
        """Keep what no field holds, once, as a line of the notes."""
        label = self._labels.get(found.group) if found.group else None
        kinds = sorted(found.types - {"INTERNET", "PREF", "VOICE", "POSTAL", "PARCEL"})
        about = label or ", ".join(kind.lower() for kind in kinds)
        line = f"{what} ({about}): {text}" if about else f"{what}: {text}"
        if text and text not in self._fields.values() and line not in self.more[-50:]:
            self.more.append(line)

    def _names(self) -> None:
        for found in self._named("N")[:1]:
            for field, part in zip(NAME, found.components(5, " "), strict=False):
                self._set(field, part, found)
        for place, found in enumerate(self._named("ORG")):
            company, *departments = found.components(2)
            department = ", ".join(filter(None, departments))
            if place == 0:
                self._set("company_name", company, found)
                self._set("department", department, found)
            else:
                self._note("Organization", found, ", ".join(filter(None, (company, department))))
        # The reading of a name that Japanese telephones write.
        for found in self._named("SOUND"):
            if "IRMC-N" in found.types:
                last, first, *_ = found.components(2, " ")
                self._set("yomi_last_name", last, found)
                self._set("yomi_first_name", first, found)

    def _texts(self) -> None:
        found_first = sorted(self._properties, key=lambda found: found.name == "ROLE")
        for found in found_first:
            field = TEXTS_READ.get(found.name)
            if field is not None and not self._set(field, found.text, found, found.name):
                self._note(found.name.removeprefix("X-").capitalize(), found, found.text)

    def _emails(self) -> None:
        found = sorted(self._named("EMAIL"), key=lambda one: one.preference)
        rest = self._fill([(one, without_scheme(one.text, "mailto:"), EMAILS) for one in found])
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
                and self._set(slots[int(place) - 1], text, one)
            ):
                continue
            waiting.append((one, text, slots))
        for one, text, slots in waiting:
            if not any(self._set(slot, text, one) for slot in slots):
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
            own.append((found, telephone(found.text), slots))
            later[id(found)] = overflow
        rest = self._fill(own)
        for found, text in rest:
            known = next((field for field, value in self._fields.items() if value == text), None)
            if known is not None:
                self.twins.setdefault(known, []).append(found)
            elif not any(self._set(slot, text, found) for slot in later[id(found)]):
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
        self.addresses[start] = found
        box, extended, street, *others = found.components(7)
        # Google writes an address without structure there.
        is_office = kind == "WORK" and "\n" not in extended
        if is_office and self._set("office_location", extended, found):
            extended = ""
        lines = "\n".join(filter(None, (box, extended, street)))
        for part, text in zip(ADDRESS, (lines, *others), strict=False):
            self._set(f"{start}_address_{part}", text, found)
        return True

    def _messengers(self) -> None:
        found = [one for one in self._properties if one.name in IM_SCHEMES]
        rest = self._fill([(one, im_address(one), IM_ADDRESSES) for one in found])
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
                first = self._fields.setdefault(field, instant)
                if self.sources.setdefault(field, found) is not found and first == instant:
                    self.twins.setdefault(field, []).append(found)

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
                self.children.append(found)
            elif field is None or not self._set(field, text, found):
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
        for part in (notes, "\n".join(self.more)):
            body = self._fields.get("body")
            text = f"{body.data}\n\n{part}" if part and isinstance(body, Body) else part
            if len(text) > NOTE_LIMIT:
                self.problems.append(f"the notes are longer than {NOTE_LIMIT} characters")
            elif text:
                self._fields["body"] = Body(type=BodyType.PLAIN_TEXT, data=with_line_ends(text))

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
            self._set("file_as", found.parameters.get("SORT-AS", "").replace(",", ", "), found)
        self._set("file_as", name)
