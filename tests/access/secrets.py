"""Marked secrets of every kind, and requests that carry them into every corner of a server."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

import asyncpg

from access.places import Path as Way
from access.places import can_name, leaves, places, request
from access.roles import Role, role_of
from access.victim import synced
from overair.items import CLASSES, Message
from overair.mailboxes.interface import FolderType
from overair.protocol.commands import MESSAGES, messages_of
from overair.protocol.folder_sync import FolderSyncRequest
from overair.protocol.http import MIME_TYPE, PATH, Command, Credentials
from overair.protocol.item_operations import Fetch, ItemOperationsRequest
from overair.protocol.ping import PingFolder, PingRequest
from overair.protocol.schema import Record
from overair.protocol.search import Query, SearchRequest, StoreRequest
from overair.protocol.send_mail import SendMailRequest
from overair.protocol.settings import SettingsRequest, UserInformationRequest
from overair.protocol.sync import AddCommand, ChangeCommand, CollectionRequest, ServerAdd, SyncRequest
from overair.storage.schema import metadata
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag, encode
from overair.wbxml.pages import Calendar, Contacts
from support.databases import outside
from support.phone import Answer, Phone, Server, letter
from support.server import ANNA

RIGHT: Final = "Rq8vT-pässwort"
WRONG: Final = "Wk3zU-fälsch"
DEVICE_PASSWORD: Final = "Dn5yRecovery"
OTHER_PASSWORD: Final = "Op6xLibrary"
SUBJECT: Final = "Sj2wSubject"
BODY: Final = "Bd4uMessage"
ATTACHED: Final = "At9tBytes"
NOTE: Final = "Nt7sContact"
QUERY: Final = "Qy1rSearch"
WORD: Final = "Wd0qAnything"
TOKEN: Final = "Tk5pBearer"
DIGITS: Final = "83174690255813"
"""A number that a person could have for a password."""
MARKS: Final = (
    RIGHT, WRONG, DEVICE_PASSWORD, OTHER_PASSWORD, SUBJECT, BODY, ATTACHED, NOTE, QUERY, WORD, TOKEN, DIGITS
)  # fmt: skip

HELD: Final = frozenset(CLASSES.values()) - {Message}
"""The classes of items that hold what their owner noted down."""

Kept = Callable[[Answer], None]
"""Takes every answer that is given."""


def marked_letter(to: str = ANNA) -> bytes:
    """A message with a mark in each of its parts."""
    message = letter(SUBJECT, to, BODY, Keywords=WORD, X_Token=TOKEN)
    message.add_alternative(f"<p>{BODY}</p>", subtype="html")
    message.add_attachment(ATTACHED.encode(), maintype="application", subtype="pdf", filename=f"{WORD}.pdf")
    return message.as_bytes(policy=SMTP)


def broken_letters() -> Iterator[bytes]:
    """Messages that are wrong in the places that are read most closely."""
    mark = f"{BODY} {DIGITS}"
    yield f"Content-Type: {mark}; charset={BODY}; boundary={mark}\r\n\r\n{mark}".encode()
    yield f"Date: {mark}\r\nMessage-ID: {mark}\r\nFrom: {mark}\r\nTo: {mark}@\r\n\r\n{mark}".encode()
    yield f"Subject: =?{BODY}?b?{mark}?=\r\nContent-Transfer-Encoding: {mark}\r\n\r\n{mark}".encode()
    yield f"Thread-Index: {mark}\r\nImportance: {mark}\r\n\r\n=?{mark}\xff".encode("latin-1")
    yield mark.encode("utf-16")
    yield f"{mark}: \x00{mark}\r\n{mark}".encode()


def said(path: Way, role: Role) -> str:
    """The mark for a place of a request."""
    last = path[-1]
    if role is Role.MESSAGE:
        return marked_letter().decode()
    if last in ("query", "free_text"):
        return QUERY
    if last == "password":
        return DEVICE_PASSWORD if "device_password" in path else OTHER_PASSWORD
    if role is not Role.WORDS:
        return "1"  # what names something may be in a log
    if set(path) & HELD:
        return NOTE
    return {"subject": SUBJECT, "data": BODY, "content": ATTACHED}.get(str(last), WORD)


class Driver:
    """Carries the marks to a server's endpoint, as Anna and as somebody who guesses."""

    def __init__(self, server: Server, kept: Kept) -> None:
        self._server = server
        self._kept = kept
        self._known: dict[Version, list[tuple[Command, Record | None]]] = {}

    def phone(self, version: Version, **fields: Any) -> Phone:
        """Anna's."""
        fields = {"address": ANNA, "device_id": "marked", "password": RIGHT.encode(), **fields}
        return Phone(self._server, version, **fields)

    def _send(self, phone: Phone, command: Command, body: bytes = b"", **fields: Any) -> Answer:
        answer = phone.post(command, body, **fields)
        self._kept(answer)
        return answer

    def log_ins(self) -> None:
        """Right, wrong and malformed ones, in the header and where they do not belong."""
        phone = self.phone(Version.V14_1)
        tokens = [f"{ANNA}:{WRONG}".encode(), f"{ANNA}:{WRONG}".encode("latin-1"), f":{WRONG}".encode()]
        tokens += [WRONG.encode(), f"{ANNA}\x00:{WRONG}".encode(), f"{ANNA}:{RIGHT}".encode()]
        values = [f"Basic {b64encode(token).decode()}" for token in tokens]
        values += [f"Basic {WRONG}=", f"Basic {ANNA}:{WRONG}", f"Bearer {TOKEN}", TOKEN, f"Digest {WRONG}"]
        values += [values[0] + "=" * 5, "Basic " + b64encode(WRONG.encode() * 2000).decode()]
        for value in values:
            header = {"Authorization": value.encode().decode("latin-1")}
            for method in ("POST", "OPTIONS", "GET", WORD):
                query = phone.request(Command.SYNC).to_query()
                self._kept(phone.http(method, f"{PATH}?{query}", header))
            self._kept(phone.http("GET", "/", header | {"Cookie": TOKEN, "X-Token": TOKEN}))
        twice = {"authorization": f"Basic {WRONG}"}
        self._send(phone, Command.SYNC, headers=twice)
        for name, value in (
            ("X-MS-PolicyKey", TOKEN),
            ("Content-Encoding", TOKEN),
            ("Cookie", TOKEN),
            ("Accept-Language", TOKEN),
            ("Expect", TOKEN),
            ("Transfer-Encoding", TOKEN),
            ("Content-Type", f"{MIME_TYPE}; {TOKEN}"),
        ):
            self._send(phone, Command.SYNC, WORD.encode(), headers={name: value})
        for credentials in (Credentials(ANNA, WRONG.encode()), Credentials(f"{ANNA}@", WRONG.encode())):
            self._send(phone, Command.FOLDER_SYNC, credentials=credentials)

    def requests(self) -> None:
        """Every command in every version with every field marked, all at once and each alone."""
        for command in Command:
            for version in SERVED:
                phone = self.phone(version)
                self._send(phone, command, marked_letter(), content_type=MIME_TYPE, long_id="1")
                self._send(phone, command, attachment_name="1", item_id="1", user=WORD, occurrence=WORD)
                if messages_of(command, version).request is not None:
                    for place in places(command, version):
                        if set(place.path) & HELD and version is not SERVED[-1]:
                            continue  # some two hundred, which are alike in every version
                        if _is_read_twice(place.path):
                            continue
                        message = request(command, version, (place.path,), said)
                        self._send(phone, command, encode(message.to_element(version)))

    def malformed(self) -> None:
        """Text where a number is expected, in every field; elements and bytes that are out of place."""
        version = SERVED[-1]
        phone = self.phone(version)
        for command in MESSAGES:
            message = messages_of(command, version).request
            if message is None:
                continue
            for path, tag, data_type in leaves(message, version):
                if can_name(data_type) and role_of(tag) is not Role.WORDS:
                    continue  # an id, or more elements
                if _is_read_twice(path):
                    continue
                tree = request(command, version, (path,), said).to_element(version)
                for mark in (WORD, DIGITS, f"-{DIGITS}"):
                    self._send(phone, command, encode(_with_text(tree, tag, mark)))
            tree = request(command, version, (), said).to_element(version)
            whole = encode(tree) + WORD.encode()
            for body in (
                whole[:-1],
                whole,
                WORD.encode(),
                b"\x03\x01\x6a" + bytes([len(WORD)]) + WORD.encode() + whole[4:],
                whole.replace(b"\x03", WORD.encode(), 1),
                encode(Element(tree.tag, WORD)),
                encode(Element(tree.tag, WORD.encode())),
            ):
                self._send(phone, command, body)

    def learn(self) -> None:
        """Put something of every kind into the mailbox, and keep requests that ask for it."""
        for version in (Version.V12_1, SERVED[-1]):
            phone = self.phone(version)
            folders = {kind: entry.server_id for kind, entry in phone.folders().items()}
            inbox, contacts = folders[FolderType.INBOX], folders[FolderType.CONTACTS]
            key = synced(phone, contacts, "0").sync_key
            person = [Element(Contacts.FirstName, NOTE), Element(Contacts.Email1Address, NOTE)]
            synced(phone, contacts, key, AddCommand(client_id=version.text, application_data=person))
            calendar = folders[FolderType.CALENDAR]
            first_key = synced(phone, calendar, "0").sync_key
            event = [Element(Calendar.Subject, NOTE), Element(Calendar.Location, NOTE)]
            event = [one for one in event if version in one.tag.versions]
            add = AddCommand(client_id=version.text, application_data=event)
            calendar_key = synced(phone, calendar, first_key, add).sync_key
            key = synced(phone, inbox, "0").sync_key
            [first, *_] = synced(phone, inbox, key).commands
            assert isinstance(first, ServerAdd)
            item = Fetch(store="Mailbox", collection_id=inbox, server_id=first.server_id)
            attached = Fetch(store="Mailbox", file_reference=f"{first.server_id}:1")
            watched = tuple(PingFolder(id=one, item_class="Email") for one in (inbox, "999"))
            self._known[version] = [
                (Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0")),
                (Command.FOLDER_SYNC, FolderSyncRequest(sync_key="1")),
                *((Command.SYNC, _sync(*pair)) for pair in ((inbox, "0"), (inbox, key), (contacts, "0"))),
                (Command.SYNC, _sync(calendar, calendar_key)),
                (Command.SYNC, None),
                (Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=(item, attached))),
                (Command.PING, PingRequest(heartbeat_interval=60, folders=watched)),
                (Command.SEARCH, SearchRequest(store=StoreRequest(name="GAL", query=Query(text="anna")))),
                (Command.SETTINGS, SettingsRequest(user_information=UserInformationRequest(get=True))),
            ]

    def again(self, version: Version, **fields: Any) -> None:
        """What reads and writes most of the store."""
        phone = self.phone(version, **fields)
        for command, message in self._known[version]:
            self._send(phone, command, b"" if message is None else encode(message.to_element(version)))
        if version < Version.V14_0:
            reference = f"{FolderType.INBOX.value}:1:1"
            self._send(phone, Command.GET_ATTACHMENT, attachment_name=reference)
            self._send(phone, Command.SEND_MAIL, marked_letter(), content_type=MIME_TYPE)

    def locked(self) -> None:
        """A message that is sent while the database is locked, and was not sent before."""
        version = SERVED[-1]
        message = SendMailRequest(client_id=f"{WORD}-locked", mime=marked_letter())
        self._send(self.phone(version), Command.SEND_MAIL, encode(message.to_element(version)))

    def mail(self) -> None:
        """Messages that are refused, and some that are sent."""
        for version in SERVED:
            phone = self.phone(version)
            bare = version < Version.V14_0
            for mime in (marked_letter(), marked_letter(f"{WORD}@{WORD}"), *broken_letters()):
                if bare:
                    self._send(phone, Command.SEND_MAIL, mime, content_type=MIME_TYPE)
                    continue
                message = SendMailRequest(client_id=WORD, mime=mime)
                self._send(phone, Command.SEND_MAIL, encode(message.to_element(version)))


