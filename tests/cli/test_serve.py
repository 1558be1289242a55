"""`overair serve`, with phones and commands at the same time."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import urllib.request
from pathlib import Path

import pytest

from overair.cli import greeting
from overair.client import Client, HttpError
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.ping import PingFolder, PingResponse
from overair.protocol.statuses import PingStatus
from support.asynchronous import run
from support.command import done, overair
from support.house import House, Serve

ANNA, BEN = "anna@overair.test", "ben@overair.test"


def client(served: House, user: str, password: str) -> Client:
    return Client(served.url, user, password, device_id="CLITEST1", ssl=served.trust)


async def waiting_ping(device: Client) -> asyncio.Task[PingResponse]:
    """A Ping on the Inbox that has nothing to tell yet."""
    await device.folder_sync()
    inbox = device.folder_of_type(FolderType.INBOX).server_id
    await device.collection(inbox).sync()
    wait = asyncio.create_task(device.ping([PingFolder(id=inbox, item_class="Email")], 60))
    await asyncio.sleep(1)
    assert not wait.done()
    return wait


def passwords_in(text: str) -> dict[str, str]:
    """The passwords that a greeting tells."""
    first = re.search(r"User name +(\S+)\n +Password +(\S+)", text)
    assert first is not None, text
    return {first[1]: first[2], **dict(re.findall(r"(\S+@\S+) +password (\S+)", text))}


@pytest.fixture(scope="module", name="demo")
def served_demo(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> House:
    return serve(tmp_path_factory.mktemp("demo") / "data", "--demo")


def test_the_demos_accounts_work_with_what_was_printed(demo: House) -> None:
    passwords = passwords_in(demo.greeting)
    assert set(passwords) == {ANNA, BEN}

    async def phone(address: str) -> tuple[int, int]:
        async with client(demo, address, passwords[address]) as device:
            await device.folder_sync()
            counts = []
            for kind in (FolderType.INBOX, FolderType.CONTACTS):
                folder = device.folder_of_type(kind)
                item_class = ItemClass.CONTACTS if kind is FolderType.CONTACTS else ItemClass.EMAIL
                collection = device.collection(folder.server_id, item_class)
                await collection.sync()
                counts.append(len(collection.elements))
            return counts[0], counts[1]

    for address in (ANNA, BEN):
        letters, people = run(phone(address))
        assert letters >= 12
        assert people >= 6


def test_a_first_start_gives_no_cause_for_concern(demo: House) -> None:
    assert [line for line in demo.log() if line.get("level") != "info"] == []


def test_the_page_is_served_over_https(demo: House) -> None:
    with urllib.request.urlopen(f"{demo.url}/", context=demo.trust, timeout=10) as answer:
        assert b"overair-root.mobileconfig" in answer.read()


def test_the_data_directory_is_private(demo: House) -> None:
    assert demo.data_dir.stat().st_mode & 0o077 == 0
    assert (demo.data_dir / "control.sock").stat().st_mode & 0o777 == 0o600


def test_a_second_start_keeps_everything(serve: Serve, tmp_path: Path) -> None:
    first = serve(tmp_path / "data", "--demo")
    passwords = passwords_in(first.greeting)
    root = (tmp_path / "data" / "tls" / "root.pem").read_bytes()
    assert first.terminate() < 20
    assert not (tmp_path / "data" / "control.sock").exists()
    second = serve(tmp_path / "data", "--demo")
    assert not any(password in second.greeting for password in passwords.values())
    assert "user passwd" in second.greeting
    assert (tmp_path / "data" / "tls" / "root.pem").read_bytes() == root

    async def log_in() -> int:
        async with client(second, ANNA, passwords[ANNA]) as device:
            await device.folder_sync()
            return len(device.folders)

    assert run(log_in()) >= 11
    assert second.terminate() < 20


def test_an_import_wakes_a_waiting_phone(serve: Serve, tmp_path: Path) -> None:
    served = serve(tmp_path / "data")
    done("user", "add", ANNA, "--password-stdin", "--data-dir", served.data_dir, stdin="secret\n")
    (tmp_path / "one.eml").write_bytes(b"From: a@one.example\nSubject: one\n\nHello\n")

    async def work() -> int:
        async with client(served, ANNA, "secret") as device:
            wait = await waiting_ping(device)
            await asyncio.to_thread(
                done, "import", ANNA, str(tmp_path / "one.eml"), "--data-dir", str(served.data_dir)
            )
            return (await asyncio.wait_for(wait, 10)).status

    assert run(work()) == PingStatus.CHANGES


@pytest.mark.parametrize("verb", ["passwd", "remove"])
def test_phones_are_let_go_at_once(serve: Serve, tmp_path: Path, verb: str) -> None:
    served = serve(tmp_path / "data")
    where = ("--data-dir", str(served.data_dir))
    done("user", "add", ANNA, "--password-stdin", *where, stdin="old secret\n")

    async def work() -> int:
        async with client(served, ANNA, "old secret") as device:
            wait = await waiting_ping(device)
            arguments = ("--password-stdin",) if verb == "passwd" else ("--yes",)
            await asyncio.to_thread(done, "user", verb, ANNA, *arguments, *where, stdin="new secret\n")
            await asyncio.gather(asyncio.wait_for(wait, 10), return_exceptions=True)
            assert wait.done()
            with pytest.raises(HttpError) as refused:
                await device.folder_sync()
            return refused.value.status

    assert run(work()) == 401


def test_plain_http_is_for_loopback_only(tmp_path: Path) -> None:
    result = overair("serve", "--no-tls", "--bind", "0.0.0.0:0", "--data-dir", tmp_path / "data")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "plain HTTP" in result.stderr
    assert not (tmp_path / "data").exists()


def test_plain_http_on_loopback(serve: Serve, tmp_path: Path) -> None:
    served = serve(tmp_path / "data", tls=False)
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/", timeout=10) as answer:
        assert answer.status == 200
    assert re.search(r"SSL +off", served.greeting)


@pytest.mark.parametrize(
    ("setting", "message"),
    [("bindd = 'x'", "bindd"), ("bind = 'nowhere'", "HOST:PORT"), ("[tls", "overair.toml")],
)
def test_wrong_settings_are_said_in_one_line(tmp_path: Path, setting: str, message: str) -> None:
    (tmp_path / "overair.toml").write_text(setting)
    result = overair("serve", "--config", tmp_path / "overair.toml", "--data-dir", tmp_path / "data")
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        result = overair("serve", "--bind", address, "--data-dir", tmp_path / "data")
    assert result.returncode == 1
    assert address in result.stderr.splitlines()[-1]
    assert "in use" in result.stderr.splitlines()[-1]


def test_a_data_directory_has_one_server(demo: House) -> None:
    result = overair("serve", "--bind", "127.0.0.1:0", "--data-dir", demo.data_dir)
    assert result.returncode == 1
    assert "in use" in result.stderr.splitlines()[-1]


def test_what_a_killed_server_left_is_no_hindrance(serve: Serve, tmp_path: Path) -> None:
    first = serve(tmp_path / "data")
    first.kill()
    assert (tmp_path / "data" / "control.sock").exists()
    done("user", "add", ANNA, "--generate", "--data-dir", tmp_path / "data")
    second = serve(tmp_path / "data")
    assert ANNA in done("user", "list", "--data-dir", tmp_path / "data")
    assert second.terminate() < 20


def test_old_tls_is_refused(demo: House) -> None:
    context = demo.trust
    assert context is not None
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", demo.port)) as near, pytest.raises(ssl.SSLError):
        context.wrap_socket(near, server_hostname="127.0.0.1")


def test_a_gateway_says_whose_users_may_log_in(tmp_path: Path) -> None:
    said = greeting.text(
        greeting.Greeting(
            data_dir=tmp_path,
            server="phones.example.org",
            page=None,
            tls=True,
            fingerprint=None,
            accounts=(),
            passwords={},
            upstream="mail.example.org",
        )
    )
    assert "serves the mailboxes at mail.example.org" in said
    assert "gateway check" in said
    assert "user add" not in said
