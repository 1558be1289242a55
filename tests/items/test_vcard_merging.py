"""An edit merged into a vCard: what was edited is said, every other line stands as it stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import cycle, islice
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.vcard_edits import APPLE, NOW, body, edited
from overair.items.body import Body
from overair.items.contact import Contact
from overair.items.vcard.cards import Card, Property, cards
from overair.items.vcard.contacts import contacts_from_vcard
from overair.items.vcard.merging import Unmergeable, merged, written
from overair.items.vcard.places import in_places
from overair.items.vcard.reading import Trace, traced
from support.shared import SHARED, needs_shared
from support.vcards import JPEG, card, only

PLACES: Final = (
    ("email1_address", "email2_address", "email3_address"),
    ("im_address", "im_address2", "im_address3"),
    (
        *("mobile_phone_number", "home_phone_number", "home2_phone_number", "business_phone_number"),
        *("business2_phone_number", "home_fax_number", "business_fax_number"),
    ),
)
"""Fields whose values move up where one before them goes."""
FOLLOWING: Final = frozenset({"file_as", "body"})
"""What is read from others, too: FN, and properties that no field holds."""
UPSTREAM: Final = tuple(
    bound.name for bound in Contact.fields() if bound.name not in ("alias", "weighted_rank", "file_as")
)
LATIN: Final = st.text("aZ ü,;:\\\"n\n'=漢", min_size=1, max_size=40).map(str.strip).filter(bool)


def trace_of(text: str) -> tuple[Card, Trace]:
    (found,) = cards(text)
    trace = traced(found)
    assert trace is not None
    return found, trace


def touched(found: Card, trace: Trace, changed: set[str]) -> set[int]:
    """Where the properties stand that the change of some fields may change, too."""
    own: list[Property] = []
    for field in changed:
        own += [one for one in (trace.sources.get(field),) if one is not None]
        own += trace.twins.get(field, [])
        start = "business" if field == "office_location" else field.partition("_")[0]
        own += [one for name, one in trace.addresses.items() if name == start]
    names = {"REV"}
    if changed & {"last_name", "first_name", "middle_name", "title", "suffix", "file_as"}:
        names |= {"N", "FN"}
    names |= {"FN"} if changed & {"company_name", "nick_name"} else set()
    names |= {"ORG"} if changed & {"company_name", "department"} else set()
    names |= {"CATEGORIES"} if "categories" in changed else set()
    names |= {"NOTE"} if "body" in changed else set()
    names |= {"PHOTO"} if "picture" in changed else set()
    own += [*trace.children] if "children" in changed else []
    groups = {one.group for one in own if one.group}
    kinds = {one.types for one in own if one.name == "ADR"}
    return {
        one.start
        for one in found.properties
        if one in own
        or one.name in names
        or (one.group in groups and one.name.startswith("X-AB"))
        or (one.name == "LABEL" and one.types in kinds)
    }


def check(text: str, **values: Any) -> None:
    """An edit says what was edited, and leaves the rest as it is."""
    found, trace = trace_of(text)
    old = trace.contact
    new = edited(old, **values)
    after = merged(text, old, new, now=NOW)
    card_after, trace_after = trace_of(after)
    # Every line whose field did not change is still there, in order.
    free = touched(found, trace, set(values))
    rest = iter(after[one.start : one.end] for one in card_after.properties)
    for one in found.properties:
        if one.start not in free:
            assert text[one.start : one.end] in rest, (one.name, after)
    assert after[: found.properties[0].start] == text[: found.properties[0].start]
    assert after.endswith(text[found.end :])
    # What was edited is read again, and what was not is as it was, but for what has moved up.
    for field in UPSTREAM:
        assert _is_same(field, new, trace_after.contact, trace), (field, after)


def _is_same(field: str, new: Contact, after: Contact, trace: Trace) -> bool:
    wanted, said = getattr(new, field), getattr(after, field)
    if wanted == said:
        return True
    if field == "body":
        return own_notes(wanted, trace) == own_notes(said, trace)
    alike = next((fields for fields in PLACES if field in fields), None)
    if alike is not None:
        return {getattr(new, one) for one in alike} - {None} <= {getattr(after, one) for one in alike}
    if wanted is None and said is not None:
        # What no field held has moved up.
        return any(str(said) in line for line in trace.more)
    return False


def own_notes(said: Body | None, trace: Trace) -> set[str]:
    """The lines of notes, less those that tell of properties."""
    text = "" if said is None or said.data is None else said.data
    return {
        line
        for line in text.split("\r\n")
        if line
        and not any(line in more.replace("\r\n", "\n").split("\n") for more in trace.more)
        and not line.startswith(("Organization", "E-mail", "Phone", "Instant", "Role", "Title", "Url"))
    }


@cache
def corpus() -> tuple[str, ...]:
    """Each card of the corpora."""
    return tuple(_corpus())


def _corpus() -> Iterator[str]:
    assert SHARED is not None
    for path in sorted((SHARED / "corpora/vcard").glob("*.vcf")):
        text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
        for found in cards(text):
            yield text[found.start : found.end] + "END:VCARD\r\n"


VALUES: Final[Mapping[str, Any]] = {
    "picture": JPEG,
    "birthday": datetime(1980, 2, 3, tzinfo=UTC),
    "anniversary": datetime(1604, 2, 29, tzinfo=UTC),
    "categories": ("Neü,x", "B"),
    "children": ("Kind; 1", "Kind 2"),
    "body": body("Neu;\r\nzweite, ü\\n"),
    "im_address": "aim:ü",
    "im_address2": "skype:b",
    "im_address3": "xmpp:c",
}


@needs_shared
def test_nothing_changes_where_nothing_was_edited() -> None:
    for text in corpus():
        contact = only(text) if _is_whole(text) else None
        if contact is not None:
            assert merged(text, contact, contact, now=NOW) == text


def _is_whole(text: str) -> bool:
    return all(isinstance(one, Contact) for one in contacts_from_vcard(text))


@needs_shared
@pytest.mark.full
@pytest.mark.parametrize("field", UPSTREAM)
def test_each_field_of_real_cards_is_edited_alone(field: str) -> None:
    edit_alone(field, corpus())


@needs_shared
def test_fields_of_real_cards_are_edited_alone() -> None:
    cards_in_turn = cycle(corpus())
    for field in UPSTREAM:
        edit_alone(field, tuple(islice(cards_in_turn, 2)))


def edit_alone(field: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        check(text, **{field: VALUES.get(field, 'Änd, "x";\\n y')})
        if field not in ("first_name", "last_name", "email1_address"):
            check(text, **{field: None})


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
@given(data=st.data())
def test_edits_of_several_fields(version: str, data: st.DataObject) -> None:
    text = card(
        "item1.TEL;TYPE=CELL,PREF:+49 1",
        "item1.X-ABLabel:Handy",
        "N;LANGUAGE=de:Muster;Anna,Berta;;Dr.;",
        "FN:Dr. Anna Muster",
        "TEL;TYPE=HOME:+49 2",
        "TEL;TYPE=HOME;X-CUSTOM=1:+49 3",
        "TEL;TYPE=HOME:+49 4",
        "EMAIL;TYPE=INTERNET;X-Evolution-Slot=2:a@example.org",
        "EMAIL:b@example.org",
        "EMAIL:c@example.org",
        "EMAIL;TYPE=X-HIDDEN:d@example.org",
        "ADR;TYPE=HOME;LABEL=Zuhause:Postfach 1;;Weg 1,Hof;Ort;;01234;Land",
        "ADR;TYPE=WORK:;Raum 7;Allee 2;Stadt;;;",
        "X-UNKNOWN;A=b:c",
        "ORG:Firma;Abteilung;Gruppe",
        "NOTE:Erste",
        "NOTE;LANGUAGE=de:Zweite",
        "CATEGORIES:Freunde,Verein",
        "item2.X-ABRELATEDNAMES:Kind Eins",
        "item2.X-ABLabel:_$!<Child>!$_",
        "BDAY;VALUE=date:19700203",
        "URL:https://example.org/a;b,c",
        "URL:https://example.org/second",
        "REV:20200101T000000Z",
        version=version,
    )
    fields = data.draw(st.lists(st.sampled_from(UPSTREAM), min_size=1, max_size=4, unique=True))
    values: dict[str, Any] = {}
    for field in fields:
        if field in ("birthday", "anniversary"):
            days = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - naive for hypothesis
                lambda day: day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
            )
            values[field] = data.draw(days | st.none())
        elif field in ("categories", "children"):
            names = LATIN.map(lambda text: text.replace("\n", " "))
            values[field] = tuple(data.draw(st.lists(names, max_size=3, unique=True))) or None
        elif field == "body":
            values[field] = data.draw(st.none() | LATIN.map(lambda text: body(text.replace("\n", "\r\n"))))
        elif field == "picture":
            values[field] = data.draw(st.sampled_from([None, JPEG]))
        else:
            # What another field says already is not read a second time.
            said = data.draw(st.none() | LATIN)
            values[field] = None if said is None else f"{said} {field}".replace("\n", " ")
    check(text, **values)


def test_the_first_contact_of_several_cards_is_edited() -> None:
    group = card("KIND:group", "FN:Alle", version="4.0")
    text = group + card("FN:A") + card("FN:B")
    after = merged(text, Contact(file_as="A"), Contact(file_as="A", nick_name="N"), now=NOW)
    assert after == group + card("FN:A", "NICKNAME:N") + card("FN:B")
    with pytest.raises(Unmergeable):
        merged(group, Contact(), Contact(nick_name="N"), now=NOW)


def test_an_edit_meets_one_that_was_made_elsewhere() -> None:
    old = only(APPLE)
    elsewhere = APPLE.replace("third@example.org", "new@example.org").replace("Ort", "Stadt")
    after = merged(elsewhere, old, edited(old, home_address_street="Weg 2"), now=NOW)
    assert "new@example.org" in after
    assert ";;Weg 2;Stadt;;01234;Land" in after


def test_a_new_card_says_its_uid() -> None:
    text = written(Contact(first_name="A", file_as="A"), uid="a;b", now=NOW)
    assert "UID:a\\;b\r\n" in text
    assert "REV:20261123T063000Z\r\n" in text
    assert only(text).first_name == "A"


def test_what_stays_is_where_the_phone_knows_it() -> None:
    old = only(APPLE)
    new = edited(old, email1_address=None, home_phone_number=None)
    after = only(merged(APPLE, old, new, now=NOW))
    assert after.email1_address == "home@example.org"
    placed = in_places(after, new)
    assert (placed.email2_address, placed.email3_address) == ("home@example.org", "third@example.org")
    assert placed.email1_address == "fourth@example.org"
    assert (placed.home_phone_number, placed.home2_phone_number) == ("+49 3", "+49 2")
    assert in_places(old, old) == old
