"""Autodiscover: what clients ask in XML and JSON, what servers answer, addresses and URLs of settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Final

from fuzz.target import Shape, Target, repeat
from overair.protocol.autodiscover import json_v2, pox
from overair.protocol.autodiscover.json_v2 import Question, QuestionRefused
from overair.protocol.autodiscover.names import address_key
from overair.protocol.autodiscover.pox import Failure, Redirect, Request, RequestRefused, Schema, Settings
from overair.protocol.autodiscover.services import Service, read_service
from overair.protocol.autodiscover.site import Site, read_site
from overair.protocol.autodiscover.xml import MAXIMUM_SIZE, InvalidXml

ADDRESS: Final = "anna@example.org"


def check_request(request: Request) -> None:
    assert pox.read_request(pox.write_request(request)) == request


def request_seeds() -> Iterator[bytes]:
    for schema in Schema:
        yield pox.write_request(Request(ADDRESS, schema))
    yield (
        pox.write_request(Request("anna@bücher.example")).decode().replace("utf-8", "utf-16").encode("utf-16")
    )


def check_answer(answer: pox.Answer) -> None:
    """What was read can be written in both schemas, and read again."""
    for schema in Schema:
        again = pox.read_answer(pox.write_answer(answer, schema, time(), 1)) if _has_target(answer) else None
        if isinstance(answer, Settings):
            assert again == answer


def _has_target(answer: pox.Answer) -> bool:
    return not isinstance(answer, Redirect) or bool(answer.address)


def answer_seeds() -> Iterator[bytes]:
    for answer in (
        Settings(ADDRESS, "Anna", "https://mail.example.org/Microsoft-Server-ActiveSync"),
        Redirect("anna@example.net", asked=ADDRESS),
        Failure(600, message="Invalid Request"),
    ):
        for schema in Schema:
            yield pox.write_answer(answer, schema, time(12, 30), 7)


def read_question(data: bytes) -> Question:
    """A path and a query, with a line end between them."""
    path, _, query = data.partition(b"\n")
    return json_v2.read_question(path.decode("utf-8", "replace"), query)


def check_question(question: Question) -> None:
    if "\ufffd" not in question.address:
        assert json_v2.read_question("/", question.to_query().encode()) == question


def read_written(data: bytes) -> str | Site | Service:
    """An address, a URL or a service, as settings and clients write them."""
    kind, text = data[:1], data[1:].decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
    if kind == b"s":
        return read_service(text)
    return read_site(text) if kind == b"u" else address_key(text)


def check_written(found: str | Site | Service) -> None:
    if isinstance(found, Site):
        assert read_site(found.eas_url) == found
    elif isinstance(found, Service):
        assert read_service(f"{found.kind}://{found.host}:{found.port}{found.path}") == found
    else:
        assert address_key(found) == found
        assert found.rpartition("@")[2].isascii()


XML_WORDS: Final = (
    *(b"<Request>", b"</Request>", b"<EMailAddress>", b"<AcceptableResponseSchema>", b"<!DOCTYPE a [", b"]>"),
    *(b"<!ENTITY a 'b'>", b"&a;", b"&#0;", b"<![CDATA[", b"]]>", b"<?xml version='1.0' encoding='utf-7'?>"),
    *(b"<!--", b"-->", b" xmlns='x'", b"<Action>", b"<Redirect>", b"<Error>", b"<ErrorCode>", b"<Protocol>"),
)
XML_SHAPES: Final[dict[str, Shape]] = {
    "elements inside each other": repeat(b"<a>"),
    "elements beside each other": repeat(b"<a/>", b"<Autodiscover>"),
    "requests": repeat(b"<Request/>", b"<Autodiscover>"),
    "attributes": lambda size: b"<a " + b" ".join(b"a%d=''" % n for n in range(size // 8)) + b"/>",
    "namespaces": lambda size: b"<a " + b" ".join(b"xmlns:a%d='b'" % n for n in range(size // 15)) + b"/>",
    "text in pieces": repeat(b"&lt;", b"<Autodiscover>"),
    "entities": lambda size: (
        b"<!DOCTYPE a ["
        + b"".join(b"<!ENTITY a%d '&a%d;'>" % (n + 1, n) for n in range(size // 24))
        + b"]><a/>"
    ),
    "comments": repeat(b"<!---->", b"<Autodiscover>"),
}

TARGETS: Final = (
    Target(
        name="autodiscover_request",
        read=pox.read_request,
        check=check_request,
        refuses=(RequestRefused,),
        seeds=request_seeds,
        words=XML_WORDS,
        size=2048,
        limit=MAXIMUM_SIZE,
        microseconds=20,
        memory=256,
        shapes=XML_SHAPES,
    ),
    Target(
        name="autodiscover_answer",
        read=pox.read_answer,
        check=check_answer,
        refuses=(InvalidXml,),
        seeds=answer_seeds,
        words=XML_WORDS,
        size=2048,
        limit=MAXIMUM_SIZE,
        microseconds=20,
        memory=256,
        shapes=XML_SHAPES,
    ),
    Target(
        name="autodiscover_question",
        read=read_question,
        check=check_question,
        refuses=(QuestionRefused,),
        seeds=lambda: (
            b"/autodiscover/autodiscover.json\nEmail=anna%40example.org&Protocol=ActiveSync&RedirectCount=1",
            b"/AutoDiscover/Autodiscover.json/V1.0/anna@example.org\nprotocol=autodiscoverv1",
        ),
        words=(b"Email=", b"&", b"%", b"%00", b"Protocol=", b"ActiveSync", b"/v1.0/", b"+", b"="),
        size=1024,
        limit=8 * 1024,
        microseconds=10,
        memory=64,
        shapes={
            "parameters": repeat(b"a=b&", b"/\n"),
            "escapes": repeat(b"%41", b"/\nEmail="),
            "halves of escapes": repeat(b"%", b"/\nEmail="),
            "versions": repeat(b"/v1.0/"),
        },
    ),
    Target(
        name="autodiscover_names",
        read=read_written,
        check=check_written,
        refuses=(ValueError,),
        seeds=lambda: (
            b"a" + ADDRESS.encode(),
            "aanna@bücher.example".encode(),
            b"uhttps://mail.example.org:8443/Microsoft-Server-ActiveSync",
            b"uhttp://[2001:db8::1]",
            b"simaps://imap.example.org",
            b"scaldavs://dav.example.org:8443/dav%20s",
        ),
        words=(
            b"@",
            b"xn--",
            b".",
            b"https://",
            b"[",
            b"]",
            b":",
            b"imap://",
            b"/",
            "ü".encode(),
            "。".encode(),
        ),
        size=512,
        limit=8 * 1024,
        microseconds=40,
        memory=64,
        shapes={
            "labels": repeat(b"a.", b"ax@"),
            "letters of two bytes": repeat("ü".encode(), b"ax@"),
            "points of others": repeat("。".encode(), b"ax@"),
            "combining characters": repeat("a\u0301".encode(), b"ax@"),
            "a port": repeat(b"1", b"uhttps://a:"),
            "a path": repeat(b"%2f", b"scaldavs://a/"),
        },
    ),
)
