"""nginx, HAProxy and Caddy as their pages in docs/ have them, with other places, in front of a server."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.packages import command
from support.ports import free_port

DOCS: Final = Path(__file__).parents[2] / "docs"
START_SECONDS: Final = 20
SOCKET: Final = "/run/overair/overair.sock"
CERTIFICATE: Final = "/etc/ssl/mail.example.org.pem"
KEY: Final = "/etc/ssl/mail.example.org.key"
NGINX: Final = """\
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 2;
events {{ worker_connections 6144; }}
http {{
access_log off;
{temporary}
{recommended}
}}
"""


@dataclass(frozen=True)
class Place:
    """Where a proxy of a test is and what is behind it."""

    folder: Path
    port: int
    behind: str
    """A unix socket's path, or HOST:PORT."""
    certificate: tuple[Path, Path]

    @property
    def both(self) -> Path:
        """Certificate and key in one file."""
        path = self.folder / "both.pem"
        path.write_text("".join(one.read_text() for one in self.certificate))
        return path


Prepare = Callable[[str, Place], list[str]]
"""Write a proxy's configuration; returns its command."""


def documented(page: str, language: str) -> str:
    """The configuration that a page has."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    [found] = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return str(found)


def moved(text: str, *places: tuple[str, str]) -> str:
    """A configuration with other places; each has to be in it."""
    for there, here in places:
        assert there in text, there
        text = text.replace(there, here)
    return text


def nginx(text: str, place: Place) -> list[str]:
    recommended = moved(
        text,
        (SOCKET, place.behind),
        ("listen 443 ", f"listen 127.0.0.1:{place.port} "),
        (CERTIFICATE, str(place.certificate[0])),
        (KEY, str(place.certificate[1])),
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {place.folder}/{kind};\n" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""  # nobody cannot enter the folders of a test
    path = place.folder / "nginx.conf"
    path.write_text(
        NGINX.format(user=user, folder=place.folder, temporary=temporary, recommended=recommended)
    )
    return [command("nginx") or "nginx", "-c", str(path), "-p", str(place.folder), "-g", "daemon off;"]


def haproxy(text: str, place: Place) -> list[str]:
    return _haproxy(
        moved(
            text,
            ("    user haproxy\n    group haproxy\n", ""),
            (SOCKET, place.behind),
            (CERTIFICATE, str(place.both)),
        ),
        place,
    )


def haproxy_tcp(text: str, place: Place) -> list[str]:
    return _haproxy(moved(text, ("127.0.0.1:8443", place.behind)), place)


def _haproxy(text: str, place: Place) -> list[str]:
    path = place.folder / "haproxy.cfg"
    path.write_text(
        moved(text, ("bind :443", f"bind 127.0.0.1:{place.port}"), ("maxconn 20000", "maxconn 5000"))
    )
    return [command("haproxy") or "haproxy", "-db", "-f", str(path)]


def caddy(text: str, place: Place) -> list[str]:
    path = place.folder / "Caddyfile"
    own = "{\n\tadmin off\n\tauto_https off\n"
    files = " ".join(map(str, place.certificate))
    tls = f"https://127.0.0.1:{place.port} {{\n\tbind 127.0.0.1\n\ttls {files}\n"
    text = own + text.removeprefix("{\n")
    path.write_text(
        moved(text, (SOCKET, place.behind), ("mail.example.org, autodiscover.example.org {\n", tls))
    )
    return [command("caddy") or "caddy", "run", "--adapter", "caddyfile", "--config", str(path)]


@dataclass(frozen=True)
class Kind:
    """One configuration of the documents."""

    page: str
    language: str
    prepare: Prepare

    @property
    def text(self) -> str:
        """What the page has."""
        return documented(self.page, self.language)


KINDS: Final = {
    "nginx": Kind("nginx", "nginx", nginx),
    "haproxy": Kind("haproxy", "haproxy", haproxy),
    "caddy": Kind("caddy", "caddy", caddy),
    "haproxy-tcp": Kind("haproxy", "haproxy-tcp", haproxy_tcp),
}


@contextlib.contextmanager
def in_front(
    kind: Kind, text: str, folder: Path, behind: str, certificate: tuple[Path, Path]
) -> Iterator[int]:
    """Run a proxy with a configuration in front of a socket or an address; gives its port."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    arguments = kind.prepare(text, Place(folder, port, behind, certificate))
    environment = os.environ | {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            said = (folder / "output").read_text(errors="replace")
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
