"""What is kept and read again, and what only this machine sends: states, settings, imports, control."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from fuzz.conversation import LOOP
from fuzz.letters import message_seeds
from fuzz.mail import DELIVERED, NOW
from fuzz.making import PERSON
from fuzz.target import Shape, Target, numbered, repeat
from overair.cli import mail_files
from overair.mailboxes.embedded import codec
from overair.mailboxes.embedded.token import Known, Token
from overair.mailboxes.interface import TokenExpired
from overair.protocol.sync_options import Options
from overair.server import control, settings
from overair.server.administration import AddEntries, AddUser, Answer, Mail, Refused, Request
from overair.server.administrator import Administrator
from overair.server.importing import entry_of
from overair.sync import state
from overair.sync.state import Applied, AppliedAdd, AppliedChange, CollectionStates, Unshown

DIRECTORY: Final = tempfile.TemporaryDirectory(prefix="overair-fuzz-")


def file_of(data: bytes, name: str) -> Path:
    path = Path(DIRECTORY.name, name)
    path.write_bytes(data)
    return path


def check_states(states: CollectionStates) -> None:
    assert state._decode(state._encode(states)) == states


def states_seeds() -> Iterator[bytes]:
    states = CollectionStates()
    first = states.primed(
        Token(1, (2, 3), {4: Known(5, True, 6)}).encode(), (Options(),), (1, 2), conversations=True
    )
    applied = Applied({"a": AppliedAdd("1", 2, b"3")}, {"1": AppliedChange(2, b"3")}, {"1": 2})
    unshown = {"1": Unshown(True, "1")}
    states.hand_out(
        first, msgspec.structs.replace(first, key="1000000002", applied=applied, exceptions=unshown)
    )
    yield state._encode(states)


def check_token(token: Token) -> None:
    assert Token.decode(token.encode()) == token


def read_item(data: bytes) -> Any:
    return codec.decode("Contacts" if data[:1] == b"C" else "Email", data[1:])


def check_item(item: Any) -> None:
    assert codec.decode(item.item_class.value, codec.encode(item)) == item


def read_settings(data: bytes) -> settings.Settings:
    return settings.load(file_of(data, "overair.toml"))


class Nobody(Administrator):
    """Carries nothing out."""

    def __init__(self) -> None:
        """Needs nothing for that."""

    async def perform(self, request: Request) -> Answer:
        return Refused(type(request).__name__)


def read_control(data: bytes) -> Answer:
    """A line of the control socket, as its server reads it."""
    return LOOP.run_until_complete(control._answer(Nobody(), data))


def check_control(answer: Answer) -> None:
    assert isinstance(answer, Refused)
    assert "its log says why" not in answer.reason


def read_files(data: bytes) -> list[Any]:
    """A file that is imported: an mbox or a message."""
    found = []
    for one in mail_files.messages(file_of(data, "file")):
        if isinstance(one, mail_files.Found):
            mail_files.with_line_ends(one.read())
        found.append(one)
    return found


def check_files(found: list[Any]) -> None:
    for one in found:
        if isinstance(one, mail_files.Found):
            assert one.received.tzinfo is not None


def contact_shape(shape: Shape) -> Shape:
    return lambda size: b"C" + shape(size)


DEEP: Final = {
    "nested lists": repeat(b"["),
    "nested objects": repeat(b'{"a":'),
    "a number": repeat(b"1"),
    "a string": repeat(b"\\u0041", b'"', b'"'),
}
TARGETS: Final = (
    Target(
        name="sync_state",
        read=state._decode,
        check=check_states,
        refuses=(msgspec.DecodeError, ValueError, RecursionError),
        seeds=states_seeds,
        size=2048,
        limit=1024 * 1024,
        memory=64,
        shapes={
            "nested lists": repeat(b"\x91"),
            "nested maps": repeat(b"\x81\xa1a"),
            "a list": repeat(b"\x01", b"\xdd\x00\x0f\xff\xff"),
        },
    ),
    Target(
        name="mailbox_token",
        read=lambda data: Token.decode(data.decode("utf-8", "replace")),
        check=check_token,
        refuses=(TokenExpired,),
        seeds=lambda: (Token(1, (2, 3), {4: Known(5, True, 6)}).encode().encode(), b"[1,[2,3]]"),
        size=512,
        limit=1024 * 1024,
        memory=64,
        shapes=DEEP,
    ),
    Target(
        name="stored_item",
        read=read_item,
        check=check_item,
        refuses=(msgspec.DecodeError, ValueError, RecursionError),
        seeds=lambda: (b"C" + codec.encode(PERSON), b"E" + codec.encode(DELIVERED.message)),
        memory=64,
        shapes={f"{name} in a contact": contact_shape(shape) for name, shape in DEEP.items()},
    ),
    Target(
        name="settings",
        read=read_settings,
        refuses=(settings.SettingsError,),
        seeds=lambda: (
            (
                b'data_dir = "d"\nbind = "[::1]:1"\n[tls]\nenabled = false\nnames = ["a"]\n[limits]\n'
                b"recipients = 5\n"
            ),
            (
                b'bind = "unix:/a"\n[policy]\nrequired = true\n[policy.document]\n'
                b"device_password_enabled = true\n"
                b"min_device_password_length = 4\n[delivery]\nlmtp = '127.0.0.1:24'\n[heartbeat]\n"
                b"shortest = 60\n"
            ),
        ),
        words=(
            b"bind = ",
            b"[tls]\n",
            b"[policy.document]\n",
            b'"',
            b"'''",
            b" = ",
            b"\n",
            b"[",
            b"]",
            b"1e5",
            b"{",
            b"}",
        ),
        size=1024,
        limit=64 * 1024,
        microseconds=50,
        memory=200,
        shapes={
            "nested lists": repeat(b"[", b"a = "),
            "nested tables": repeat(b"{a=", b"a = "),
            "tables": numbered(b"[t%d]\n"),
            "a number": repeat(b"1", b"a = "),
            "a port": repeat(b"1", b'bind = "a:', b'"'),
        },
    ),
    Target(
        name="control",
        read=read_control,
        check=check_control,
        seeds=lambda: (
            msgspec.json.encode(AddUser("a@b", "A", "x")),
            msgspec.json.encode(AddEntries((Mail(b"a", NOW), entry_of(PERSON)))),
        ),
        memory=64,
        shapes=DEEP,
    ),
    Target(
        name="mail_file",
        read=read_files,
        check=check_files,
        refuses=(mail_files.Unreadable,),
        seeds=lambda: (
            (
                b"From a@b Tue Jan  2 03:04:05 2024\nStatus: RO\nX-Status: AFT\n"
                b"Date: Sun, 22 Nov 2026 10:00:00 +0000\n\nx\n\n"
                b"From c Tue Jan  2 03:04:05 2024\nX-Mozilla-Status: 1009\nSubject: y\n\nz\n"
            ),
            *message_seeds(),
        ),
        words=(
            b"From ",
            b"\n\nFrom a Tue Jan  2 03:04:05 2024\n",
            b"Status: ",
            b"X-Mozilla-Status: ",
            b"Received: ;",
            b"\n\n",
        ),
        size=2048,
        microseconds=6,
        memory=100,
        shapes={
            "messages": repeat(b"From a Tue Jan  2 03:04:05 2024\nSubject: x\n\n"),
            "separators": repeat(b"From \n"),
            "headers": repeat(b"X: y\n", b"Subject: x\n"),
            "folded": repeat(b" y\n", b"Subject: x\n"),
            "lines": repeat(b"\n", b"Subject: x\n"),
            "words of a separator": repeat(b"a ", b"From "),
            "a received line": repeat(b"; a", b"Received: "),
        },
    ),
)
