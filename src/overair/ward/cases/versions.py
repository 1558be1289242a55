"""Servers that offer what phones do not know, or say nothing of what they offer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program
from overair.ward.fronts import behind_haproxy
from overair.ward.site import PROXIED, healthy_site, records
from overair.ward.ward import Ward

SAID: Final = """
    location / {{
{proxied}
        proxy_hide_header MS-ASProtocolVersions;
{instead}
    }}
"""


@contextlib.asynccontextmanager
async def _offering(versions: str | None, ward: Ward) -> AsyncIterator[Complaint]:
    """nginx says which versions there are; with None nobody does."""
    instead = "" if versions is None else f'        add_header MS-ASProtocolVersions "{versions}" always;'
    async with healthy_site(ward, locations=SAID.format(proxied=PROXIED, instead=instead)):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _few_commands(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    lines = "    http-response set-header MS-ASProtocolCommands Sync,FolderSync,SendMail"
    async with behind_haproxy(ward, address, backend=lines):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="only-2.5",
        title="“New phones cannot be set up. My old one from 2006 goes on working.”",
        illness="versions-too-old",
        program=Program.NGINX,
        start=partial(_offering, "1.0,2.0,2.1,2.5"),
    ),
    Case(
        id="only-12.1",
        title="“It works on some phones, and in Outlook it does not.”",
        illness="versions-old",
        program=Program.NGINX,
        start=partial(_offering, "2.5,12.0,12.1"),
    ),
    Case(
        id="only-16.1",
        title="“Since the update only the newest phones get their mail.”",
        illness="versions-too-new",
        program=Program.NGINX,
        start=partial(_offering, "16.1"),
    ),
    Case(
        id="options-without-versions",
        title="“The phone says that this is no Exchange server.”",
        illness="options-without-versions",
        program=Program.NGINX,
        start=partial(_offering, None),
    ),
    Case(
        id="commands-missing",
        title="“Mail comes when I open the app, never by itself.”",
        illness="commands-missing",
        program=Program.HAPROXY,
        start=_few_commands,
    ),
)
"""Cases of what is offered."""
