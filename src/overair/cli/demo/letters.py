"""The demo's letters as MIME messages, and where in the two mailboxes they lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from importlib.resources import files

import msgspec

from overair.cli.demo import documents

ACCOUNTS = {"anna": "Anna Keller", "ben": "Ben Okafor"}
"""The demo's accounts: the local part of the address, and the name."""
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """One entry of letters.toml."""

    id: str
    sender: str
    to: tuple[str, ...]
    age: str
    subject: str
    text: str
    html: str | None = None
    cc: tuple[str, ...] = ()
    answers: str | None = None
    charset: str = "utf-8"
    attach: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    folder: dict[str, str] = {}
    headers: dict[str, str] = {}


class _Letters(msgspec.Struct, frozen=True):
    letter: tuple[Letter, ...]


class Posted(msgspec.Struct, frozen=True):
    """A letter in one mailbox; ``account`` is a key of ACCOUNTS."""

    account: str
    folder: str
    received: datetime
    mime: bytes
    read: bool
    flagged: bool
    answered: bool


def posted(domain: str, now: datetime) -> Iterator[Posted]:
    """Every letter in every mailbox that has it, oldest first."""
    text = files("overair.cli.demo").joinpath("letters.toml").read_text(encoding="utf-8")
    letters = msgspec.toml.decode(text.replace("DOMAIN", domain), type=_Letters).letter
    by_id = {letter.id: letter for letter in letters}
    answered = {
        (letter.sender, letter.answers) for letter in letters if "Drafts" not in letter.folder.values()
    }
    for letter in sorted(letters, key=lambda letter: _age(letter.age), reverse=True):
        received = now - _age(letter.age)
        mime = _mime(letter, by_id, domain, received)
        for account in ACCOUNTS:
            if account not in (letter.sender, *letter.to, *letter.cc):
                continue
            usual = "Sent Items" if account == letter.sender else "Inbox"
            yield Posted(
                account=account,
                folder=letter.folder.get(account, usual),
                received=received,
                mime=mime,
                read=account not in letter.unread,
                flagged=account in letter.flagged,
                answered=(account, letter.id) in answered,
            )


def _age(text: str) -> timedelta:
    """The time that ``2d 3h 30m`` says."""
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in re.findall(r"(\d+)([dhm])", text)})


def _address(person: str, domain: str) -> str:
    if person in ACCOUNTS:
        return formataddr((ACCOUNTS[person], f"{person}@{domain}"))
    return person


def _message_id(letter: Letter, domain: str) -> str:
    address = parseaddr(_address(letter.sender, domain))[1]
    return f"<{letter.id}.demo@{address.rpartition('@')[2]}>"


def _mime(letter: Letter, by_id: dict[str, Letter], domain: str, sent: datetime) -> bytes:
    message = EmailMessage()
    message["From"] = _address(letter.sender, domain)
    message["To"] = ", ".join(_address(person, domain) for person in letter.to)
    if letter.cc:
        message["Cc"] = ", ".join(_address(person, domain) for person in letter.cc)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(sent)
    message["Message-ID"] = _message_id(letter, domain)
    thread: list[str] = []
    earlier = letter.answers
    while earlier is not None:
        thread.insert(0, _message_id(by_id[earlier], domain))
        earlier = by_id[earlier].answers
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join(thread)
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(letter.text.strip() + "\n", charset=letter.charset)
    if letter.html is not None:
        message.add_alternative(letter.html.strip() + "\n", subtype="html", charset=letter.charset)
        *_, page = message.iter_parts()
        for name in letter.inline:
            documents.show(page, name)
    for name in letter.attach:
        documents.attach(message, name)
    return message.as_bytes(policy=SMTP)
