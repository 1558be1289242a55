"""`overair import`: what ends up in the mailbox."""

from __future__ import annotations

import asyncio
import base64
import json
import mailbox
import os
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from overair.cli import mail_files
from overair.items import Item
from overair.items.contact import Contact
from overair.items.mail.flag import FlagStatus
from overair.items.mail.message import Message
from overair.mailboxes.interface import Session, View
from overair.server.app import build
from overair.server.settings import load
from support.command import OVERAIR, done, environment, overair
from support.databases import copied
from support.house import Serve

ANNA = "anna@example.org"
CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Duarte;Ines\r\nFN:Ines Duarte\r\n"
    "EMAIL:ines@boats.example\r\nEND:VCARD\r\n"
)


class Kept(msgspec.Struct):
    """An item and the folder that it is in."""

    folder: str
    item: Item


def letter(subject: str, day: int, extra: bytes = b"") -> bytes:
    date = f"Date: {day:02} Feb 2024 10:00:00 +0000\n"
    return extra + f"From: a@one.example\nTo: {ANNA}\nSubject: {subject}\n{date}\nHello\n".encode()


def contents(data: Path) -> list[Kept]:
    """Everything in Anna's mail and contact folders, in the order in which it was added."""

    async def look() -> list[Kept]:
        application = build(load(data_dir=str(data)))
        user = await application.directory.find(ANNA)
        assert user is not None

        async def work(session: Session) -> list[Kept]:
            kept: list[tuple[int, Kept]] = []
            for folder in await session.folders():
                since = await session.start(folder.folder_id)
                changes = await session.changes(folder.folder_id, View(), since, 10_000)
                for stored in await session.read(
                    folder.folder_id, [change.item_id for change in changes.items]
                ):
                    assert stored is not None
                    number = int(stored.item_id.partition(":")[2])
                    kept.append((number, Kept(folder.name, stored.item)))
            return [one for _, one in sorted(kept, key=lambda pair: pair[0])]

        try:
            return await application.services.mailbox(user.account_id).inspect(work)
        finally:
            await application.shutdown()

    return asyncio.run(look())


def messages(data: Path, folder: str = "Inbox") -> list[Message]:
    return [one.item for one in contents(data) if one.folder == folder and isinstance(one.item, Message)]