def _is_read_twice(path: Way) -> bool:
    """Whether a field is read by the same declaration in an Add as in a Change, which this is."""
    return ChangeCommand in path and bool(set(path) & HELD)


def _sync(folder_id: str, key: str) -> SyncRequest:
    return SyncRequest(collections=(CollectionRequest(sync_key=key, collection_id=folder_id),))


def _with_text(element: Element, tag: Tag, text: str) -> Element:
    """A tree with other text in the elements of a tag."""
    if element.tag is tag:
        return Element(tag, text)
    if isinstance(element.content, list):
        return Element(element.tag, [_with_text(child, tag, text) for child in element.content])
    return element


def by_lmtp(path: Path) -> list[bytes]:
    """Mail that is taken and mail that is refused; returns what the server said."""
    answers: list[bytes] = []
    client = smtplib.LMTP(str(path))
    with contextlib.closing(client):
        client.ehlo()
        for mime in (marked_letter(), *broken_letters()):
            for recipient in (ANNA, "nobody@example.org"):
                client.mail("sender@example.net")
                answers.append(client.rcpt(recipient)[1])
                answers.append(_data(client, mime))
        for line in (WORD, f"MAIL FROM:<{WORD}", f"AUTH PLAIN {TOKEN}", f"VRFY {WORD}", f"\x00{WORD}"):
            answers += [client.docmd(line)[1]]
        client.mail("sender@example.net")
        client.rcpt(ANNA)
        answers.append(_data(client, BODY.encode() * 200_000))
    with socket.socket(socket.AF_UNIX) as cut:  # in the middle of a message
        cut.connect(str(path))
        cut.sendall(f"LHLO x\r\nMAIL FROM:<a@x.net>\r\nRCPT TO:<{ANNA}>\r\nDATA\r\n{BODY}".encode())
    return answers


