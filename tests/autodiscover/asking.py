"""Questions to Autodiscover, as any client may put them."""

from __future__ import annotations

from dataclasses import dataclass

from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import Request, Schema
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH, JSON_PATH
from overair.protocol.http import Credentials
from support.phone import Answer, Server, send
from support.server import ANNA, PASSWORD

PHONE = Schema.MOBILE_SYNC
OUTLOOK = Schema.OUTLOOK


def login(user: str = ANNA, password: str = PASSWORD) -> dict[str, str]:
    """The header that logs somebody in."""
    return {"Authorization": Credentials(user, password.encode()).to_header()}


@dataclass(frozen=True)
class Asker:
    """Somebody who asks a server."""

    server: Server

    def xml(
        self,
        address: str = ANNA,
        schema: Schema = PHONE,
        *,
        user: str | None = ANNA,
        path: str = AUTODISCOVER_PATH,
        password: str = PASSWORD,
    ) -> Answer:
        """Ask for an address in XML; ``user`` None does not log in."""
        return self.post(pox.write_request(Request(address, schema)), user=user, path=path, password=password)

    def post(
        self, body: bytes, *, user: str | None = ANNA, path: str = AUTODISCOVER_PATH, password: str = PASSWORD
    ) -> Answer:
        """Post a body."""
        headers = {"Content-Type": "text/xml"} | (login(user, password) if user is not None else {})
        return send(self.server, "POST", path, headers, body)

    def get(self, path: str, *, user: str | None = None, **headers: str) -> Answer:
        """Get a path."""
        return send(self.server, "GET", path, (login(user) if user is not None else {}) | headers)

    def json(self, query: str, path: str = JSON_PATH) -> Answer:
        """Ask in JSON."""
        return self.get(f"{path}?{query}")


def read(answer: Answer) -> pox.Answer:
    """What an answer in XML says."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == pox.CONTENT_TYPE
    return pox.read_answer(answer.body)
