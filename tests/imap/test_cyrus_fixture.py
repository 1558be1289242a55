"""The Cyrus that tests start does what the tests rely on."""

from __future__ import annotations

import urllib.error
import urllib.request
from base64 import b64encode

import pytest

from support.cyrus import PASSWORD, Cyrus, cyrus_fixture, needs_cyrus

pytestmark = needs_cyrus
CYRUS = cyrus_fixture()


def test_users_sharing_calendars_and_a_restart(cyrus: Cyrus) -> None:
    """What is delivered or shared is there for whom it is meant, also after the server was killed."""
    owner, other = cyrus.user(), cyrus.user()
    cyrus.deliver(owner, b"Subject: x\r\n\r\nhello\r\n")
    name = cyrus.share(owner, "INBOX", other)
    cyrus.kill()
    cyrus.start()
    with cyrus.client(other) as client:
        assert client.select_folder(name, readonly=True)[b"EXISTS"] == 1
    for password, status in ((PASSWORD, 207), ("wrong", 401)):
        token = b64encode(f"{owner}:{password}".encode()).decode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{cyrus.http_port}/dav/calendars/user/{owner}/Default/",
            method="PROPFIND",
            headers={"Authorization": f"Basic {token}", "Depth": "0"},
        )
        if status == 207:
            assert urllib.request.urlopen(asked, timeout=20).status == status
        else:
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(asked, timeout=20)
