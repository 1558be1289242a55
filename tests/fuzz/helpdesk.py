"""What the doctor's web page reads: its form, and where somebody who comes back left off."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fuzz.target import Target, repeat
from overair.doctor.complaint import Complaint, Surroundings
from overair.helpdesk.asking import MAXIMUM_FORM, Allowance, NotAllowed, Unclear, complaint_of, fields_of
from overair.helpdesk.events import last_seen
from overair.server.help_desk_settings import HelpDesk

DOMAIN: Final = "example.org"
SETTINGS: Final = HelpDesk(allow=(f"@{DOMAIN}",), servers=("eas.example.net:8443",))
ALLOWANCE: Final = Allowance(SETTINGS)
AROUND: Final = Surroundings(proxies={})


def read_form(data: bytes) -> Complaint:
    fields = fields_of(data)
    last_seen(fields.get("address"))
    return complaint_of(fields, ALLOWANCE, AROUND)


def check_form(complaint: Complaint) -> None:
    """Nobody else is examined, and nobody else is told the password."""
    assert complaint.mail_domain == DOMAIN
    server = complaint.server
    if server is not None:
        below = server.name == DOMAIN or server.name.endswith(f".{DOMAIN}")
        assert (below and server.port == 443) or (server.name, server.port) == ("eas.example.net", 8443)


TARGETS: Final = (
    Target(
        name="help_desk_form",
        read=read_form,
        check=check_form,
        refuses=(NotAllowed, Unclear),
        seeds=lambda: [
            urlencode(fields).encode()
            for fields in (
                {"address": f"anna@{DOMAIN}", "password": "pässwort", "token": "1.2"},
                {"address": f"Anna@{DOMAIN}", "user": "anna", "domain": "CORP", "server": ""},
                {"address": f"anna@{DOMAIN}", "server": f"https://mail.{DOMAIN}/EAS"},
                {"address": f"anna@{DOMAIN}", "server": "eas.example.net:8443"},
                {"address": "anna@bücher.example", "server": "[::1]:443"},
            )
        ],
        words=(
            b"address=",
            b"server=",
            b"user=",
            b"&",
            b"%",
            b"%40",
            b"@",
            b"https%3A%2F%2F",
            b".",
            b":",
            b"[",
        ),
        shapes={
            "fields": repeat(b"a=b&"),
            "escapes": repeat(b"%41", head=b"address="),
            "labels": repeat(b"a.", head=b"address=anna%40example.org&server="),
            "brackets": repeat(b"[", head=b"address=anna%40example.org&server="),
            "wide": repeat("ü".encode(), head=b"address=anna%40"),
        },
        limit=MAXIMUM_FORM,
        microseconds=20.0,
        memory=64.0,
    ),
)
