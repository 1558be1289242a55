"""The page behind nginx as docs/doctor-serve.md has it, on a unix socket."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from overair.ward.ward import Ward
from support.help_desk import SLOW, RunningDesk, running_desk, silent
from support.packages import needs

DOCUMENT = Path(__file__).parents[2] / "docs" / "doctor-serve.md"
NAME = "helpdesk.example.org"
PASSWORD = "the help desk's own"
CLIENTS = ("127.0.0.2", "127.0.0.3")


class Front(http.client.HTTPSConnection):
    """From one address to nginx at another."""

    def __init__(self, place: tuple[str, int], trust: ssl.SSLContext, client: str) -> None:
        super().__init__(NAME, 443, timeout=60, context=trust)
        self._way = place, trust, client

    def connect(self) -> None:
        place, trust, client = self._way
        plain = socket.create_connection(place, timeout=60, source_address=(client, 0))
        self.sock = trust.wrap_socket(plain, server_hostname=NAME)


def documented() -> str:
    found = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def fronts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningDesk, list[Front]]]:
    folder = tmp_path_factory.mktemp("help-desk")
    page, file = folder / "page.sock", folder / "password"
    file.write_text(PASSWORD, encoding="utf-8")
    file.chmod(0o600)
    ways: list[tuple[tuple[str, int], ssl.SSLContext]] = []

    @contextlib.asynccontextmanager
    async def behind(ward: Ward) -> AsyncIterator[None]:
        files, address = ward.authority.issue((NAME,)), ward.address()
        text = (
            documented()
            .replace("listen 443", f"listen {address}:{ward.https}")
            .replace("/run/overair-doctor/page.sock", str(page))
            .replace(f"/etc/ssl/{NAME}.pem", str(files.chain_file))
            .replace(f"/etc/ssl/{NAME}.key", str(files.key_file))
        )
        ways.append(((address, ward.https), ssl.create_default_context(cafile=str(files.root_file))))
        async with silent(ward), ward.nginx(text):
            yield

    with running_desk(
        behind,
        surroundings=SLOW,
        listen=f"unix:{page}",
        names=[NAME],
        password_file=str(file),
        examinations_per_minute=2,
    ) as desk:
        desk.usual = {"Authorization": "Basic " + b64encode(f"x:{PASSWORD}".encode()).decode()}
        yield desk, [Front(*ways[0], client) for client in CLIENTS]


@needs("nginx")
def test_steps_come_through_nginx_and_clients_are_told_apart(
    fronts: tuple[RunningDesk, list[Front]],
) -> None:
    desk, (one, other) = fronts
    desk.front = lambda: one
    own = {"Origin": f"https://{NAME}"}
    begun = desk.begin("anna@ward.test", headers=own)
    assert begun.status == 303, begun.text
    with desk.events(begun.headers["Location"]) as events:
        # It does not end yet: nginx passes on what there is.
        assert [next(events)[1] for _ in range(40)] == ["step"] * 40
        assert desk.call(lambda: desk.desk.consultations.running) == 1

    assert desk.begin("anna@other.test", headers=own).status == 403
    assert desk.begin("anna@ward.test", headers=own).status == 429
    desk.front = lambda: other
    assert desk.begin("anna@other.test", headers=own).status == 403
    assert desk.begin("anna@ward.test", headers={"Origin": "https://evil.example"}).status == 403
