"""docs/gateway/dovecot-radicale.md: its three configurations work together as they stand, but for places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from support.command import overair
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import submission
from support.packages import needs
from support.proxies import documented, moved
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]
PAGE: Final = "gateway/dovecot-radicale"
ADDRESS: Final = "user1@example.org"


DOVECOT = dovecot_fixture(extra=documented(PAGE, "text"))
"""It has the page's lines besides what it needs to run here."""


class DocumentedRadicale(Radicale):
    """A Radicale with the page's configuration."""

    def __init__(self) -> None:
        super().__init__({ADDRESS: PASSWORD})
        text = moved(
            documented(PAGE, "ini"),
            ("127.0.0.1:5232", f"127.0.0.1:{self.port}"),
            ("/etc/radicale/users", str(self.folder / "users")),
            ("htpasswd_encryption = bcrypt", "htpasswd_encryption = plain"),
            ("delay = 1", "delay = 0"),
            ("/var/lib/radicale/collections", str(self.folder / "collections")),
        )
        (self.folder / "config").write_text(text)


def test_the_page_of_dovecot_and_radicale(dovecot: Dovecot, tmp_path: Path) -> None:
    assert dovecot.user() == "user1"
    with DocumentedRadicale() as radicale, submission(dovecot, {ADDRESS: PASSWORD}) as submitted:
        radicale.make_calendar(ADDRESS, "work", name="Work")
        config = tmp_path / "overair.toml"
        config.write_text(
            moved(
                documented(PAGE, "toml"),
                ("imap://127.0.0.1:143", f"imap://127.0.0.1:{dovecot.port}"),
                ("submission://127.0.0.1:587", f"submission://127.0.0.1:{submitted.port}"),
                ("http://127.0.0.1:5232/", f"http://127.0.0.1:{radicale.port}/"),
            )
        )
        done = overair(
            "gateway", "check", ADDRESS, "--config", config, "--password-stdin", "--json",
            stdin=f"{PASSWORD}\n",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert done.stderr == ""
        assert [server["setting"] for server in found["servers"]] == ["imap", "smtp", "caldav", "carddav"]
        abilities = {name: has for server in found["servers"] for name, has, _ in server["can"]}
        assert abilities["NOTIFY"]
        assert ["sync-collection", True] in [can[:2] for can in found["servers"][2]["can"]]
        folders = {one["name"]: (one["server"], one["state"]) for one in found["folders"]}
        for name in ("Drafts", "Sent", "Trash", "Junk", "Archive"):
            assert folders[name] == ("imap", "there"), folders
        assert folders["Work"] == ("caldav", "there")
        assert folders["Tasks"] == ("caldav", "to be made")
        assert folders["Contacts"] == ("carddav", "to be made"), found["servers"][3]