@pytest.fixture(scope="module")
def with_an_account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one account, to be copied."""
    data = tmp_path_factory.mktemp("account") / "data"

    async def add() -> None:
        application = build(load(data_dir=str(data)))
        await application.directory.add_user(ANNA, "secret", "Anna Keller")
        await application.shutdown()

    asyncio.run(add())
    return data


@pytest.fixture(name="data")
def data_directory(with_an_account: Path, tmp_path: Path) -> Path:
    """A data directory with one account."""
    return copied(with_an_account, tmp_path / "data")


def test_messages_come_in_order_of_date_with_their_marks(data: Path, tmp_path: Path) -> None:
    (tmp_path / "late.eml").write_bytes(letter("late", 9))
    box = mailbox.mbox(tmp_path / "old.mbox")
    for subject, day, flags in (("middle", 5, "RAF"), ("early", 1, "R")):
        message = mailbox.mboxMessage(letter(subject, day))
        message.set_flags(flags)
        message.set_from(f"a@one.example Mon Feb {day:2} 10:00:00 2024")
        box.add(message)
    box.flush()
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
    (tmp_path / "Maildir" / "cur" / "1.host:2,PS").write_bytes(letter("second", 3))
    output = done(
        "import", ANNA, tmp_path / "late.eml", tmp_path / "old.mbox", tmp_path / "Maildir", "--data-dir", data
    )
    assert output.splitlines()[0] == "4 imported, 0 already there, 0 refused"
    kept = messages(data)
    assert [message.subject for message in kept] == ["early", "second", "middle", "late"]
    assert [message.read for message in kept] == [True, True, True, False]
    assert [message.last_verb_executed for message in kept] == [None, 3, 1, None]
    statuses = [message.flag.status if message.flag else None for message in kept]
    assert statuses == [None, None, FlagStatus.ACTIVE, None]
    assert [message.date_received.day for message in kept if message.date_received] == [1, 3, 5, 9]


def test_importing_twice_doubles_nothing(data: Path, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(letter("one", 1))
    (tmp_path / "people.vcf").write_text(CARD, newline="")
    arguments = ("import", ANNA, tmp_path / "one.eml", tmp_path / "people.vcf", "--json", "--data-dir", data)
    nothing_else: dict[str, object] = {"refused": [], "in_part": [], "left_out": {}}
    assert json.loads(done(*arguments)) == {"imported": 2, "already_there": 0, **nothing_else}
    (tmp_path / "two.eml").write_bytes(letter("one", 1).replace(b"\n", b"\r\n"))
    again = json.loads(done(*arguments, tmp_path / "two.eml"))
    assert again == {"imported": 0, "already_there": 3, **nothing_else}
    assert len(contents(data)) == 2


def test_the_same_message_may_be_in_two_folders(data: Path, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(letter("one", 1))
    for folder in ("Work/Plans", "work/PLANS", "Sent Items"):
        done("import", ANNA, tmp_path / "one.eml", "--folder", folder, "--data-dir", data)
    assert sorted(one.folder for one in contents(data)) == ["Plans", "Sent Items"]


def test_contacts_are_contacts(data: Path, tmp_path: Path) -> None:
    (tmp_path / "people.vcf").write_text(CARD, newline="")
    done("import", ANNA, tmp_path / "people.vcf", "--data-dir", data)
    [kept] = contents(data)
    assert kept.folder == "Contacts"
    assert isinstance(kept.item, Contact)
    assert (kept.item.first_name, kept.item.email1_address) == ("Ines", "ines@boats.example")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_contacts_come_in_any_character_set(data: Path, tmp_path: Path, charset: str) -> None:
    (tmp_path / "people.vcf").write_bytes(CARD.replace("Ines", "Inês").encode(charset))
    done("import", ANNA, tmp_path / "people.vcf", "--data-dir", data)
    [kept] = contents(data)
    assert isinstance(kept.item, Contact)
    assert kept.item.first_name == "Inês"


def test_a_card_that_cannot_be_read_is_named(data: Path, tmp_path: Path) -> None:
    cut = CARD.replace("END:VCARD\r\n", "")
    (tmp_path / "people.vcf").write_text(cut + CARD.replace("Duarte", "Alves"), newline="")
    result = json.loads(done("import", ANNA, tmp_path / "people.vcf", "--json", "--data-dir", data))
    assert result["imported"] == 1
    [refused] = result["refused"]
    assert refused == {
        "source": f"{tmp_path / 'people.vcf'}, card 1 (Ines Duarte)",
        "reason": "has no END:VCARD",
    }
    [kept] = contents(data)
    assert isinstance(kept.item, Contact)
    assert kept.item.last_name == "Alves"


def test_what_is_refused_is_counted_with_its_reason(data: Path, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(letter("one", 1))
    (tmp_path / "noise.eml").write_bytes(b"\x00\x01\x02 no message")
    (tmp_path / "people.vcf").write_text("no cards")
    result = json.loads(
        done(
            "import",
            ANNA,
            *(tmp_path / name for name in ("one.eml", "noise.eml", "people.vcf", "missing.eml")),
            *("--json", "--data-dir", data),
        )
    )
    assert result["imported"] == 1
    assert {Path(one["source"]).name: one["reason"] for one in result["refused"]} == {
        "noise.eml": "is neither a message, an mbox, a vCard nor a calendar",
        "people.vcf": "holds no vCard",
        "missing.eml": "No such file or directory",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((ANNA, "missing.eml"), 1, "nothing was imported"),
        ((ANNA, "one.eml", "--folder", "Contacts"), 1, "does not hold messages"),
        ((ANNA, "one.eml", "--folder", "x" * 257), 1, "is no name for a folder"),
        ((ANNA, "one.eml", "--folder", "Work/\x07"), 1, "is no name for a folder"),
        ((ANNA, "one.eml", "--folder", "/"), 1, "a folder's name is not empty"),
        ((ANNA, "one.eml", "people.vcf", "--folder", "Both"), 2, "messages, contacts or calendar files"),
        (("nobody@example.org", "one.eml"), 1, "there is no account nobody@example.org"),
        ((ANNA,), 2, "Missing argument"),
        ((ANNA, "empty"), 1, "there is nothing to import"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    data: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "one.eml").write_bytes(letter("one", 1))
    (tmp_path / "people.vcf").write_text(CARD, newline="")
    result = overair("import", *arguments, "--data-dir", data, cwd=tmp_path)
    assert result.returncode == code
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert contents(data) == []


@pytest.mark.parametrize("running", [False, True])
def test_an_import_that_was_killed_is_taken_up(
    data: Path, tmp_path: Path, serve: Serve, running: bool
) -> None:
    served = serve(data) if running else None
    box = mailbox.mbox(tmp_path / "old.mbox")
    for number in range(600):
        box.add(letter(f"letter {number}", 1 + number % 28))
    box.flush()
    command: list[str | Path] = [OVERAIR, "import", ANNA, tmp_path / "old.mbox", "--json", "--data-dir", data]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment())
    deadline = time.monotonic() + 60
    while not any((data / "blobs").rglob("*")) and first.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    first.kill()
    first.wait()
    result = json.loads(done(*command[1:]))
    assert result["imported"] + result["already_there"] == 600
    if served is not None:
        assert served.terminate() < 20
    assert sorted(message.subject or "" for message in messages(data)) == sorted(
        f"letter {number}" for number in range(600)
    )


def test_a_long_import_goes_through_a_running_server(data: Path, tmp_path: Path, serve: Serve) -> None:
    served = serve(data)
    box = mailbox.mbox(tmp_path / "old.mbox")
    for number in range(230):
        box.add(letter(f"letter {number}", 1 + number % 28))
    box.add(letter("large", 28) + (b"x" * 900 + b"\n") * 6000)
    box.flush()
    result = json.loads(done("import", ANNA, tmp_path / "old.mbox", "--json", "--data-dir", data))
    assert (result["imported"], result["already_there"], result["refused"]) == (231, 0, [])
    assert served.terminate() < 20
    dates = [message.date_received for message in messages(data)]
    assert len(dates) == 231
    assert dates == sorted(dates, key=lambda date: (date is None, date))


def test_a_folder_leads_nowhere_else(data: Path, tmp_path: Path) -> None:
    """Links may name what the folder's owner cannot read, or the folder itself; a pipe never ends."""
    secret = tmp_path / "secret.eml"
    secret.write_bytes(letter("secret", 1))
    box = tmp_path / "box"
    maildir = box / "Mail"
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs").write_bytes(letter("theirs", 2))
    linked = box / "Linked"
    (linked / "new").mkdir(parents=True)
    (linked / "cur").symlink_to(elsewhere)
    (box / "own.eml").write_bytes(letter("own", 3))
    (maildir / "cur" / "1:2,S").write_bytes(letter("mine", 4))
    links = {
        box / "round": box,
        box / "up": tmp_path,
        box / "a.eml": secret,
        box / "zero.mbox": Path("/dev/zero"),
        box / "people.vcf": secret,
        maildir / "cur" / "2:2,S": secret,
    }
    for link, target in links.items():
        link.symlink_to(target)
    os.mkfifo(box / "pipe.eml")
    os.mkfifo(box / "pipe.vcf")
    answer = json.loads(done("import", ANNA, str(box), "--data-dir", str(data), "--json"))
    assert (answer["imported"], answer["already_there"]) == (2, 0)
    refused = {one["source"]: one["reason"] for one in answer["refused"]}
    assert refused == {str(path): mail_files.LINK for path in [*links, linked / "cur"]} | {
        str(box / "pipe.eml"): "is not a file",
        str(box / "pipe.vcf"): "is not a file",
    }
    assert [message.subject for message in messages(data)] == ["own", "mine"]


