"""Autodiscover in XML: settings, redirects and errors, in both schemas and as a command."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from autodiscover.asking import OUTLOOK, Asker, login, read
from autodiscover.conftest import URL
from overair.devices.partnerships import knows_device
from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import Failure, Redirect, Request, Schema, Settings
from overair.protocol.autodiscover.xml import MAXIMUM_SIZE
from overair.protocol.http import Command
from overair.versions import SERVED, Version
from support.phone import Phone, send
from support.server import ANNA, BEN, PASSWORD, RunningServer
from support.shared import needs_shared, shared

EAS_URL = f"{URL}/Microsoft-Server-ActiveSync"
ANNAS = Settings(ANNA, "Anna Ámund", EAS_URL)


@pytest.mark.req(
    *(
        "MS-ASCMD_R1083",
        "MS-ASCMD_R1084",
        "MS-ASCMD_R1086",
        "MS-ASCMD_R3815",
        "MS-ASCMD_R2480",
        "MS-ASCMD_R2482",
    ),
    *(
        "MS-ASCMD_R1028",
        "MS-ASCMD_R2624",
        "MS-ASCMD_R2562",
        "MS-ASCMD_R2564",
        "MS-ASCMD_R3890",
        "MS-ASCMD_R4693",
    ),
    *(
        "MS-ASCMD_R4648",
        "MS-ASCMD_R3482",
        "MS-ASCMD_R3484",
        "MS-ASCMD_R2888",
        "MS-ASCMD_R2890",
        "MS-ASCMD_R1583",
    ),
    *("MS-ASCMD_R1586", "MS-ASCMD_R1518", "MS-ASCMD_R2122", "MS-ASHTTP_R445", "MS-ASCMD_R41"),
)
def test_settings_of_a_phone(ask: Asker) -> None:
    answer = ask.xml()
    assert read(answer) == ANNAS
    root = ET.fromstring(answer.body)
    phones = {"m": Schema.MOBILE_SYNC.response}
    assert root.tag == f"{{{pox.FRAME}}}Autodiscover"
    assert [child.tag for child in root] == [f"{{{Schema.MOBILE_SYNC.response}}}Response"]
    server = root.find("m:Response/m:Action/m:Settings/m:Server", phones)
    assert server is not None
    said = {child.tag.rpartition("}")[2]: child.text for child in server}
    assert said == {"Type": "MobileSync", "Url": EAS_URL, "Name": EAS_URL}
    assert root.findtext("m:Response/m:User/m:EMailAddress", None, phones) == ANNA
    assert root.findtext("m:Response/m:Culture", None, phones) == "en:us"


@needs_shared
@pytest.mark.req("MS-ASCMD_R78", "MS-ASCMD_R2223", "MS-ASCMD_R5545")
@pytest.mark.parametrize("asked", [ANNA, "x@moved.example", "nobody@example.org"])
def test_answers_follow_the_schemas(ask: Asker, asked: str) -> None:
    frame = shared("spec/xsd/AutodiscoverResponse.xsd").read_text(encoding="utf-8")
    # The published schema uses the other one without importing it.
    imported = (
        f'<xs:import namespace="{Schema.MOBILE_SYNC.response}" schemaLocation="AutodiscoverMobileSync.xsd"/>'
    )
    frame = frame.replace(
        '<xs:element name="Autodiscover">', f'{imported}<xs:element name="Autodiscover">', 1
    )
    schema = xmlschema.XMLSchema(frame, base_url=str(shared("spec/xsd")))
    schema.validate(ask.xml(asked).body.decode())


def test_settings_of_outlook(ask: Asker) -> None:
    answer = ask.xml(schema=OUTLOOK)
    assert read(answer) == ANNAS
    root = ET.fromstring(answer.body)
    protocols = root.findall(".//{*}Protocol")
    said = [
        (one.findtext("{*}Type"), one.findtext("{*}Server"), one.findtext("{*}Port")) for one in protocols
    ]
    assert said == [
        ("MobileSync", EAS_URL, None),
        ("IMAP", "imap.example.org", "993"),
        ("SMTP", "smtp.example.org", "587"),
        ("CalDAV", "https://dav.example.org/dav", None),
    ]
    assert root.findtext(".//{*}Account/{*}Action") == "settings"
    assert [one.findtext("{*}Encryption") for one in protocols] == [None, "SSL", "TLS", None]
    assert {one.findtext("{*}LoginName") for one in protocols} == {ANNA}


@pytest.mark.parametrize(
    "path",
    [
        "/autodiscover/autodiscover.xml",
        "/Autodiscover/Autodiscover.xml",
        "/AutoDiscover/AutoDiscover.XML",
        "/AUTODISCOVER/AUTODISCOVER.XML",
        "/autodiscover/autodiscover.xml/",
        "/Autodiscover/Autodiscover%2Exml",
    ],
)
def test_any_letter_case_of_the_path(ask: Asker, path: str) -> None:
    assert read(ask.xml(path=path)) == ANNAS
    assert read(ask.get(path, user=ANNA)) == ANNAS


@pytest.mark.req("MS-ASCMD_R2228")
@pytest.mark.parametrize("asked", ["a.amund@example.org", "ANNA@Example.ORG", " anna@example.org. ", "anna"])
@pytest.mark.parametrize("schema", Schema)
def test_the_primary_address_is_told(ask: Asker, asked: str, schema: Schema) -> None:
    assert read(ask.xml(asked, schema)) == ANNAS


@pytest.mark.parametrize("user", ["anna", "EXAMPLE\\anna", "Anna@example.org", "a.amund@example.org"])
def test_any_form_of_the_log_in(ask: Asker, user: str) -> None:
    assert read(ask.xml(user=user)) == ANNAS
    assert read(ask.get("/autodiscover/autodiscover.xml", user=user)) == ANNAS


@pytest.mark.parametrize("version", SERVED, ids=lambda version: version.text)
@pytest.mark.parametrize("body", [pox.write_request(Request(ANNA)), b""])
@pytest.mark.req(
    *("MS-ASCMD_R6000", "MS-ASCMD_R6001", "MS-ASCMD_R6002", "MS-ASCMD_R6003", "MS-ASCMD_R60031939"),
    *("MS-ASPROV_R757", "MS-ASCMD_R8", "MS-ASCMD_R7"),
)
def test_the_command(server: RunningServer, version: Version, body: bytes) -> None:
    phone = Phone(server, version)
    answer = phone.post(Command.AUTODISCOVER, body, content_type="text/xml")
    assert read(answer) == ANNAS
    assert Command.AUTODISCOVER in phone.http("OPTIONS", "/Microsoft-Server-ActiveSync", login()).headers[
        "ms-asprotocolcommands"
    ].split(",")
    account = server.users[ANNA].account_id

    async def known() -> bool:
        return await server.application.services.database.read(
            lambda transaction: knows_device(transaction, account, phone.device_id)
        )

    assert not server.call(known)


@pytest.mark.req("MS-ASCMD_R2439", "MS-ASCMD_R2442", "MS-ASCMD_R3770")
@pytest.mark.parametrize("user", [None, ANNA, "x@moved.example"])
@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("x@moved.example", "x@example.net"),
        ("X@Moved.Example", "x@example.net"),
        ("otto@example.org", "otto@example.net"),
        ("x@bücher.example", "x@books.example"),
        ("x@BÜCHER.example", "x@books.example"),
        ("x@xn--bcher-kva.example", "x@books.example"),
    ],
)
def test_another_address(ask: Asker, asked: str, target: str, user: str | None) -> None:
    for schema in Schema:
        answer = read(ask.xml(asked, schema, user=user))
        assert isinstance(answer, Redirect)
        assert (answer.address, answer.url) == (target, "")


def test_another_service(ask: Asker) -> None:
    asked, target = "x@hosted.example", "https://outlook.example.com/autodiscover/autodiscover.xml"
    phone = ask.xml(asked, user=None)
    assert (phone.status, phone.headers["location"]) == (302, target)
    assert read(ask.xml(asked, OUTLOOK, user=None)) == Redirect(url=target)
    body_less = ask.get("/autodiscover/autodiscover.xml", user=asked)
    assert (body_less.status, body_less.headers["location"]) == (302, target)


@pytest.mark.req("MS-ASCMD_R46")
def test_a_redirect_by_the_command(server: RunningServer) -> None:
    moved = pox.write_request(Request("otto@example.org"))
    answer = read(Phone(server).post(Command.AUTODISCOVER, moved))
    assert isinstance(answer, Redirect)
    assert answer.address == "otto@example.net"
    hosted = Phone(server).post(Command.AUTODISCOVER, pox.write_request(Request("x@hosted.example")))
    assert (hosted.status, hosted.headers["location"][:28]) == (302, "https://outlook.example.com/")


REQUEST = pox.write_request(Request(ANNA)).decode()
TWICE = re.sub(r"(<Request>.*</Request>)", r"\1\1", REQUEST)


@pytest.mark.req(
    *(
        "MS-ASCMD_R2287",
        "MS-ASCMD_R2288",
        "MS-ASCMD_R2286",
        "MS-ASCMD_R2285",
        "MS-ASCMD_R3799",
        "MS-ASCMD_R3818",
    ),
    *(
        "MS-ASCMD_R1635",
        "MS-ASCMD_R1636",
        "MS-ASCMD_R703",
        "MS-ASCMD_R1582",
        "MS-ASCMD_R2458",
        "MS-ASCMD_R1082",
    ),
    *("MS-ASCMD_R5698", "MS-ASCMD_R5545", "MS-ASCMD_R5547"),
)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (TWICE, 600),
        (REQUEST.replace("<EMailAddress>anna@example.org</EMailAddress>", ""), 600),
        (REQUEST.replace("<EMailAddress>anna@example.org</EMailAddress>", "<EMailAddress/>"), 600),
        (re.sub("<AcceptableResponseSchema>.*</AcceptableResponseSchema>", "", REQUEST), 600),
        (REQUEST.replace("Autodiscover ", "Discover ").replace("/Autodiscover>", "/Discover>"), 600),
        ("<Autodiscover/>", 600),
        ("no XML", 600),
        (REQUEST[:-5], 600),
        (REQUEST.replace("mobilesync/responseschema/2006", "mobilesync/responseschema/2005"), 601),
        (REQUEST.replace("mobilesync/responseschema/2006", "outlook/responseschema/2006"), 601),
        (REQUEST.replace(ANNA, BEN), 602),
        (REQUEST.replace(ANNA, "nobody@example.org"), 602),
        (REQUEST.replace(ANNA, "anna@nowhere.example"), 602),
        (REQUEST.replace(ANNA, "ben"), 602),
        (REQUEST.replace(ANNA, "@"), 602),
    ],
)
def test_errors(ask: Asker, server: RunningServer, body: str, code: int) -> None:
    assert body != REQUEST
    ids: set[str] = set()
    for answer in (ask.post(body.encode()), Phone(server).post(Command.AUTODISCOVER, body.encode())):
        failure = read(answer)
        assert isinstance(failure, Failure)
        assert (failure.code, failure.debug_data) == (code, "")
        error = ET.fromstring(answer.body).find("{*}Response/{*}Error")
        assert error is not None
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{7}", error.attrib["Time"])
        assert 0 <= int(error.attrib["Id"]) < 2**32
        ids.add(error.attrib["Id"])
    assert len(ids) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_other_methods(server: RunningServer, method: str) -> None:
    answer = send(server, method, "/autodiscover/autodiscover.xml", login())
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_a_body_that_is_too_large(ask: Asker) -> None:
    fits = REQUEST + " " * (MAXIMUM_SIZE - len(REQUEST))
    assert read(ask.post(fits.encode())) == ANNAS
    for user in (None, ANNA):
        assert ask.post(fits.encode() + b" ", user=user).status == 413


@pytest.mark.parametrize("host", ["evil.example", "mail.example.org:444", "[::1]", "example.org"])
def test_a_host_header_changes_nothing(ask: Asker, server: RunningServer, host: str) -> None:
    headers = login() | {"Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}"}
    xml = send(server, "POST", "/autodiscover/autodiscover.xml", headers, REQUEST.encode())
    assert read(xml) == ANNAS
    assert xml.body == ask.xml().body
    query = f"/autodiscover/autodiscover.json?Email={ANNA}&Protocol=ActiveSync"
    assert send(server, "GET", query, {"Host": host}).body == ask.get(query).body
    assert host.encode() not in send(server, "GET", "/account", headers).body.replace(
        URL.encode(), b""
    ).replace(b"@example.org", b"").replace(b"mail.example.org", b"")


def test_a_password_is_asked_for_first(ask: Asker) -> None:
    for body in (REQUEST.encode(), TWICE.encode(), b"no XML", b""):
        answer = ask.post(body, user=None)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert ask.xml(password=f"{PASSWORD} no").status == 401
