"""Who may open the page, and what is sent to it from elsewhere; who may be examined, how often."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from overair.helpdesk.consultations import Consultations
from support.help_desk import FORM, SLOW, RunningDesk, running_desk, silent

PASSWORD = "the help desk's own"
EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def desk() -> Iterator[RunningDesk]:
    with running_desk(
        silent,
        surroundings=SLOW,
        consultations=Consultations(2, abandoned_seconds=4.0),
        allow=["@ward.test", "otto@other.test"],
        servers=["eas.example.net:8443"],
        examinations_per_minute=1000,
        examinations_per_minute_of_all=1000,
    ) as desk:
        yield desk


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    file = tmp_path_factory.mktemp("help-desk") / "password"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    with running_desk(silent, password_file=str(file), names=["Helpdesk.example.org"]) as desk:
        yield desk


def login(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"anybody:{password}".encode()).decode()}


def until(desk: RunningDesk, running: int) -> None:
    deadline = time.monotonic() + 30
    while desk.call(lambda: desk.desk.consultations.running) != running:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::"])
def test_another_name_is_not_answered(desk: RunningDesk, host: str) -> None:
    assert desk.ask("GET", "/", headers={"Host": host}).status in (400, 421)
    token = {"token": desk.token(), "address": "anna@ward.test"}
    assert desk.ask("POST", "/examinations", urlencode(token), {**FORM, "Host": host}).status in (400, 421)


@pytest.mark.parametrize("host", ["localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:8480"])
def test_names_of_loopback_are(desk: RunningDesk, host: str) -> None:
    assert desk.ask("GET", "/", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": EVIL},
    ],
)
def test_a_form_of_another_site_is_refused(desk: RunningDesk, headers: dict[str, str]) -> None:
    typed = {"token": desk.token(), "address": "anna@ward.test"}
    form = {"Content-Type": FORM["Content-Type"], **headers}
    assert desk.ask("POST", "/examinations", urlencode(typed), form).status == 403
    assert desk.call(lambda: desk.desk.consultations.running) == 0


@pytest.mark.parametrize("token", ["", "1.2", "99999999999.00", ".", "x"])
def test_a_form_without_a_token_of_this_page_is_refused(desk: RunningDesk, token: str) -> None:
    typed = {"token": token, "address": "anna@ward.test", "password": "secret word"}
    said = desk.ask("POST", "/examinations", urlencode(typed), FORM)
    assert said.status == 403
    assert "secret word" not in said.text


def test_no_script_of_others_runs_and_nobody_frames_it(desk: RunningDesk) -> None:
    for path, status in (("/", 200), ("/nowhere", 404), ("/assets/doctor.js", 200)):
        said = desk.ask("GET", path)
        assert said.status == status
        policy = said.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert said.headers["Cache-Control"] == "no-store"
        assert said.headers["X-Content-Type-Options"] == "nosniff"
    text = desk.ask("GET", "/").text
    assert " style=" not in text
    assert "<script>" not in text
    assert "://" not in text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_not_allowed(desk: RunningDesk, method: str) -> None:
    assert desk.ask(method, "/examinations").status == 405


def test_nothing_begins_by_a_link(desk: RunningDesk) -> None:
    assert desk.ask("GET", f"/examinations?address=anna@ward.test&token={desk.token()}").status == 405


@pytest.mark.parametrize("address", ["anna@other.test", "anna@sub.ward.test", "anna@evilward.test"])
def test_only_who_is_allowed_is_examined(desk: RunningDesk, address: str) -> None:
    said = desk.begin(address, password="secret word")
    assert said.status == 403
    assert "may not be examined" in said.text
    assert "secret word" not in said.text


@pytest.mark.parametrize(
    ("address", "server", "status"),
    [
        ("anna@ward.test", "192.0.2.1", 403),
        ("anna@ward.test", "localhost", 403),
        ("anna@ward.test", "mail.other.test", 403),
        ("anna@ward.test", "mail.ward.test:22", 403),
        ("anna@ward.test", "eas.example.net", 403),
        ("anna@ward.test", "http://mail.ward.test", 400),
        ("anna@ward.test", "[::1", 400),
        ("anna", "", 400),
        ("anna@ward.test\x00", "", 400),
        ("anna@ward.test", "x" * 1025, 400),
    ],
)
def test_only_servers_of_the_domain_may_be_named(
    desk: RunningDesk, address: str, server: str, status: int
) -> None:
    assert desk.begin(address, server=server).status == status


def test_markup_stays_text(desk: RunningDesk) -> None:
    said = desk.begin('"><script>alert(1)</script>@x', user='"><img src=x>')
    assert said.status == 400
    assert "<script>alert" not in said.text
    assert "<img" not in said.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("x=" + "y" * 20_000, FORM["Content-Type"], 413),
        ("&".join(f"f{n}=1" for n in range(40)), FORM["Content-Type"], 400),
        ("address=%ff", FORM["Content-Type"], 400),
        ('{"address": "anna@ward.test"}', "application/json", 415),
    ],
)
def test_what_is_no_form_is_not_read(desk: RunningDesk, body: str, kind: str, status: int) -> None:
    assert desk.ask("POST", "/examinations", body, {**FORM, "Content-Type": kind}).status == status


def test_an_examination_that_nobody_knows_is_not_found(desk: RunningDesk) -> None:
    for part in ("", "/events", "/report.html", "/report.json"):
        assert desk.ask("GET", f"/examinations/AAAA{part}").status == 404


def test_few_run_at_once_and_end_when_nobody_listens(desk: RunningDesk) -> None:
    first, second = desk.begun("anna@ward.test", "one"), desk.begun("ben@ward.test", "two")
    assert first != second
    third = desk.begin("cleo@ward.test")
    assert third.status == 429
    assert int(third.headers["Retry-After"]) > 0
    assert desk.ask("GET", f"{first}/report.json").status == 404
    assert "The doctor looks" in desk.ask("GET", first).text

    with desk.events(first) as events:
        assert next(events)[1] == "step"
        until(desk, 1)  # the second one, which nobody looks at
        assert desk.ask("GET", second).text.count("given up") == 1
        for _ in range(40):
            assert next(events)[1] == "step"
    until(desk, 0)
    with desk.events(first) as events:
        assert list(events)[-1][1:] == ("ended", {"outcome": "abandoned"})


def test_a_page_with_a_password_asks_for_it(locked: RunningDesk) -> None:
    said = locked.ask("GET", "/")
    assert said.status == 401
    assert said.headers["WWW-Authenticate"].startswith("Basic ")
    assert locked.ask("GET", "/assets/doctor.js").status == 401
    assert locked.ask("GET", "/", headers=login("wrong")).status == 401
    assert locked.ask("GET", "/", headers=login(PASSWORD)).status == 200
    assert locked.ask("GET", "/", headers={**login(PASSWORD), "Host": "helpdesk.example.org"}).status == 200
    assert locked.ask("GET", "/", headers={**login(PASSWORD), "Host": "other.example.org"}).status == 421


def test_guessing_it_is_held_up(locked: RunningDesk) -> None:
    statuses = [locked.ask("GET", "/", headers=login(f"guess {number}")).status for number in range(10)]
    assert statuses[0] == 401
    assert statuses[-1] == 503


def test_a_client_begins_so_many_in_a_minute() -> None:
    with running_desk(silent, examinations_per_minute=3) as desk:
        # Of those that may not be examined, too: else who is allowed could be tried out.
        statuses = [desk.begin("nobody@other.test").status for _ in range(4)]
        said = desk.begin("nobody@other.test")
    assert statuses == [403, 403, 403, 429]
    assert 0 < int(said.headers["Retry-After"]) <= 60
