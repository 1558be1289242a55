"""Reading mail files: what they are, in which order they come, how they were marked."""

from __future__ import annotations

import mailbox
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overair.cli import mail_files
from overair.cli.mail_files import Found, Marks, Unreadable

LETTER = b"From: a@one.example\r\nSubject: One\r\nDate: Mon, 05 Feb 2024 10:00:00 +0100\r\n\r\nHello\r\n"
FLAT = LETTER.replace(b"\r\n", b"\n")


def found_in(path: Path) -> list[Found]:
    return [one for one in mail_files.messages(path) if isinstance(one, Found)]


def refused_in(path: Path) -> list[str]:
    return [one[1] for one in mail_files.messages(path) if not isinstance(one, Found)]


def test_a_single_message_comes_with_its_date(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(LETTER)
    [found] = found_in(path)
    assert found.received == datetime(2024, 2, 5, 9, tzinfo=UTC)
    assert found.read() == LETTER
    assert found.marks == Marks()


def test_the_last_hop_goes_before_the_senders_date(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(
        b"Received: from a by b;\r\n Tue, 06 Feb 2024 12:00:00 +0000\r\n"
        b"Received: from c by a; Tue, 06 Feb 2024 11:00:00 +0000\r\n" + LETTER
    )
    [found] = found_in(path)
    assert found.received == datetime(2024, 2, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", [b"nonsense", b"Fri, 31 Dec 9999 23:59:59 -1200", b"", b"1 Jan 1900 00:00 +0000"]
)
def test_a_date_that_cannot_be_falls_back_to_the_file(tmp_path: Path, date: bytes) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(b"From: a@one.example\r\nDate: " + date + b"\r\n\r\nHello\r\n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    [found] = found_in(path)
    assert found.received == datetime.fromtimestamp(1_600_000_000, UTC)


def test_what_is_no_message_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.eml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    assert refused_in(path) == ["is neither a message, an mbox, a vCard nor a calendar"]
    path.write_bytes(b"")
    with pytest.raises(Unreadable, match="is empty"):
        found_in(path)


def test_an_mbox_keeps_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "old.mbox"
    box = mailbox.mbox(path)
    for flags in ("", "R", "RF", "RA", "D"):
        message = mailbox.mboxMessage(FLAT)
        message.set_flags(flags)
        message.set_from("a@one.example", (2024, 2, 7, 8, 9, 10, 2, 38, 0))
        box.add(message)
    box.flush()
    found = found_in(path)
    assert [one.marks for one in found] == [
        Marks(),
        Marks(read=True),
        Marks(read=True, flagged=True),
        Marks(read=True, answered=True),
    ]
    assert {one.received for one in found} == {datetime(2024, 2, 7, 8, 9, 10, tzinfo=UTC)}
    assert refused_in(path) == ["was deleted there already"]
    assert found[0].read().startswith(b"From: a@one.example\n")


@pytest.mark.parametrize(
    ("status", "marks"),
    [
        ("0001", Marks(read=True)),
        ("0000", Marks()),
        ("0006", Marks(answered=True, flagged=True)),
        ("1001", Marks(read=True, forwarded=True)),
        ("what", Marks()),
    ],
)
def test_thunderbirds_marks(tmp_path: Path, status: str, marks: Marks) -> None:
    path = tmp_path / "Inbox"
    path.write_bytes(f"From - Mon Feb  5 10:00:00 2024\nX-Mozilla-Status: {status}\n".encode() + FLAT)
    [found] = found_in(path)
    assert found.marks == marks


def test_a_line_that_begins_with_from_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "old.mbox"
    path.write_bytes(b"From a@one.example Mon Feb  5 10:00:00 2024\n" + FLAT + b"\n>From me\n\n" * 2)
    [found] = found_in(path)
    assert found.read().count(b">From me") == 2


def test_a_maildir_keeps_its_flags(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    for name, flags in (("1", "S"), ("2", "FRS"), ("3", "DP"), ("4", "ST"), ("5", "")):
        (tmp_path / "cur" / f"{name}.host:2,{flags}").write_bytes(FLAT)
    (tmp_path / "new" / "6.host").write_bytes(FLAT)
    (tmp_path / "tmp" / "7.host").write_bytes(FLAT)
    marks = {Path(one.source).name[0]: one.marks for one in found_in(tmp_path)}
    assert marks == {
        "1": Marks(read=True),
        "2": Marks(read=True, flagged=True, answered=True),
        "3": Marks(draft=True, forwarded=True),
        "5": Marks(),
        "6": Marks(),
    }
    assert refused_in(tmp_path) == ["was deleted there already"]


def test_folders_within_a_maildir_are_told_of(tmp_path: Path) -> None:
    for folder in ("cur", "new", ".Sent/cur", ".Sent/new"):
        (tmp_path / folder).mkdir(parents=True)
    assert refused_in(tmp_path) == ["is a folder within the Maildir: import it by its own path"]


def test_a_plain_folder_gives_its_mail_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.eml", "deep/a.vcf", "notes.txt", "deep/c.EML"):
        (tmp_path / name).write_bytes(LETTER)
    names = [path.name for path in mail_files.files_in(tmp_path) if isinstance(path, Path)]
    assert sorted(names) == ["a.vcf", "b.eml", "c.EML"]


def test_vcards_are_told_by_name_or_content(tmp_path: Path) -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jörg\r\nEND:VCARD\r\n"
    named, unnamed, letter = tmp_path / "one.vcf", tmp_path / "people", tmp_path / "one.eml"
    named.write_text(card * 2, encoding="utf-8", newline="")
    unnamed.write_bytes(b"\xef\xbb\xbf" + card.encode())
    letter.write_bytes(LETTER)
    assert [mail_files.is_vcard(path) for path in (named, unnamed, letter)] == [True, True, False]


def test_line_ends_become_those_of_mail() -> None:
    assert mail_files.with_line_ends(b"a\nb\r\nc\n") == b"a\r\nb\r\nc\r\n"
    assert mail_files.with_line_ends(LETTER) == LETTER
