"""Multistatus answers, whole and broken."""

from __future__ import annotations

import pytest

from overair.dav import multistatus
from overair.dav.multistatus import BadXml, Reader, Response, conditions_of
from overair.dav.names import DISPLAY_NAME, ETAG
from support.scripted_dav import NAMESPACES, response


def read(text: str | bytes, *, piece: int = 0) -> tuple[list[Response], str]:
    data = text.encode() if isinstance(text, str) else text
    found: list[Response] = []
    reader = Reader("/home/", found.append)
    for start in range(0, len(data), piece or len(data) or 1):
        reader.feed(data[start : start + (piece or len(data))])
    return found, reader.end()


def whole(*responses: str, more: str = "") -> str:
    return f"<D:multistatus {NAMESPACES}>{''.join(responses)}{more}</D:multistatus>"


@pytest.mark.parametrize("piece", [0, 1, 7])
def test_what_an_answer_says(piece: int) -> None:
    text = whole(
        response("/home/a%40b.ics", "<D:getetag>&quot;1&quot;</D:getetag><D:displayname>ä</D:displayname>"),
        response("gone.ics", "", 404),
        "<D:response><D:href>/home/</D:href><D:status>HTTP/1.1 507 Full</D:status>"
        "<D:error><D:number-of-matches-within-limits/></D:error></D:response>",
        more="<D:sync-token> urn:1 </D:sync-token>",
    )
    [first, gone, full], token = read(text, piece=piece)
    assert (first.path, first.status) == ("/home/a@b.ics", 200)
    assert (first.text(ETAG), first.text(DISPLAY_NAME)) == ('"1"', "ä")
    assert (gone.path, gone.status, token) == ("/home/gone.ics", 404, "urn:1")
    assert full.conditions == {"{DAV:}number-of-matches-within-limits"}


def test_only_properties_that_are_there_are_found() -> None:
    text = whole(
        "<D:response><D:href>/a</D:href>"
        "<D:propstat><D:prop><D:getetag>1</D:getetag></D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
        "<D:propstat><D:prop><D:displayname>x</D:displayname></D:prop>"
        "<D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>"
    )
    [found], _ = read(text)
    assert set(found.found) == {ETAG}


def test_several_hrefs_of_one_status_and_hrefs_that_are_none() -> None:
    text = whole(
        "<D:response><D:href>/a</D:href><D:href>/b</D:href><D:href>mailto:x@y</D:href>"
        "<D:status>HTTP/1.1 403 No</D:status></D:response>"
    )
    assert [(one.path, one.status) for one in read(text)[0]] == [("/a", 403), ("/b", 403)]


@pytest.mark.parametrize("status", ["", "OK", "HTTP/1.1 abc", "200"])
def test_a_status_that_cannot_be_read_is_no_success(status: str) -> None:
    text = whole(f"<D:response><D:href>/a</D:href><D:status>{status}</D:status></D:response>")
    assert [one.status for one in read(text)[0]] == [500]


BOMB = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        whole(response("/a", ""))[:-3],
        f"<D:other {NAMESPACES}/>",
        f"{BOMB}{whole()}",
        '<!DOCTYPE m SYSTEM "file:///etc/passwd">' + whole(),
        "<?xml version='1.0' encoding='nonsense'?>" + whole(),
        whole("<D:a>" * 100 + "</D:a>" * 100),
        whole("<D:response>" + "<D:x/>" * multistatus.RESPONSE_ELEMENTS + "</D:response>"),
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(BadXml):
        read(text)


def test_the_size_of_one_response_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multistatus, "RESPONSE_CHARACTERS", 1000)
    monkeypatch.setattr(multistatus, "RESPONSES", 3)
    assert len(read(whole(*[response("/a", f"<D:displayname>{'x' * 900}</D:displayname>")] * 3))[0]) == 3
    with pytest.raises(BadXml, match="too much text"):
        read(whole(response("/a", f"<D:displayname>{'x' * 1100}</D:displayname>")))
    with pytest.raises(BadXml, match="too many responses"):
        read(whole(*[response("/a", "")] * 4))


@pytest.mark.parametrize("text", ["<!--", "<D:a b='", "<?x "])
def test_a_tag_without_an_end(text: str) -> None:
    with pytest.raises(BadXml, match="has a tag of more"):
        read(whole(text + "a" * (multistatus.TOKEN_BYTES + 200_000)), piece=64 * 1024)
    assert len(read(whole(response("/a", "<D:x>" + "a" * multistatus.TOKEN_BYTES * 3 + "</D:x>")))[0]) == 1


def test_the_conditions_of_an_error() -> None:
    body = b'<error xmlns="DAV:"><valid-sync-token/><x xmlns="urn:y"><inner/></x></error>'
    assert conditions_of(body) == {"{DAV:}valid-sync-token", "{urn:y}x"}
    for other in (b"", b"<html><body/></html>", b"<error xmlns='DAV:'><a/>", f"{BOMB}<error/>".encode()):
        assert conditions_of(other) == frozenset()
