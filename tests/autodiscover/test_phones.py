"""How each kind of client looks for its server, played against a server with TLS.

The world has no web server at example.org unless a test says so; autodiscover.example.org is the
server, on the port that it has here, and answers plain HTTP, too.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import pytest

from autodiscover.asking import login
from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import Request, Schema, Settings
from overair.server.autodiscover.in_clear import RedirectToHttps
from overair.server.page_serving import page_server
from overair.server.pages import Setup, pages
from support.server import ANNA, DOMAIN, PASSWORD, RunningServer, running_server

AUTODISCOVER = f"autodiscover.{DOMAIN}"
MOBILE_SYNC = pox.write_request(Request(ANNA)).decode()
OUTLOOK = pox.write_request(Request(ANNA, Schema.OUTLOOK)).decode()
PASSWORD_HEADER = login()
WITHOUT_DECLARATION = MOBILE_SYNC.partition("\n")[2]


@dataclass
class World:
    """What the names of the world lead to: host and port as they are written, ports of loopback."""

    server: RunningServer
    ports: dict[tuple[str, int], int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def send(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: str = ""
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request; OSError where the name leads nowhere. The certificate has to be for the name."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self.asked.append(url)
        if port != self.server.port:
            if (host, port) not in self.ports:
                raise OSError("no such name")
            port = self.ports[host, port]
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = self.server.trust
            assert context is not None
            connection = _Named(host, port, context)
        else:
            assert "Authorization" not in (headers or {})
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with contextlib.closing(connection):
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(
                method, target, body.encode() or None, {"Host": parts.netloc} | (headers or {})
            )
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def challenged(self, url: str, body: str, headers: dict[str, str]) -> bytes | None:
        """Post; with the password when it is asked for. None where nothing answers."""
        try:
            status, told, _ = self.send("POST", url, headers, body)
        except OSError:
            return None
        assert status == 401
        assert told["WWW-Authenticate"].startswith("Basic ")
        status, _, found = self.send("POST", url, headers | PASSWORD_HEADER, body)
        assert status == 200
        return found

    def goes_on(self, found: bytes) -> None:
        """What every client does next: OPTIONS at the URL that it was told."""
        answer = pox.read_answer(found)
        assert isinstance(answer, Settings)
        assert answer == Settings(ANNA, "Anna Ámund", f"{self.server.url}/Microsoft-Server-ActiveSync")
        self.options(answer.url)

    def options(self, url: str) -> None:
        status, told, _ = self.send("OPTIONS", url, PASSWORD_HEADER)
        assert status == 200
        assert "16.1" in told["MS-ASProtocolVersions"].split(",")


class _Named(http.client.HTTPSConnection):
    """A connection to loopback that asks for another name."""

    def __init__(self, name: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", port, timeout=30, context=context)
        self._name, self._trust = name, context

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._trust.wrap_socket(self.sock, server_hostname=self._name)


@pytest.fixture(scope="module", name="server")
def server_with_a_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that says its own name; its certificate is for the domain's names, too."""
    with running_server(tmp_path_factory.mktemp("phones"), tls=True) as running:
        yield running


@pytest.fixture(scope="module", name="plain_port")
def port_of_plain_http(server: RunningServer) -> Iterator[int]:
    """The page for phones on plain HTTP, as `overair serve` has it beside the server."""
    application = RedirectToHttps(
        pages(Setup(("localhost",), server.port, None)), server.application.services.finding
    )
    stack = contextlib.AsyncExitStack()

    async def begin() -> int:
        return await stack.enter_async_context(page_server(application, "127.0.0.1", 0))

    try:
        yield server.call(begin)
    finally:
        server.call(stack.aclose)


@pytest.fixture
def world(server: RunningServer, plain_port: int) -> World:
    """A world in which the server is autodiscover.example.org."""
    return World(server, {(AUTODISCOVER, 443): server.port, (AUTODISCOVER, 80): plain_port})


IOS = {"User-Agent": "iOS/17.4 (21E213) dataaccessd/1.0", "Content-Type": "text/xml", "Accept": "*/*"}


@pytest.mark.req("MS-ASCMD_R48", "MS-ASCMD_R5718", "MS-ASHTTP_R144")
def test_ios(world: World) -> None:
    places = (f"https://{DOMAIN}", f"https://{AUTODISCOVER}")
    answers = [
        world.challenged(f"{place}/autodiscover/autodiscover.xml", MOBILE_SYNC, IOS) for place in places
    ]
    assert answers[0] is None
    assert answers[1] is not None
    world.goes_on(answers[1])


