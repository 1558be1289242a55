"""ResolveRecipients: whom names mean, when those people are busy, their photos and certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overair.directory.interface import AddressListEntry
from overair.items import Contact, Event, Item
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.http import Command
from overair.protocol.resolve_recipients import (
    Availability,
    AvailabilityRequest,
    Options,
    PhotoOptions,
    Recipient,
    ResolveRecipientsRequest,
    ResolveRecipientsResponse,
    Response,
)
from overair.protocol.statuses import CertificateRetrieval
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import ResolveRecipients
from support.phone import Phone
from support.server import ANNA, BEN, DOMAIN, RunningServer, running_server

E = Element
PHOTO = b"\xff\xd8" + bytes(98)
CLARA, DORA = f"clara@{DOMAIN}", f"dora@{DOMAIN}"
NAMES = [f"Michael {letter}lexander" for letter in "BCDEF"]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECRET = "what Ben does is his own business"


def event(start: datetime, minutes: int, status: int | None = 2, **fields: Any) -> Event:
    end = start + minutes * MINUTE
    return Event(
        subject=SECRET,
        uid=f"{start}",
        zone="UTC",
        start_time=start,
        end_time=end,
        busy_status=status,
        **fields,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    people = {f"m{number}@{DOMAIN}": name for number, name in enumerate(NAMES)}
    accounts = {ANNA: "Anna Amund", BEN: "Ben Beck", CLARA: "Clara Cohn", DORA: "Clara Cohnheim", **people}
    entries = {
        BEN: AddressListEntry("Ben Beck", BEN, "ben", "Ben", "Beck", picture=PHOTO),
        f"m0@{DOMAIN}": AddressListEntry(NAMES[0], f"m0@{DOMAIN}", picture=PHOTO),
        f"m2@{DOMAIN}": AddressListEntry(NAMES[2], f"m2@{DOMAIN}", picture=PHOTO * 10),
        f"m3@{DOMAIN}": AddressListEntry(NAMES[3], f"m3@{DOMAIN}", picture=PHOTO),
    }
    with running_server(tmp_path_factory.mktemp("house"), accounts, entries=entries) as running:
        daily = Recurrence(type=RecurrenceType.DAILY, interval=1)
        add(
            running, BEN, FolderType.CALENDAR, event(NOON, 5, 3), event(NOON + 2 * HOUR, 60, recurrence=daily)
        )
        add(running, ANNA, FolderType.CALENDAR, event(NOON, 30, 1), event(NOON + HOUR, 30, 2))
        add(
            running,
            ANNA,
            FolderType.CONTACTS,
            Contact(first_name="Otto", last_name="Ohm", email1_address="otto@x.net", picture=PHOTO),
            Contact(file_as="Ohm, Olga", email1_address='"Olga" <olga@x.net>', email2_address="ohm@y.net"),
            Contact(file_as="Ben at home", email1_address=BEN.upper()),
            Contact(file_as="Without an address", first_name="Ohm"),
            Contact(file_as="Bert", company_name="Ohm & Co", email1_address="bert@x.net"),
        )
        yield running


def add(server: RunningServer, address: str, kind: FolderType, *items: Item) -> None:
    mailbox = server.application.services.mailbox(server.users[address].account_id)

    async def work(session: Session) -> None:
        folder = await session.folder_of_type(kind)
        for item in items:
            await session.add(folder.folder_id, item)

    server.call(lambda: mailbox.transact(work))


def ask(phone: Phone, *to: str, **options: Any) -> ResolveRecipientsResponse:
    request = ResolveRecipientsRequest(to=to, options=Options(**options) if options else None)
    return phone.post(Command.RESOLVE_RECIPIENTS, request).read(ResolveRecipientsResponse)


def resolve(phone: Phone, *to: str, **options: Any) -> tuple[Response, ...]:
    response = ask(phone, *to, **options)
    assert response.status == 1
    assert tuple(one.to for one in response.responses) == to
    return response.responses


def span(start: datetime, length: timedelta | None) -> AvailabilityRequest:
    return AvailabilityRequest(start_time=start, end_time=None if length is None else start + length)


def availability(phone: Phone, who: str, start: datetime, length: timedelta | None) -> Availability:
    (response,) = resolve(phone, who, availability=span(start, length))
    (recipient,) = response.recipients
    assert recipient.availability is not None
    return recipient.availability


def digits(phone: Phone, who: str, start: datetime, length: timedelta | None) -> str:
    told = availability(phone, who, start, length)
    assert told.status == 1
    return told.merged_free_busy or ""


@pytest.mark.req("MS-ASCMD_R4275", "MS-ASCMD_R4618", "MS-ASCMD_R4620", "MS-ASCMD_R3765", "MS-ASCMD_R4686")
@pytest.mark.parametrize("version", SERVED)
def test_one_who_is_meant(server: RunningServer, version: Version) -> None:
    meant = {
        "ben": (1, "Ben Beck", BEN),
        BEN.upper(): (1, "Ben Beck", BEN),
        "  BECK  ": (1, "Ben Beck", BEN),
        "-ben": (1, "Ben Beck", BEN),
        "otto": (2, "Otto Ohm", "otto@x.net"),
        "otto@x": (2, "Otto Ohm", "otto@x.net"),
        "OLGA@x.net": (2, "Ohm, Olga", "olga@x.net"),
        "clara cohn": (1, "Clara Cohn", CLARA),
        "bert": (2, "Bert", "bert@x.net"),
    }
    for response in resolve(Phone(server, version), *meant):
        kind, name, address = meant[response.to]
        expected = Recipient(type=kind, display_name=name, email_address=address)
        assert response == Response(to=response.to, status=1, recipient_count=1, recipients=(expected,))


@pytest.mark.req("MS-ASCMD_R4277", "MS-ASCMD_R4281", "MS-ASCMD_R4283", "MS-ASCMD_R4279", "MS-ASCMD_R4284")
def test_several_who_may_be_meant(server: RunningServer) -> None:
    phone = Phone(server)
    asked: dict[str, Any] = {
        "certificate_retrieval": CertificateRetrieval.FULL,
        "availability": span(NOON, HOUR),
    }
    for limit, status, number in ((None, 2, 5), (5, 2, 5), (3, 3, 3), (0, 3, 0)):
        (response,) = resolve(phone, "Michael", max_ambiguous_recipients=limit, **asked)
        assert (response.status, response.recipient_count) == (status, 5)
        assert [one.display_name for one in response.recipients] == NAMES[:number]
        assert all(one.certificates is None and one.availability is None for one in response.recipients)


def test_contacts_are_suggested_behind_the_address_list(server: RunningServer) -> None:
    """By each of their addresses, but not by one that the address list has, nor by what they do."""
    (ohm, ben) = resolve(Phone(server), "ohm", "be")
    assert [one.email_address for one in ohm.recipients] == ["ohm@y.net", "olga@x.net", "otto@x.net"]
    assert ohm.status == 2
    assert [(one.type, one.email_address) for one in ben.recipients] == [(1, BEN), (2, "bert@x.net")]
    (ohm,) = resolve(Phone(server, login=BEN), "ohm")  # somebody else's contacts are nobody's
    assert (ohm.status, ohm.recipient_count, ohm.recipients) == (4, 0, ())


@pytest.mark.req("MS-ASCMD_R4287")
def test_nobody_is_meant(server: RunningServer) -> None:
    words = ("Zoroaster", "zoe@x.net", "", "  ", "...", "ohm & co", "olga OR otto", "NOT zoe", "-")
    for response in resolve(Phone(server), *words, certificate_retrieval=CertificateRetrieval.FULL):
        assert (response.status, response.recipient_count, response.recipients) == (4, 0, ())


@pytest.mark.req("MS-ASCMD_R4302", "MS-ASCMD_R4304", "MS-ASCMD_R3764", "MS-ASCMD_R856")
@pytest.mark.parametrize("wanted", [None, *CertificateRetrieval])
def test_nobody_has_a_certificate(server: RunningServer, wanted: CertificateRetrieval | None) -> None:
    (response,) = resolve(Phone(server), BEN, certificate_retrieval=wanted, max_certificates=1)
    told = response.recipients[0].certificates
    if wanted in (None, CertificateRetrieval.NONE):
        assert told is None
    else:
        assert told is not None
        assert (told.status, told.certificate_count, told.certificates) == (7, 0, ())
        assert told.mini_certificate is None


@pytest.mark.req("MS-ASCMD_R4310", "MS-ASCMD_R4311", "MS-ASCMD_R4312", "MS-ASCMD_R4313", "MS-ASCMD_R3286")
@pytest.mark.req("MS-ASCMD_R3287", "MS-ASCMD_R3288", "MS-ASCMD_R3289")
def test_photos(server: RunningServer) -> None:
    """The limit of their number is for each To."""
    phone = Phone(server)
    found = resolve(
        phone, "Michael", "otto", "clara cohn", picture=PhotoOptions(max_size=100, max_pictures=1)
    )
    told = [[one.photo for one in response.recipients] for response in found]
    assert [[one.status for one in photos if one] for photos in told] == [[1, 173, 174, 175, 173], [1], [173]]
    assert [one.data for photos in told for one in photos if one and one.status == 1] == [PHOTO, PHOTO]
    assert all(one.data is None for photos in told for one in photos if one and one.status != 1)
    (response,) = resolve(phone, BEN)
    assert response.recipients[0].photo is None


@pytest.mark.req("MS-ASCMD_R3327", "MS-ASCMD_R3329", "MS-ASCMD_R3330", "MS-ASCMD_R3332", "MS-ASCMD_R3321")
def test_the_digits_of_half_hours(server: RunningServer) -> None:
    """Ben's calendar, asked by Anna; the first three as in MS-ASCMD_R3334 to R3336."""
    phone = Phone(server)
    second, day = timedelta(seconds=1), timedelta(days=1)
    for start, length, expected in (
        (NOON, HOUR, "30"),
        (NOON + 5 * MINUTE - second, 55 * MINUTE + second, "30"),
        (NOON + 5 * MINUTE, 55 * MINUTE, "00"),
        (NOON, 30 * MINUTE, "3"),
        (NOON - second, 30 * MINUTE + second, "30"),
        (NOON, 30 * MINUTE + timedelta(milliseconds=1), "30"),
        (NOON + 90 * MINUTE, 2 * HOUR, "0220"),
        (NOON + 8 * day + 2 * HOUR, HOUR, "22"),
        (NOON - 8 * day, HOUR, "00"),
    ):
        assert digits(phone, BEN, start, length) == expected


