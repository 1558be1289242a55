"""What the doctor takes for an earlier report, and what it makes of the words of servers."""

from __future__ import annotations

from typing import Final

import msgspec

from fuzz.target import MEBIBYTE, Target, repeat
from overair.doctor.complaint import Complaint
from overair.doctor.reporting.anonymous import Anonymity
from overair.doctor.reporting.comparison import NoReport, compare, read
from overair.doctor.reporting.discretion import MOST_CHARACTERS, Discretion
from overair.doctor.reporting.page import render
from overair.doctor.reporting.report import Report, Verdict
from overair.doctor.reporting.telling import parts
from overair.doctor.secret import Secret

PASSWORD: Final = "correct-horse-9"
COMPLAINT: Final = Complaint(address="anna@ward.test", password=Secret(PASSWORD), domain="CORP")
REPORT: Final = Report(
    overair="1",
    date="2026-11-23T12:00:00Z",
    anonymous=False,
    address="anna@ward.test",
    server=None,
    product=None,
    verdict=Verdict.WELL,
    cause=None,
    section=None,
    others=(),
    oddities=(),
    steps=(),
    devices=(),
    seconds=1.0,
)


def check_report(report: Report) -> None:
    """It can be told and compared, and nothing in it acts on a terminal."""
    told = msgspec.structs.replace(report, devices=(), seen_as=None, difference=compare(report, REPORT))
    shown = [line for _, lines in parts(told) for line in lines]
    assert all(line.isprintable() for line in shown)
    assert "<script" not in render(told)


def read_words(data: bytes) -> list[str]:
    text = data.decode("utf-8", "surrogateescape")
    plain, anonymous = Discretion(COMPLAINT), Anonymity(COMPLAINT)
    return [
        plain.text(text),
        *(one for kind in ("url", "why") for one in (anonymous.detail(kind, text), anonymous.text(text))),
    ]


def check_words(words: list[str]) -> None:
    """Nothing acts on a terminal, nothing tells the password, and strangers read no name."""
    _, *anonymous = words
    assert all(word.isprintable() and PASSWORD not in word for word in words)
    assert all(len(word) <= MOST_CHARACTERS for word in words)
    assert not any("ward.test" in word for word in anonymous)


TARGETS: Final = (
    Target(
        name="doctor_report",
        read=read,
        check=check_report,
        refuses=(NoReport,),
        seeds=lambda: [
            msgspec.json.encode(REPORT),
            msgspec.json.encode(
                msgspec.structs.replace(REPORT, difference=compare(REPORT, REPORT), product="\x1b[2J")
            ),
        ],
        words=(b'"format":1', b'"steps":[', b"null", b"{", b"}", b"[", b"]", b'"', b"\\u001b", b"\\ud800"),
        shapes={
            "lists": repeat(b"[", head=b'{"format":1,"steps":'),
            "objects": repeat(b'{"a":', head=b'{"format":1,"steps":'),
            "strings": repeat(b'"a",', head=b'{"format":1,"steps":[', tail=b'""]}'),
            "escapes": repeat(b"\\u001b", head=b'{"format":1,"address":"', tail=b'"}'),
        },
        limit=16 * MEBIBYTE,
        memory=64.0,
    ),
    Target(
        name="doctor_words",
        read=read_words,
        check=check_words,
        seeds=lambda: [
            b"https://mail.ward.test:8443/owa/contoso?u=anna",
            "“Contoso CA”, “ward.test” → 10.1.2.3, fd00::12 and CORP\\anna".encode(),
            f"it said {PASSWORD} and \x1b[2J at _autodiscover._tcp.ward.test".encode(),
            b"ab:" * 19 + b"ab, anna@ward.test, *.ward.test, /owa/x",
        ],
        words=(
            b".",
            b":",
            b"/",
            b"@",
            b"ward.test",
            b"://",
            b"*.",
            b" and ",
            b"[",
            b"]",
            b"%",
            b"ab:",
            b"\\",
        ),
        shapes={
            "letters": repeat(b"a"),
            "labels": repeat(b"a."),
            "addresses": repeat(b"a@"),
            "pairs": repeat(b"ab:"),
            "numbers": repeat(b"1."),
            "commas": repeat(b"a, "),
            "wildcards": repeat(b"*."),
            "underlines": repeat(b"_a."),
            "urls": repeat(b"http://"),
        },
        limit=MEBIBYTE,
        microseconds=20.0,
        memory=64.0,
    ),
)