@pytest.mark.parametrize("body", [MOBILE_SYNC, ""], ids=["a body", "no body"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_android(world: World, method: str, body: str) -> None:
    """It sends the password at once; where that is refused, the name before the @ alone."""
    agent = {"User-Agent": "Android/13-EAS-2.0", "Connection": "close", "Content-Type": "text/xml"}
    path = "/autodiscover/autodiscover.xml"
    body = "" if method == "GET" else body
    with pytest.raises(OSError, match="no such name"):
        world.send(method, f"https://{DOMAIN}{path}", agent | PASSWORD_HEADER, body)
    url = f"https://{AUTODISCOVER}{path}"
    assert world.send(method, url, agent | login("anna@elsewhere.example"), body)[0] == 401
    for user in (ANNA, "anna"):
        status, _, found = world.send(method, url, agent | login(user), body)
        assert status == 200
        world.goes_on(found)


def test_android_that_begins_in_clear(world: World) -> None:
    """Its last attempt: a GET without a log-in over plain HTTP, whose redirect it follows."""
    status, told, _ = world.send("GET", f"http://{AUTODISCOVER}/autodiscover/autodiscover.xml")
    assert status == 302
    found = world.challenged(told["Location"], MOBILE_SYNC, {"Content-Type": "text/xml"})
    assert found is not None
    world.goes_on(found)


OFFICE = {
    "User-Agent": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
    "Content-Type": "text/xml; charset=utf-8",
    "X-MapiHttpCapability": "1",
    "Depth": "0",
}


def test_outlook_for_windows(world: World) -> None:
    path = "/autodiscover/autodiscover.xml"
    assert world.challenged(f"https://{DOMAIN}{path}", OUTLOOK, OFFICE) is None
    found = world.challenged(f"https://{AUTODISCOVER}{path}", OUTLOOK, OFFICE)
    assert found is not None
    world.goes_on(found)
    # Where neither answers it asks over plain HTTP and in DNS (test_dns) for another place.
    status, told, _ = world.send("GET", f"http://{AUTODISCOVER}{path}")
    assert (status, told["Location"]) == (302, f"{world.server.url}{path}")
    found = world.challenged(told["Location"], OUTLOOK, OFFICE)
    assert found is not None
    world.goes_on(found)


def test_outlook_for_phones(world: World) -> None:
    """Its service asks in JSON, without a log-in; an empty answer of the first place is passed over."""
    query = f"Email={quote(ANNA)}&Protocol=ActiveSync&RedirectCount=1"
    with pytest.raises(OSError, match="no such name"):
        world.send("GET", f"https://{DOMAIN}/autodiscover/autodiscover.json?{query}")
    status, _, found = world.send("GET", f"https://{AUTODISCOVER}/autodiscover/autodiscover.json?{query}")
    assert status == 200
    world.options(json.loads(found)["Url"])
    versioned = f"https://{AUTODISCOVER}/autodiscover/autodiscover.json/v1.0/{ANNA}?Protocol=AutodiscoverV1"
    first_version = json.loads(world.send("GET", versioned)[2])["Url"]
    answered = world.challenged(first_version, MOBILE_SYNC, {"Content-Type": "text/xml"})
    assert answered is not None
    world.goes_on(answered)


def test_nine(world: World) -> None:
    """It asks in JSON, in XML with the password at once, and for Thunderbird's file at a path of its own."""
    query = f"Email={quote(ANNA, safe='')}&Protocol=ActiveSync&RedirectCount=1"
    found = world.send("GET", f"https://{AUTODISCOVER}/autodiscover/autodiscover.json?{query}")[2]
    world.options(json.loads(found)["Url"])
    nine = {"User-Agent": "Android-NINE/4.9", "Content-Type": "text/xml"} | PASSWORD_HEADER
    status, _, answered = world.send(
        "POST", f"https://{AUTODISCOVER}/Autodiscover/Autodiscover.xml", nine, MOBILE_SYNC
    )
    assert status == 200
    world.goes_on(answered)
    config = f"https://{AUTODISCOVER}/v1.1/mail/config-v1.1.xml?emailaddress={ANNA}"
    assert world.send("GET", config)[0] == 404  # there is nothing in it here


@pytest.mark.req("MS-ASCMD_R5123", "MS-ASHTTP_R145", "MS-ASHTTP_R314")
@pytest.mark.parametrize("content_type", ["text/xml", "text/html", ""])
def test_windows_mobile(world: World, content_type: str) -> None:
    """It writes DOMAIN\\user and, before 6.5, a body without a declaration."""
    agent = {"User-Agent": "MSFT-PPC/5.2.5082"} | login("EXAMPLE\\anna")
    agent |= {"Content-Type": content_type} if content_type else {}
    path = "/autodiscover/autodiscover.xml"
    with pytest.raises(OSError, match="no such name"):
        world.send("POST", f"https://{DOMAIN}{path}", agent, WITHOUT_DECLARATION)
    status, _, found = world.send("POST", f"https://{AUTODISCOVER}{path}", agent, WITHOUT_DECLARATION)
    assert status == 200
    world.goes_on(found)


def test_the_order_of_microsofts_tester(world: World) -> None:
    """Its first place is the domain itself, where the server may be as well, under an upper-case path."""
    world.ports[DOMAIN, 443] = world.server.port
    found = world.challenged(f"https://{DOMAIN}:443/Autodiscover/Autodiscover.xml", MOBILE_SYNC, {})
    assert found is not None
    world.goes_on(found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"])
def test_encodings_of_a_body(world: World, encoding: str) -> None:
    named = encoding.removesuffix("-sig")
    body = MOBILE_SYNC.replace('encoding="utf-8"', f'encoding="{named}"').encode(encoding)
    connection = _Named(AUTODISCOVER, world.server.port, world.server.trust or ssl.create_default_context())
    with contextlib.closing(connection):
        connection.request("POST", "/autodiscover/autodiscover.xml", body, PASSWORD_HEADER)
        world.goes_on(connection.getresponse().read())


def test_a_password_in_latin_1(world: World) -> None:
    """As Outlook for Windows writes it."""
    from base64 import b64encode

    token = b64encode(f"{ANNA}:{PASSWORD}".encode("latin-1")).decode()
    url = f"https://{AUTODISCOVER}/autodiscover/autodiscover.xml"
    status, _, found = world.send("POST", url, OFFICE | {"Authorization": f"Basic {token}"}, OUTLOOK)
    assert status == 200
    world.goes_on(found)