@pytest.mark.req("MS-ASCMD_R819", "MS-ASCMD_R3338", "MS-ASCMD_R3339", "MS-ASCMD_R4291")
@pytest.mark.parametrize("version", [version for version in SERVED if version >= Version.V14_0])
def test_ones_own_time_and_that_of_others(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    anna, ben, otto, twice = resolve(phone, ANNA, "ben", "otto", BEN, availability=span(NOON, 2 * HOUR))
    assert anna.recipients[0].availability == Availability(status=1, merged_free_busy="1020")
    assert ben.recipients[0].availability == Availability(status=1, merged_free_busy="3000")
    assert otto.recipients[0].availability == Availability(status=163)
    assert twice.recipients[0].availability == ben.recipients[0].availability


@pytest.mark.req("MS-ASCMD_R2265")
def test_without_an_end_it_is_seven_days(server: RunningServer) -> None:
    assert len(digits(Phone(server), BEN, NOON, None)) == 7 * 48


@pytest.mark.req("MS-ASCMD_R2266", "MS-ASCMD_R5430", "MS-ASCMD_R5175")
def test_spans(server: RunningServer) -> None:
    phone = Phone(server)
    for length, status in (
        (timedelta(days=42), 1),
        (timedelta(days=42, milliseconds=1), 5),
        (30 * MINUTE, 1),
        (30 * MINUTE - timedelta(milliseconds=1), 5),
        (timedelta(), 5),
        (-HOUR, 5),
    ):
        response = ask(phone, BEN, availability=span(NOON, length))
        assert response.status == status
        assert len(response.responses) == (status == 1)
    assert ask(phone, BEN, availability=span(datetime(9999, 12, 31, tzinfo=UTC), None)).status == 5


def test_nothing_is_said_of_what_others_do(server: RunningServer) -> None:
    request = ResolveRecipientsRequest(to=(BEN, "ben"), options=Options(availability=span(NOON, 9 * HOUR)))
    answer = Phone(server).post(Command.RESOLVE_RECIPIENTS, request)
    assert SECRET.encode() not in answer.body
    assert b"3000" in answer.body


@pytest.mark.req("MS-ASCMD_R4614", "MS-ASCMD_R7501", "MS-ASCMD_R5656", "MS-ASCMD_R4622", "MS-ASCMD_R4293")
def test_too_many(server: RunningServer) -> None:
    """The number of those of whom it is asked when they are busy cannot reach a hundred."""
    phone = Phone(server)
    hundred = [f"m{number % 5}@{DOMAIN}" for number in range(100)]
    assert len(resolve(phone, *hundred)) == 100
    assert ask(phone, *hundred, "one more").status == 5
    many = [Contact(email1_address=f"{number}@many.net") for number in range(100)]
    add(server, BEN, FolderType.CONTACTS, *many)
    found = resolve(
        Phone(server, login=BEN), *(f"{n}@many.net" for n in range(100)), availability=span(NOON, HOUR)
    )
    told = [one.recipients[0].availability for one in found]
    assert [one.status for one in told if one] == [163] * 99 + [160]


@pytest.mark.req("MS-ASCMD_R3986", "MS-ASCMD_R2264", "MS-ASCMD_R4270", "MS-ASCMD_R5873")
@pytest.mark.parametrize(
    "children",
    [
        [],
        [E(ResolveRecipients.To, "x" * 257)],
        [E(ResolveRecipients.Options, [])],
        *(
            [E(ResolveRecipients.To, "ben"), E(ResolveRecipients.Options, [option])]
            for option in (
                E(ResolveRecipients.CertificateRetrieval, "4"),
                E(ResolveRecipients.MaxCertificates, "10000"),
                E(ResolveRecipients.MaxAmbiguousRecipients, "-1"),
                E(ResolveRecipients.Availability, [E(ResolveRecipients.EndTime, "2026-11-23T12:00:00.000Z")]),
                E(ResolveRecipients.Availability, [E(ResolveRecipients.StartTime, "tomorrow")]),
                E(
                    ResolveRecipients.Availability,
                    [
                        E(ResolveRecipients.StartTime, "2026-11-23T12:00:00.000Z"),
                        E(ResolveRecipients.EndTime, "x"),
                    ],
                ),
            )
        ),
    ],
)
def test_what_breaks_the_schema(server: RunningServer, children: list[Element]) -> None:
    body = encode(E(ResolveRecipients.ResolveRecipients, children))
    answer = Phone(server).post(Command.RESOLVE_RECIPIENTS, body).read(ResolveRecipientsResponse)
    assert answer == ResolveRecipientsResponse(status=5)


@pytest.mark.req("MS-ASCMD_R6794")
def test_what_came_later_is_refused_before(server: RunningServer) -> None:
    asked = ResolveRecipientsRequest(to=("ben",), options=Options(availability=span(NOON, HOUR)))
    body = encode(asked.to_element(Version.V14_0))
    answer = Phone(server, Version.V12_1).post(Command.RESOLVE_RECIPIENTS, body)
    assert answer.read(ResolveRecipientsResponse) == ResolveRecipientsResponse(status=5)
