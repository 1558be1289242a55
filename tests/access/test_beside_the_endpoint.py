"""What a server shows and opens beside the endpoint: its pages, its sockets, its directory."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.marks import found_in
from overair.server.administration import CONTROL_SOCKET
from overair.server.pages import FORMS
from support.house import House, add_accounts

NOBODY = 65_534
NAME, ADDRESS = "Vq7zKx Name", "vq7zkx@example.org"
PATHS = (
    "/",
    *(f"/{name}" for name in FORMS),
    "/setup.html",
    "/metrics",
    "/health",
    "/healthz",
    "/readyz",
    "/admin",
    "/api/users",
    "/docs",
    "/openapi.json",
    "/Autodiscover/Autodiscover.xml",
    f"/autodiscover/autodiscover.json?Email={ADDRESS}&Protocol=ActiveSync",
    f"/autodiscover/autodiscover.json/v1.0/{ADDRESS}?Protocol=AutodiscoverV1",
    f"/mail/config-v1.1.xml?emailaddress={ADDRESS}",
    "/account",
    f"/account/{ADDRESS}",
    f"/account/{ADDRESS}/account.mobileconfig",
    "/overair.sqlite3",
    "/root.key",
    "/%2e%2e/overair.sqlite3",
    "/..%2f..%2ftls%2froot.key",
    "/tls/server.key",
    "//etc/passwd",
    "/Microsoft-Server-ActiveSync",
    "/Microsoft-Server-ActiveSync/../overair.sqlite3",
    f"/{ADDRESS}",
    f"/?user={ADDRESS}",
)
"""Pages that are there, and those for which somebody looks who wonders what is there."""

CONNECT = """
import os, socket, sys
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[2]))
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    sys.exit(13)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data_dir = tmp_path_factory.mktemp("beside") / "data"
    add_accounts(data_dir, {ADDRESS: NAME}, "Geheim 1")
    with House(data_dir, tls=True) as running:
        yield running


def asked(house: House, method: str, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPSConnection(
        "127.0.0.1", house.port, timeout=30, context=ssl.create_default_context(cafile=root(house))
    )
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, str(answer.getheaders()).encode() + answer.read()
    finally:
        connection.close()


def root(house: House) -> str:
    return str(house.data_dir / "tls" / "root.pem")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_no_page_tells_who_is_here(house: House, method: str) -> None:
    keys = [
        path.read_bytes() for path in (house.data_dir / "tls").iterdir() if b"PRIVATE" in path.read_bytes()
    ]
    assert keys
    secrets: list[str | bytes] = [
        NAME,
        ADDRESS,
        *(line for key in keys for line in key.splitlines() if len(line) > 40),
    ]
    for path in PATHS:
        status, told = asked(house, method, path, **{"User-Agent": "iPhone"})
        assert not found_in(told, secrets), path
        assert status < 500 or status == 501, (path, status)
        assert str(house.data_dir).encode() not in told, path


@pytest.mark.parametrize("name", [CONTROL_SOCKET, "lmtp.sock"])
def test_sockets_are_for_their_user(house: House, name: str) -> None:
    path = house.data_dir / name
    assert stat.S_IMODE(house.data_dir.stat().st_mode) == 0o700
    mode = stat.S_IMODE(path.stat().st_mode)
    assert mode == (0o600 if name == CONTROL_SOCKET else 0o660)
    assert path.stat().st_uid == os.geteuid()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")
@pytest.mark.parametrize("open_directory", [False, True])
def test_another_user_of_the_machine_is_refused(house: House, open_directory: bool, tmp_path: Path) -> None:
    """By the directory's mode, and by the socket's own where somebody opened the directory."""
    path = house.data_dir / CONTROL_SOCKET
    walk = [house.data_dir, *house.data_dir.parents] if open_directory else house.data_dir.parents
    modes = {parent: stat.S_IMODE(parent.stat().st_mode) for parent in walk}
    try:
        for parent, mode in modes.items():
            if not mode & 0o001:
                parent.chmod(mode | 0o011)
        done = subprocess.run([sys.executable, "-c", CONNECT, str(path), str(NOBODY)], check=False)
    finally:
        for parent, mode in modes.items():
            parent.chmod(mode)
    assert done.returncode == 13
    with socket.socket(socket.AF_UNIX) as mine:
        mine.connect(str(path))
