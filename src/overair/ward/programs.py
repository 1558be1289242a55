"""Real programs of Debian's packages, each with one configuration, for as long as a block lasts.

They run in the foreground and in a folder of their own, as whoever starts them; root's children are moved
to nobody only where the program insists (Apache).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final

import psutil

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.01
PACKAGES: Final = {
    "nginx": "nginx",
    "haproxy": "haproxy",
    "apache2": "apache2",
    "openssl": "openssl",
    "dovecot": "dovecot-imapd",
    "knotd": "knot",
    "unbound": "unbound",
}
"""Programs that cases use, and the Debian package of each."""
OLD_OPENSSL: Final = """\
openssl_conf = settings
[settings]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
CipherString = ALL:@SECLEVEL=0
MinProtocol = TLSv1
"""
"""For servers of long ago: weak keys, SHA-1, TLS 1.0."""


class Missing(Exception):
    """A program is not installed; the message says which package has it."""

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} is not installed: apt-get install {PACKAGES.get(program, program)}")
        self.program = program


class DidNotStart(Exception):
    """A program ended, or did not get ready; the message holds what it said."""


def path_of(program: str) -> str:
    """Where a program is; the folders of administrators are looked into, too. Raises Missing."""
    found = shutil.which(program) or shutil.which(program, path="/usr/local/sbin:/usr/sbin:/sbin")
    if found is None:
        raise Missing(program)
    return found


@contextlib.asynccontextmanager
async def running(
    arguments: Sequence[str], folder: Path, ready: Callable[[Process], bool], *, old: bool = False
) -> AsyncIterator[Process]:
    """Run a program until the block ends, from when it is ready. Raises Missing, DidNotStart."""
    environment = dict(os.environ) | {"HOME": str(folder)}
    if old:
        (folder / "openssl.cnf").write_text(OLD_OPENSSL)
        environment["OPENSSL_CONF"] = str(folder / "openssl.cnf")
    output = folder / "output"
    with output.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            path_of(arguments[0]),
            *arguments[1:],
            stdin=DEVNULL,
            stdout=said,
            stderr=said,
            env=environment,
            start_new_session=True,  # Ctrl-C at the terminal is the ward's to handle
        )
    try:
        await _until(lambda: ready(process), process, output)
        yield process
    finally:
        await _stop(process)


async def _until(ready: Callable[[], bool], process: Process, output: Path) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_SECONDS
    while not ready():
        if process.returncode is not None or loop.time() > deadline:
            raise DidNotStart(_said(output, output.with_name("error.log")))
        await asyncio.sleep(_LOOK_SECONDS)


def _said(*files: Path) -> str:
    return "\n".join(one.read_text(errors="replace").strip() for one in files if one.exists())


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def written(path: Path) -> Callable[[Process], bool]:
    """Ready when it has written a file, as programs do with their process's number."""
    return lambda process: path.exists() and path.stat().st_size > 0


def listening(process: Process) -> bool:
    """Ready when it listens somewhere."""
    with contextlib.suppress(psutil.NoSuchProcess):
        connections = psutil.Process(process.pid).net_connections("tcp")
        return any(one.status == psutil.CONN_LISTEN for one in connections)
    return False


NGINX: Final = """\
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
{main}
events {{ worker_connections 256; }}
http {{
access_log off;
{temporary}
{http}
}}
"""
_NGINX_KEEPS: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def nginx(
    http: str, folder: Path, *, main: str = "", old: bool = False
) -> contextlib.AbstractAsyncContextManager[Process]:
    """nginx; ``http`` is what stands within ``http { }``, ``main`` what stands outside it."""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in _NGINX_KEEPS)
    user = "user root;" if os.geteuid() == 0 else ""  # nobody cannot enter the ward's folders
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(user=user, folder=folder, main=main, temporary=temporary, http=http))
    arguments = ["nginx", "-c", str(path), "-p", str(folder), "-e", f"{folder}/error.log"]
    arguments += ["-g", "daemon off;"]
    return running(arguments, folder, written(folder / "nginx.pid"), old=old)


def haproxy(
    configuration: str, folder: Path, *, old: bool = False
) -> contextlib.AbstractAsyncContextManager[Process]:
    """HAProxy with a whole configuration."""
    path = folder / "haproxy.cfg"
    path.write_text(configuration)
    return running(["haproxy", "-db", "-f", str(path)], folder, listening, old=old)


MODULES: Final = Path("/usr/lib/apache2/modules")
APACHE: Final = """\
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
ServerName ward.test
{user}
{modules}
Mutex file:{folder} default
StartServers 1
ServerLimit 1
ThreadsPerChild 25
MaxRequestWorkers 25
SSLSessionCache none
TypesConfig /dev/null
"""
APACHE_MODULES: Final = (
    *("mpm_event", "authn_core", "authn_file", "authz_core", "authz_host", "authz_user", "auth_basic"),
    *("auth_form", "alias", "deflate", "dir", "env", "filter", "headers", "mime", "proxy", "proxy_http"),
    *("reqtimeout", "request", "rewrite", "session", "session_cookie", "setenvif", "ssl", "substitute"),
)
"""What is loaded; a configuration loads what it needs besides."""


def apache(
    configuration: str, folder: Path, *, old: bool = False
) -> contextlib.AbstractAsyncContextManager[Process]:
    """Apache; the configuration begins with its ``Listen`` lines."""
    folder.chmod(0o755)  # its children are nobody where root starts it, and read files of passwords
    user = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
    loads = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in APACHE_MODULES)
    path = folder / "apache.conf"
    path.write_text(APACHE.format(folder=folder, user=user, modules=loads) + configuration)
    arguments = ["apache2", "-d", str(folder), "-f", str(path), "-D", "FOREGROUND"]
    return running(arguments, folder, written(folder / "apache.pid"), old=old)
