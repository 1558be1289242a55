"""Cases in which nothing is sick but the certificate: it is told how one gets it, and which program shows it.

start = showing(lambda ward: ward.authority.issue(NAMES, start=-400, end=-10))
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Unpack

from overair.doctor.complaint import Complaint
from overair.ward.case import Program, Start
from overair.ward.certificates import CertificateFiles
from overair.ward.fronts import behind_apache, behind_haproxy
from overair.ward.site import healthy_site, records
from overair.ward.ward import Changes, Ward

Issue = Callable[[Ward], CertificateFiles]


def showing(
    issue: Issue, program: Program = Program.NGINX, *, old: bool = False, **changes: Unpack[Changes]
) -> Start:
    """The ``start`` of a case; ``old`` and ``changes`` are those of ``Ward.nginx`` and ``Ward.complaint``."""

    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        address, certificate = ward.address(), issue(ward)
        async with _front(program, ward, address, certificate, old):
            yield ward.complaint(**changes)

    return start


def _front(
    program: Program, ward: Ward, address: str, certificate: CertificateFiles, old: bool
) -> AbstractAsyncContextManager[object]:
    if program is Program.NGINX:
        return healthy_site(ward, address=address, certificate=certificate, old=old)
    records(ward, address)
    behind = behind_haproxy if program is Program.HAPROXY else behind_apache
    return behind(ward, address, certificate, old=old)
