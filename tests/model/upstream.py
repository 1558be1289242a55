"""The servers behind a gateway, and another client of theirs: IMAP and DAV as anybody speaks them."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import imapclient

from model.drive import DOMAIN, PASSWORD
from model.edit import Edit
from model.forms import FORMS
from model.mirror_eye import Place
from model.shown import VALUE
from model.steps import ACCOUNTS
from overair.items import ItemClass
from overair.mailboxes.gateway.groupware.formats import ContactFormat, EventFormat, Format, TaskFormat
from overair.mailboxes.gateway.mail.message_key import MessageKey, read_key
from support.dav_servers import Answer
from support.dovecot import Dovecot
from support.gateway import Submitted, submission
from support.radicale import Radicale

SECRET: Final = PASSWORD.decode()
FORMATS: Final[Mapping[ItemClass, Format]] = {
    ItemClass.CONTACTS: ContactFormat(),
    ItemClass.CALENDAR: EventFormat("UTC", tuple, None, None),
    ItemClass.TASKS: TaskFormat("UTC", tuple, None, None),
}
"""How what another client writes stands in objects."""
TITLE: Final = {
    ItemClass.CONTACTS: re.compile(r"^(?P<head>N:)(?P<value>[^;]*)(?P<tail>;.*)$", re.MULTILINE),
    ItemClass.CALENDAR: re.compile(r"^(?P<head>SUMMARY:[im]\d+ )(?P<value>.*?)(?P<tail>\r?)$", re.MULTILINE),
    ItemClass.TASKS: re.compile(r"^(?P<head>SUMMARY:[im]\d+ )(?P<value>.*?)(?P<tail>\r?)$", re.MULTILINE),
}
"""Where the value of an item stands in its object."""
MARKER: Final = re.compile(r"^(?:SUMMARY:|N:[^;]*;)([im]\d+)\b", re.MULTILINE)
COMPONENT: Final = re.compile(r"(?ms)^BEGIN:(?:VEVENT|VTODO|VCARD)\r?\n.*?^END:(?:VEVENT|VTODO|VCARD)")
NOTES: Final = "Notes"


class Refused(Exception):
    """Another client could not do what it was about to."""


class Upstream:
    """A Dovecot, a Radicale and a submission server with the accounts of the model."""

    def __init__(self) -> None:
        self.dovecot: Final = Dovecot("maildir")
        for account in ACCOUNTS:
            self.dovecot.set_password(account, SECRET)
        self.radicale: Final = Radicale(dict.fromkeys(ACCOUNTS, SECRET))
        self._stack: Final = contextlib.ExitStack()
        self._stack.callback(self.dovecot.remove)
        self._stack.enter_context(self.radicale)
        self.submitted: Final[Submitted] = self._stack.enter_context(
            submission(self.dovecot, dict.fromkeys(ACCOUNTS, SECRET))
        )
        self._seen = 0
        """How many messages of the submission server are on their way or delivered."""
        self._posted: list[tuple[str, bytes]] = []
        self._delivering: Final = threading.Lock()

    def close(self) -> None:
        """End the servers."""
        self._stack.close()

    @property
    def settings(self) -> str:
        """What a gateway in front of them says of them."""
        dav = f"http://127.0.0.1:{self.radicale.port}/"
        return (
            f'domain = "{DOMAIN}"\n[gateway]\nimap = "imap://127.0.0.1:{self.dovecot.port}"\n'
            f'smtp = "submission://127.0.0.1:{self.submitted.port}"\ncaldav = "{dav}"\ncarddav = "{dav}"\n'
            'login = "{local}"\npoll_mail = 1\npoll_calendars = 1\n'
        )

    def furnish(self, *, notes: bool) -> None:
        """Empty mailboxes, with a folder of notes or without one."""
        for account in ACCOUNTS:
            shutil.rmtree(self._home(account), ignore_errors=True)
            shutil.rmtree(self._collections(account), ignore_errors=True)
            if notes:
                with self._imap(account) as client:
                    client.create_folder(NOTES)
                    client.subscribe_folder(NOTES)
        self._seen = len(self.submitted.taken)
        self._posted.clear()

    # What they hold.

    def _home(self, account: str) -> Path:
        return self.dovecot.directory / "mails" / account

    def _collections(self, account: str) -> Path:
        return self.radicale.folder / "collections" / "collection-root" / account

    def bytes_of(self, account: str, key: MessageKey) -> bytes | None:
        """The bytes of a message, from the files of its server; None where it is gone."""
        for listing in self._home(account).glob("Maildir/**/dovecot-uidlist"):
            head, *lines = listing.read_text("utf-8", "replace").splitlines()
            if f"V{key.uid_validity}" not in head.split():
                continue
            for line in lines:
                uid, _, name = line.partition(" ")
                if uid == str(key.uid):
                    base = name.partition(":")[2].partition(":")[0]
                    for folder in ("cur", "new"):
                        for path in (listing.parent / folder).glob(f"{base}*"):
                            with contextlib.suppress(FileNotFoundError):  # renamed for its flags
                                return path.read_bytes()
        return None

    def holds(self, account: str) -> Counter[tuple[str, str]]:
        """How often each marker is in each place: a mailbox's name, or the path of a collection."""
        found: Counter[tuple[str, str]] = Counter()
        with self._imap(account) as client:
            for _, _, name in client.list_folders():
                client.select_folder(name, readonly=True)
                uids = client.search("ALL")
                for data in client.fetch(uids, ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"]).values():
                    subject = data[b"BODY[HEADER.FIELDS (SUBJECT)]"].decode().partition(":")[2].split()
                    found[name, subject[0] if subject else ""] += 1
        for path in self._collections(account).glob("*/*"):
            if path.name.startswith(".Radicale"):
                continue
            text = path.read_text().replace("\r\n ", "").replace("\n ", "")
            masters = [one for one in COMPONENT.findall(text) if "\nRECURRENCE-ID" not in one]
            for one in masters:
                marker = MARKER.search(one)
                found[f"/{account}/{path.parent.name}/", marker.group(1) if marker else "?"] += 1
        return found

    # Another client.

    @contextlib.contextmanager
    def _imap(self, account: str, folder: str | None = None) -> Iterator[imapclient.IMAPClient]:
        """Raises Refused where the server cannot be reached or says no."""
        try:
            with self.dovecot.client(account, folder, SECRET) as client:
                yield client
        except (OSError, imapclient.exceptions.IMAPClientError) as error:
            raise Refused(str(error)) from error

    def post(self, account: str, mime: bytes) -> None:
        """Mail for an account is on its way."""
        self._posted.append((account, mime))

    def deliver_posted(self) -> None:
        """Mail, and what the submission server has taken, comes to its recipients, as an MTA delivers it:
        what their server does not take now stays on its way.
        """
        with self._delivering:
            new = self.submitted.taken[self._seen :]
            self._seen += len(new)
            self._posted += [
                (recipient.partition("@")[0], taken.content)
                for taken in new
                for recipient in taken.recipients
            ]
            while self._posted:
                try:
                    self.dovecot.deliver(*self._posted[0])
                except subprocess.CalledProcessError:
                    return
                del self._posted[0]

    def mark(self, account: str, place: Place, *, read: bool) -> None:
        """Mark a message as read, or not."""
        with self._message(account, place) as (client, uid):
            (client.add_flags if read else client.remove_flags)(uid, [rb"\Seen"])

    def expunge(self, account: str, place: Place) -> None:
        """Delete a message for good."""
        with self._message(account, place) as (client, uid):
            client.add_flags(uid, [rb"\Deleted"])
            client.uid_expunge(uid)

    def move(self, account: str, place: Place, destination: str) -> None:
        """Move a message."""
        with self._message(account, place) as (client, uid):
            client.move(uid, destination)

    @contextlib.contextmanager
    def _message(self, account: str, place: Place) -> Iterator[tuple[imapclient.IMAPClient, int]]:
        key = read_key(place.key)
        with self._imap(account) as client:
            selected = client.select_folder(place.path)
            if selected[b"UIDVALIDITY"] != key.uid_validity:
                raise Refused("it is another mailbox now")
            yield client, key.uid

    def create_folder(self, account: str, name: str) -> None:
        """A mailbox, which clients subscribe to."""
        with self._imap(account) as client:
            client.create_folder(name)
            client.subscribe_folder(name)

    def delete_folder(self, account: str, path: str) -> None:
        """Delete a mailbox."""
        with self._imap(account) as client:
            client.delete_folder(path)
            client.unsubscribe_folder(path)

    def put_new(self, account: str, path: str, item_class: ItemClass, edit: Edit) -> None:
        """A new object in a collection."""
        form = FORMATS[item_class]
        text = form.write(FORMS[item_class].made(edit.marker, edit.says), edit.marker)
        self._dav(account, "PUT", f"{path}{edit.marker}{form.extension}", text, {"If-None-Match": "*"})

    def put_value(self, account: str, place: Place, item_class: ItemClass, edit: Edit) -> None:
        """An object with another value."""
        path = _path(place)
        text, tag = self._get(account, path)
        value = edit.says[VALUE]
        changed, number = TITLE[item_class].subn(rf"\g<head>{value}\g<tail>", text, count=1)
        if not number:
            raise Refused("it has no title")
        self._dav(account, "PUT", path, changed, {"If-Match": tag})

    def delete_object(self, account: str, place: Place) -> None:
        """Delete an object."""
        self._dav(account, "DELETE", _path(place), "", {})

    def _get(self, account: str, path: str) -> tuple[str, str]:
        answer = self._dav(account, "GET", path, "", {})
        return answer.body, answer.headers["etag"]

    def _dav(self, account: str, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        kind = "text/vcard" if body.startswith("BEGIN:VCARD") else "text/calendar"
        types = {"Content-Type": f"{kind}; charset=utf-8"} if body else {}
        try:
            answer = self.radicale.as_user(account, method, path, body, {**headers, **types})
        except OSError as error:
            raise Refused(str(error)) from error
        if answer.status >= 300:
            raise Refused(f"{method}: {answer.status}")
        return answer


def _path(place: Place) -> str:
    """Of an object; behind a # stands which of the things in it is meant."""
    return place.path.partition("#")[0] + place.key.partition("#")[0]
