"""What decides whether a message is answered automatically, and the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from typing import Final, NamedTuple

from fuzz.letters import HEAD, HEADER_SHAPES, MIME_WORDS, message_seeds
from fuzz.target import Target, repeat
from overair.delivery.out_of_office.absence import Reply
from overair.delivery.out_of_office.answering import HEADER_READ, MOST_REFERENCES, Question, question_of
from overair.delivery.out_of_office.composing import SUBJECT, compose
from overair.directory.interface import User

NOW: Final = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SENDER: Final = "otto@example.net"
USER: Final = User(1, "anna@example.org", "Anna \r\nBcc: x@example.net", ("a@example.org",))
FIELDS: Final = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "x-auto-response-suppress",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
}


class Asked(NamedTuple):
    """A message that is answered, and what a message is that is written to Anna and otherwise the same."""

    as_it_stands: Question | None
    to_anna: Question | None


def read(mime: bytes) -> Asked:
    return Asked(question_of(mime, SENDER, USER), question_of(b"To: a@example.org\r\n" + mime, SENDER, USER))


def check(asked: Asked) -> None:
    for question in asked:
        if question is None:
            continue
        assert len(question.references) <= MOST_REFERENCES
        for is_html in (False, True):
            written = compose(Reply(True, "<p>Away</p>", is_html), question, SENDER, USER, "example.org", NOW)
            message = message_from_bytes(written)
            assert {name.lower() for name in message.keys()} <= FIELDS  # noqa: SIM118 - no mapping
            assert message["To"] == SENDER
            assert message["Subject"].startswith((SUBJECT.rstrip(), "=?utf-8?"))
            assert message["Auto-Submitted"] == "auto-replied"
            assert not message.defects


TARGETS: Final = (
    Target(
        name="automatic-reply",
        read=read,
        check=check,
        seeds=message_seeds,
        words=(
            *MIME_WORDS,
            b"To: anna@example.org\r\n",
            b"Auto-Submitted: no\r\n",
            b"Precedence: ",
            b"List-Id: ",
            b"References: <a@b>",
            b"In-Reply-To: <",
            b"Message-ID: <a@b>\r\n",
            b"Resent-To: a@example.org\r\n",
            b"X-Auto-Response-Suppress: OOF",
        ),
        limit=HEADER_READ,
        shapes={name: HEADER_SHAPES[name] for name in ("addresses", "words of no charset in addresses")}
        | {
            "references": repeat(b"<a@b>", HEAD + b"References: "),
            "beginnings of references": repeat(b"<a", HEAD + b"References: "),
            "a long local part": repeat(b"no-reply.", b"To: a@example.org\nFrom: ", b"@example.net\n\n"),
            "parts of lists of suppressions": repeat(b"all, ", HEAD + b"X-Auto-Response-Suppress: "),
        },
    ),
)
