"""Settings Oof, as phones get and set it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from overair.delivery.out_of_office.absence import AT_WORK, LONGEST_REPLY, set_absence
from overair.protocol.http import Command
from overair.protocol.settings import (
    OofGet,
    OofMessage,
    OofRequest,
    OofResponse,
    OofSettings,
    OofState,
    SettingsRequest,
    SettingsResponse,
)
from overair.versions import SERVED, Version
from support.phone import Phone
from support.server import ANNA, BEN, RunningServer

NOW = datetime.now(UTC).replace(microsecond=0)
START, END = NOW - timedelta(days=1), NOW + timedelta(days=1)
HTML = '<p>I am <b>away</b> &amp; "happy".</p><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _at_work(server: RunningServer) -> Iterator[None]:
    yield
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    server.call(lambda: mailbox.transact(lambda one: set_absence(one.transaction, one.account_id, AT_WORK)))


def oof(phone: Phone, request: OofRequest) -> OofResponse:
    response = phone.post(Command.SETTINGS, SettingsRequest(oof=request)).read(SettingsResponse)
    assert response.status == 1
    assert response.oof is not None
    return response.oof


def put(phone: Phone, settings: OofSettings) -> int | None:
    response = oof(phone, OofRequest(set=settings))
    assert response.get is None
    return response.status


def get(phone: Phone, body_type: str = "Text") -> OofSettings:
    response = oof(phone, OofRequest(get=OofGet(body_type=body_type)))
    assert response.status == 1
    assert response.get is not None
    return response.get


def internal(
    text: str | None = "Away.", body_type: str | None = "Text", enabled: str | None = "1"
) -> OofMessage:
    return OofMessage(applies_to_internal=True, enabled=enabled, reply_message=text, body_type=body_type)


def known(text: str | None = "Away, friend.") -> OofMessage:
    body_type = "Text" if text is not None else None
    return OofMessage(applies_to_external_known=True, enabled="1", reply_message=text, body_type=body_type)


@pytest.mark.req(
    "MS-ASCMD_R3505", "MS-ASCMD_R2007", "MS-ASCMD_R1995", "MS-ASCMD_R826", "MS-ASCMD_R5677", "MS-ASCMD_R4392"
)
@pytest.mark.parametrize("version", SERVED)
def test_who_never_set_anything_is_told_of_every_audience(server: RunningServer, version: Version) -> None:
    found = get(Phone(server, version))
    assert (found.state, found.start_time, found.end_time) == (OofState.DISABLED, None, None)
    assert found.messages == (
        OofMessage(applies_to_internal=True, enabled="0"),
        OofMessage(applies_to_external_known=True, enabled="0"),
        OofMessage(applies_to_external_unknown=True, enabled="0"),
    )


@pytest.mark.req(
    "MS-ASCMD_R2251",
    "MS-ASCMD_R3533",
    "MS-ASCMD_R2010",
    "MS-ASCMD_R2690",
    "MS-ASCMD_R1626",
    "MS-ASCMD_R802",
    "MS-ASCMD_R783",
    "MS-ASCMD_R816",
    "MS-ASCMD_R826",
)
@pytest.mark.parametrize("version", SERVED)
def test_what_is_set_is_got_again(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    settings = OofSettings(
        state=OofState.TIME_BASED, start_time=START, end_time=END, messages=(internal(), known())
    )
    assert put(phone, settings) == 1
    found = get(Phone(server, version))
    assert (found.state, found.start_time, found.end_time) == (OofState.TIME_BASED, START, END)
    assert found.messages == (internal(), known(), OofMessage(applies_to_external_unknown=True, enabled="0"))
    assert get(Phone(server, version, address=BEN)).state is OofState.DISABLED


@pytest.mark.req("MS-ASCMD_R821", "MS-ASCMD_R826")
def test_each_form_of_a_message_is_shown_in_the_other(server: RunningServer) -> None:
    phone = Phone(server)
    settings = OofSettings(
        state=OofState.GLOBAL, messages=(internal(HTML, "HTML"), known("One & two\nthree"))
    )
    assert put(phone, settings) == 1
    as_html, as_text = get(phone, "HTML").messages, get(phone, "text").messages
    assert (as_html[0].reply_message, as_html[0].body_type) == (HTML, "HTML")  # as it was written
    assert (as_text[0].reply_message, as_text[0].body_type) == ('I am away & "happy".', "Text")
    assert as_html[1].reply_message is not None
    assert "One &amp; two" in as_html[1].reply_message
    assert as_text[1].reply_message == "One & two\nthree"
    # A client that knows one form alone does not wipe the other by sending back what it was shown.
    again = OofSettings(state=OofState.GLOBAL, messages=(as_text[0], as_html[1]))
    assert put(phone, again) == 1
    assert get(phone, "HTML").messages == as_html
    assert get(phone, "TEXT").messages == as_text


@pytest.mark.req("MS-ASCMD_R2252", "MS-ASCMD_R3505")
def test_a_set_leaves_alone_what_it_does_not_name(server: RunningServer) -> None:
    phone = Phone(server)
    settings = OofSettings(
        state=OofState.TIME_BASED, start_time=START, end_time=END, messages=(internal(), known())
    )
    assert put(phone, settings) == 1
    assert put(phone, OofSettings(messages=(internal(None, None, "0"),))) == 1
    found = get(phone)
    assert (found.state, found.start_time, found.end_time) == (OofState.TIME_BASED, START, END)
    assert found.messages[:2] == (internal(enabled="0"), known())
    assert put(phone, OofSettings(messages=(internal("", "Text", None),))) == 1
    assert get(phone).messages[0] == OofMessage(applies_to_internal=True, enabled="0")


@pytest.mark.req("MS-ASCMD_R3535", "MS-ASCMD_R7544")
@pytest.mark.parametrize("state", [OofState.DISABLED, OofState.GLOBAL, None])
def test_times_are_of_a_range_alone(server: RunningServer, state: OofState | None) -> None:
    phone = Phone(server)
    assert put(phone, OofSettings(state=state, start_time=START, end_time=END)) == 1
    found = get(phone)
    assert (found.state, found.start_time) == (state or OofState.DISABLED, None)
    # Nor do they come back with a range that says none.
    assert put(phone, OofSettings(state=OofState.TIME_BASED)) == 5


def test_a_range_that_is_over_is_off(server: RunningServer) -> None:
    phone = Phone(server)
    settings = OofSettings(state=OofState.TIME_BASED, start_time=START, end_time=NOW, messages=(internal(),))
    assert put(phone, settings) == 1
    found = get(phone)
    assert (found.state, found.start_time, found.end_time) == (OofState.DISABLED, None, None)
    assert found.messages[0] == internal()


@pytest.mark.req(
    "MS-ASCMD_R2272",
    "MS-ASCMD_R5681",
    "MS-ASCMD_R3992",
    "MS-ASCMD_R5827",
    "MS-ASCMD_R4393",
    "MS-ASCMD_R5582",
    "MS-ASCMD_R5583",
    "MS-ASCMD_R484",
)
@pytest.mark.parametrize(
    ("settings", "status"),
    [
        (OofSettings(state=OofState.TIME_BASED, start_time=START), 2),
        (OofSettings(state=OofState.TIME_BASED, end_time=END), 2),
        (OofSettings(state=OofState.GLOBAL, end_time=END), 2),
        (OofSettings(state=OofState.TIME_BASED), 5),
        (OofSettings(state=OofState.TIME_BASED, start_time=END, end_time=START), 6),
        (OofSettings(state=OofState.TIME_BASED, start_time=END, end_time=END), 6),
        (OofSettings(messages=(internal(), internal("Other."))), 6),
        (OofSettings(messages=(OofMessage(enabled="1"),)), 5),
        (
            OofSettings(
                messages=(OofMessage(applies_to_internal=True, applies_to_external_known=True, enabled="1"),)
            ),
            6,
        ),
        (OofSettings(messages=(internal(body_type=None),)), 5),
        (OofSettings(messages=(internal(body_type="RTF"),)), 5),
        (OofSettings(messages=(internal(enabled="2"),)), 5),
        (OofSettings(messages=(internal("x" * (LONGEST_REPLY + 1)),)), 5),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    server: RunningServer, settings: OofSettings, status: int
) -> None:
    phone = Phone(server)
    before = OofSettings(state=OofState.GLOBAL, messages=(internal("Before."),))
    assert put(phone, before) == 1
    assert put(phone, settings) == status
    found = get(phone)
    assert (found.state, found.messages[0]) == (OofState.GLOBAL, internal("Before."))


@pytest.mark.req("MS-ASCMD_R4393", "MS-ASCMD_R5582")
def test_a_request_that_asks_for_nothing_is_refused(server: RunningServer) -> None:
    phone = Phone(server)
    assert oof(phone, OofRequest()).status == 2
    refused = oof(phone, OofRequest(get=OofGet(body_type="RTF")))
    assert (refused.status, refused.get) == (5, None)


def test_set_and_get_go_together(server: RunningServer) -> None:
    response = oof(
        Phone(server),
        OofRequest(
            get=OofGet(body_type="Text"), set=OofSettings(state=OofState.GLOBAL, messages=(internal(),))
        ),
    )
    assert response.status == 1
    assert response.get is not None
    assert (response.get.state, response.get.messages[0]) == (OofState.GLOBAL, internal())