def test_a_path_that_was_named_may_be_a_link(data: Path, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "own.eml").write_bytes(letter("own", 3))
    (tmp_path / "link").symlink_to(tmp_path / "box")
    done("import", ANNA, str(tmp_path / "link"), "--data-dir", str(data))
    assert [message.subject for message in messages(data)] == ["own"]


def test_names_of_files_are_only_names(data: Path, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    for name in ("-rf.eml", "$(touch owned).eml", "a\nb\x1b[2J.eml", "x" * 200 + ".eml"):
        (box / name).write_bytes(letter(name, 1))
    done("import", ANNA, str(box), "--data-dir", str(data), "--folder", "../../Etc/..")
    assert {one.folder for one in contents(data)} == {".."}
    assert not list(tmp_path.rglob("owned"))


@pytest.mark.parametrize(
    ("megabytes", "counted", "reason"),
    [(10, "in_part", "the picture has "), (50, "refused", "is larger than 16 MB")],
)
def test_a_picture_that_is_too_large_stays_out(
    data: Path, tmp_path: Path, megabytes: int, counted: str, reason: str
) -> None:
    """Thousands beside it come whole."""
    picture = base64.b64encode(b"\xff\xd8\xff" + bytes(megabytes * 1024 * 1024))
    cards = [CARD.replace("Ines", f"Ines {number}").encode() for number in range(2000)]
    cards.append(CARD.encode().replace(b"END:", b"PHOTO;ENCODING=b;TYPE=JPEG:" + picture + b"\r\nEND:"))
    (tmp_path / "people.vcf").write_bytes(b"".join(cards))
    answer = json.loads(done("import", ANNA, str(tmp_path / "people.vcf"), "--data-dir", str(data), "--json"))
    assert answer["imported"] == 2000 + (counted == "in_part")
    [complaint] = answer[counted]
    assert complaint["reason"].startswith(reason)
    assert not any(isinstance(one.item, Contact) and one.item.picture for one in contents(data))
