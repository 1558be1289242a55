"""Servers in processes of their own: Overair as it is run, and nginx in front of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.phone import Place, any_certificate
from benchmarks.processes import cpu_seconds, family, memory, pinned, wait_for

START_SECONDS: Final = 60
CONFIGURATION: Final = """\
[limits]
devices = 100000
connections = 1000000
connections_per_address = 1000000

[tls]
page_port = 0
"""

NGINX: Final = """\
{user}
worker_processes auto;
worker_rlimit_nofile {descriptors};
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections {descriptors}; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream overair {{ server unix:{socket}; }}
    server {{
        listen 127.0.0.1:{port} ssl backlog=4096 so_keepalive=10m:1m:5;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_buffer_size 4k;
        client_max_body_size 40m;
        location / {{
            proxy_pass http://overair;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_read_timeout 3600s;
            proxy_buffer_size 4k;
            proxy_buffering on;
        }}
    }}
}}
"""
"""What docs/nginx.md recommends, with files in a folder of its own."""


class Running(msgspec.Struct, frozen=True):
    """A server: where it answers, its process, where it takes mail."""

    place: Place
    pid: int
    lmtp: Path

    def cpu_seconds(self) -> float:
        """What the server process used so far."""
        return cpu_seconds(self.pid)

    def memory(self) -> int:
        """Bytes, of it and its descendants."""
        return memory(family(self.pid))


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def overair(
    data_dir: Path,
    *,
    tls: bool = True,
    unix: Path | None = None,
    core: int | None = None,
    settings: str = "",
) -> Iterator[Running]:
    """`overair serve` on loopback, or on a unix socket for a proxy; on one core where one is named.

    ``settings`` are further tables of its configuration.
    """
    port = 0 if unix else free_port()
    configuration = data_dir / "benchmark.toml"
    configuration.write_text(CONFIGURATION + settings, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("overair")), "serve", "--data-dir", str(data_dir)]
    command += ["--config", str(configuration), "--bind", f"unix:{unix}" if unix else f"127.0.0.1:{port}"]
    if unix or not tls:
        command.append("--no-tls")
    output = data_dir / "server.log"
    with output.open("ab") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            preexec_fn=pinned(core) if core is not None else None,
        )
    place = Place("127.0.0.1", port, any_certificate() if tls and not unix else None)
    try:
        if unix is not None:
            socket_path = unix
            wait_for(lambda: _lives(process, output) and socket_path.exists(), START_SECONDS, "the start")
        else:
            wait_for(lambda: _lives(process, output) and _answers(place), START_SECONDS, "the start")
        yield Running(place, process.pid, data_dir / "lmtp.sock")
    finally:
        _end(process)


@contextlib.contextmanager
def behind_nginx(
    data_dir: Path, folder: Path, certificate: Path, private_key: Path
) -> Iterator[tuple[Running, Running]]:
    """Overair on a unix socket with nginx in front that ends TLS: (nginx, Overair)."""
    path = folder / "overair.sock"
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        NGINX.format(
            user="user root;" if os.geteuid() == 0 else "",  # nobody cannot enter the folder
            folder=folder,
            socket=path,
            port=port,
            certificate=certificate,
            key=private_key,
            descriptors=os.sysconf("SC_OPEN_MAX"),
        ),
        encoding="utf-8",
    )
    with overair(data_dir, unix=path) as server:
        process = subprocess.Popen(
            [nginx_command() or "nginx", "-c", str(configuration), "-p", str(folder), "-g", "daemon off;"]
        )
        place = Place("127.0.0.1", port, any_certificate())
        try:
            wait_for(
                lambda: _lives(process, folder / "error.log") and _answers(place),
                START_SECONDS,
                "nginx's start",
            )
            yield Running(place, process.pid, server.lmtp), server
        finally:
            _end(process)


def nginx_command() -> str | None:
    """The path of nginx, which many a PATH lacks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def _lives(process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        last = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"the server ended with {process.returncode}: {last}")
    return True


def _answers(place: Place) -> bool:
    """Whether an HTTP server answers, whatever it says."""
    scheme = "https" if place.tls is not None else "http"
    try:
        url = f"{scheme}://{place.host}:{place.port}/Microsoft-Server-ActiveSync"
        urllib.request.urlopen(url, timeout=5, context=place.tls)
    except urllib.error.HTTPError:
        return True
    except (OSError, urllib.error.URLError):
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
