"""The examples of docs/client.md do what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from overair.mailboxes.interface import FolderType
from support.hosts import Hosts
from support.mailboxes import messages_in
from support.server import ANNA, BEN, DOMAIN, PASSWORD, RunningServer

PAGE = Path(__file__).resolve().parents[2] / "docs" / "client.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(server: RunningServer, capsys: pytest.CaptureFixture[str], number: int) -> None:
    source = EXAMPLES[number]
    found = "ssl=trust, hosts=hosts"
    how = found if "discover(" in source else "ssl=trust"
    for said, meant in (
        ('await discover("anna@example.org", "secret")', f"await discover({ANNA!r}, {PASSWORD!r}, {found})"),
        ("https://mail.example.org", server.url),
        ("anna@example.org", ANNA),
        ('"secret"', repr(PASSWORD)),
        ('"laptop1"', f'"documented{number}", {how}'),
        ("sync(wait=10)", "sync()"),
    ):
        source = source.replace(said, meant)
    namespace: dict[str, Any] = {"trust": server.trust, "hosts": Hosts({(DOMAIN, 443): server.port})}
    exec(compile(source, f"{PAGE.name} {number}", "exec"), namespace)
    if "ANSWER" in namespace:
        arrived = [
            message for message in messages_in(server, BEN, FolderType.INBOX) if b"I think so." in message
        ]
        assert sum(b"\r\n> " in message for message in arrived) == 1
        assert sum(b"Forwarded Message" in message for message in arrived) == 1
    if "look" in namespace:
        assert f"{server.url}/Microsoft-Server-ActiveSync {ANNA}" in capsys.readouterr().out
    if "calendar" in namespace:
        printed = [line for line in capsys.readouterr().out.splitlines() if " Team " in line]
        days = [line.split()[0] for line in printed]
        assert days == ["2027-03-15", "2027-03-29", "2027-04-05", "2027-04-12"]
        assert "subject='First'" in printed[0]
        event = namespace["calendar"].item(namespace["series"])
        assert (event.reminder, event.location) == (15, None)
        assert namespace["tasks"].elements
