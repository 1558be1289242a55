"""HTTP: queries, headers, gzip, multipart answers."""

from __future__ import annotations

from typing import Final

from fuzz.target import MEBIBYTE, Target, repeat
from overair.protocol import http
from overair.protocol.http import BadRequest, DecompressionError, Request
from overair.protocol.http.compression import compress, decompress
from overair.protocol.http.query import MAX_QUERY
from overair.protocol.multipart import join_parts, split_parts


def read_query(data: bytes) -> Request:
    """A request whose headers are in order."""
    return http.read_request(data, [(b"ms-asprotocolversion", b"14.1"), (b"x-ms-policykey", b"7")])


def check_request(request: Request) -> None:
    """What was read can be said again in the form in which it came."""
    try:
        query = request.to_query(base64=request.is_base64).encode()
    except ValueError:
        # Text in Latin-1 becomes longer in UTF-8, and the base64 form holds no more than 255 bytes.
        assert request.is_base64
        return
    headers = request.to_headers(base64=request.is_base64)
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    again = http.read_request(query, sent)
    # An empty parameter is as good as none.
    assert [getattr(again, name) or None for name in SAID] == [
        getattr(request, name) or None for name in SAID
    ]


SAID: Final = (
    *("command", "user", "device_id", "device_type", "version", "policy_key", "locale", "attachment_name"),
    *("collection_id", "item_id", "long_id", "occurrence", "save_in_sent", "accept_multipart", "accept_gzip"),
    *("accept_language", "user_agent", "cookie", "credentials"),
)
"""What a request says, without its body and the type of that."""
QUERIES: Final = (
    b"Cmd=Sync&User=anna%40example.org&DeviceId=ABC123&DeviceType=iPhone",
    b"User=b%c3%bcrger&DeviceId=a.b-c_1&DeviceType=Android&Cmd=SendMail&SaveInSent=T",
    b"cmd=GetAttachment&User=x&DeviceId=1&DeviceType=P&AttachmentName=2%3a1",
    b"Cmd=SmartReply&User=x&DeviceId=1&DeviceType=P&ItemId=1&CollectionId=2&LongId=3&Occurrence=4",
    b"jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l",
    b"jQEJBBCgERhGs9FPtZI3xfVVBLAaBAAAAAAKU21hcnRQaG9uZQcBAw==",
    b"oRcHBBBBQkNERUZHSElKS0xNTk9QAAJQUAEBMgMBMQgEYW5uYQ%3D%3D",
)


def read_headers(data: bytes) -> Request:
    """Lines ``name: value`` as headers."""
    headers = []
    for line in data.split(b"\n")[:100]:
        name, _, value = line.partition(b":")
        headers.append((name.strip().lower(), value.strip()))
    return http.read_request(QUERIES[0], headers)


def check_gzip(plain: bytes) -> None:
    assert len(plain) <= GZIP_LIMIT
    assert decompress(compress(plain), GZIP_LIMIT) == plain


GZIP_LIMIT: Final = 1 * MEBIBYTE


def check_multipart(parts: list[bytes]) -> None:
    assert split_parts(join_parts(parts)) == parts


TARGETS: Final = (
    Target(
        name="query",
        read=read_query,
        check=check_request,
        refuses=(BadRequest,),
        seeds=lambda: QUERIES,
        words=(b"Cmd=", b"&", b"%", b"%00", b"DeviceId=", b"User=", b"%e2%80%a8", b"=", b"+", b"/"),
        size=1024,
        limit=MAX_QUERY,
        microseconds=10,
        memory=64,
        shapes={
            "parameters": repeat(b"a=b&", QUERIES[0] + b"&"),
            "escapes": repeat(b"%41", QUERIES[0]),
            "halves of escapes": repeat(b"%", QUERIES[0]),
            "base64": repeat(b"A"),
            "padding": repeat(b"="),
            "parameters in base64": repeat(b"AQEx", QUERIES[6][:-6]),
        },
    ),
    Target(
        name="headers",
        read=read_headers,
        check=check_request,
        refuses=(BadRequest,),
        seeds=lambda: (
            (
                b"MS-ASProtocolVersion: 16.1\nX-MS-PolicyKey: 4294967295\nAuthorization: Basic YTpi\n"
                b"Accept-Encoding: gzip;q=0.5, *;q=0\nContent-Type: application/vnd.ms-sync.wbxml; a=b"
            ),
            b"ms-asprotocolversion: 2.5\nauthorization: BASIC RE9NQUlOXGHDvDo6\xff\ncookie: a\ncookie: b",
        ),
        words=(
            *(b"\n", b":", b"ms-asprotocolversion:12.1\n", b"x-ms-policykey:", b"authorization:Basic "),
            *(b"accept-encoding:", b"gzip", b";q=", b",", b"*", b"YTpi", b"content-type:"),
        ),
        size=2048,
        limit=32 * 1024,
        microseconds=10,
        memory=64,
        shapes={
            "codings": repeat(b"a;q=0.111,", b"ms-asprotocolversion:14.1\naccept-encoding:"),
            "commas": repeat(b",", b"ms-asprotocolversion:14.1\naccept-encoding:"),
            "spaces": repeat(b" a", b"ms-asprotocolversion:14.1\naccept-encoding:a"),
            "headers": repeat(b"a:b\n", b"ms-asprotocolversion:14.1\n"),
            "a policy key": repeat(b"1", b"ms-asprotocolversion:14.1\nx-ms-policykey:"),
            "a version": repeat(b"1", b"ms-asprotocolversion:"),
            "credentials": repeat(b"QUFB", b"ms-asprotocolversion:14.1\nauthorization:Basic "),
            "control characters": repeat(b"\x01", b"ms-asprotocolversion:14.1\nuser-agent:"),
        },
    ),
    Target(
        name="gzip",
        read=lambda data: decompress(data, GZIP_LIMIT),
        check=check_gzip,
        refuses=(DecompressionError,),
        seeds=lambda: (
            compress(b""),
            compress(b"abc" * 100),
            compress(bytes(4096)),
            compress(bytes(range(256))),
        ),
        words=(b"\x1f\x8b\x08",),
        memory=32,
        shapes={
            "zeros": lambda size: compress(bytes(size)),
            "members": repeat(compress(b"")),
            "a long name": repeat(b"a", b"\x1f\x8b\x08\x08" + bytes(6)),
        },
    ),
    Target(
        name="multipart",
        read=split_parts,
        check=check_multipart,
        refuses=(ValueError,),
        seeds=lambda: (join_parts([b""]), join_parts([b"a", b"bc", b""]), join_parts([bytes(300)] * 20)),
        words=(b"\x01\x00\x00\x00", b"\xff\xff\xff\xff", b"\x0c\x00\x00\x00"),
        memory=64,
        shapes={
            "parts": lambda size: join_parts([b""] * min(9_999, size // 9)) + bytes(size // 2),
            "parts that overlap": lambda size: (
                (size // 16).to_bytes(4, "little")
                + (size // 2 + 4).to_bytes(4, "little") * (size // 8)
                + bytes(size)
            ),
        },
    ),
)
