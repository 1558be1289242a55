"""Cases in which one proxy is configured wrongly, and everything else is healthy.

    start = by_nginx("location <<eas>> { return 503; } <<usual>>")   # in place of its usual location
    start = by_haproxy("    http-request deny if METH_OPTIONS")
    start = by_apache("    RewriteEngine On")

In the texts ``<<eas>>`` and the like stand for what ``meanings`` says.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Unpack

from overair.doctor.complaint import Complaint
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH
from overair.protocol.http import PATH
from overair.ward.case import Start
from overair.ward.fronts import behind_apache, behind_haproxy
from overair.ward.ports import free_port
from overair.ward.site import PROXIED, TO_HTTPS, USUAL, healthy_site, records
from overair.ward.ward import Changes, Ward


async def meanings(ward: Ward) -> dict[str, str]:
    """What the marks of a text stand for."""
    place = (await ward.overair()).place
    log_in = base64.b64encode(f"{ward.user}:{ward.password}".encode()).decode("ascii")
    return {
        "eas": PATH,
        "xml": AUTODISCOVER_PATH,
        "overair": f"http://{place.address}:{place.port}",
        "nobody": f"http://{ward.address()}:{free_port()}",
        "proxied": PROXIED,
        "usual": USUAL,
        "folder": str(ward.folder()),
        "user": ward.user,
        "log_in": f"Basic {log_in}",
    }


async def filled(ward: Ward, text: str) -> str:
    """A text with its marks replaced."""
    known = await meanings(ward)
    return re.sub(r"<<(\w+)>>", lambda mark: known[mark[1]], text)


def at_autodiscover(lines: str) -> str:
    """Locations of nginx: lines for Autodiscover's XML, all else as usual."""
    return f"location ~* ^<<xml>>$ {{ {lines} }} <<usual>>"


def by_nginx(locations: str = USUAL, *, http: str | None = TO_HTTPS, **changes: Unpack[Changes]) -> Start:
    """nginx with other locations; ``changes`` are those of ``Ward.complaint``."""

    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        async with healthy_site(ward, locations=await filled(ward, locations), http=http):
            yield ward.complaint(**changes)

    return start


def by_haproxy(frontend: str = "", backend: str = "", **changes: Unpack[Changes]) -> Start:
    """HAProxy with lines more in its frontend and backend."""

    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        address = ward.address()
        records(ward, address)
        lines = await filled(ward, frontend), await filled(ward, backend)
        async with behind_haproxy(ward, address, frontend=lines[0], backend=lines[1]):
            yield ward.complaint(**changes)

    return start


def by_apache(lines: str, **changes: Unpack[Changes]) -> Start:
    """Apache with lines more in its VirtualHost."""

    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        address = ward.address()
        records(ward, address)
        async with behind_apache(ward, address, server=await filled(ward, lines)):
            yield ward.complaint(**changes)

    return start