def _data(client: smtplib.LMTP, mime: bytes) -> bytes:
    """Send a message; what the server said, also where it did not want one."""
    try:
        return client.data(mime)[1]
    except smtplib.SMTPDataError as error:
        return repr(error).encode()


def columns() -> Iterator[tuple[str, str]]:
    """Every column of the database that holds text or bytes, as (table, column)."""
    for table in metadata.tables.values():
        for column in table.c:
            if not column.primary_key and column.type.python_type in (str, bytes):
                yield table.name, column.name


def spoil(data_dir: Path, table: str, column: str, value: bytes | str) -> list[tuple[Any, ...]]:
    """Put something else into a column of every row; returns what was there, for ``mend``."""
    with outside(data_dir) as database:
        before = database.rows(f'SELECT {column}, {_key(table)} FROM "{table}"')
        for _, *key in before:
            # A value that has to be the only one of its kind goes into the first row that takes it, and
            # PostgreSQL has none of another type than the column's.
            with contextlib.suppress(
                sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError, asyncpg.DataError
            ):
                database.rows(f'UPDATE "{table}" SET {column} = ? WHERE {_is(table)}', value, *key)
        return before


def mend(data_dir: Path, table: str, column: str, before: list[tuple[Any, ...]]) -> None:
    """Put back what ``spoil`` returned."""
    with outside(data_dir) as database:
        for row in before:
            database.rows(f'UPDATE "{table}" SET {column} = ? WHERE {_is(table)}', *row)


def _is(table: str) -> str:
    return " AND ".join(f"{column.name} = ?" for column in metadata.tables[table].primary_key)


def _key(table: str) -> str:
    return ", ".join(column.name for column in metadata.tables[table].primary_key)
