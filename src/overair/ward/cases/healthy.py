"""Servers without an illness: Overair alone and behind each proxy, as the documents have them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint, Place
from overair.ward.case import Case, Program
from overair.ward.fronts import behind_apache, behind_haproxy
from overair.ward.site import NAMES, healthy_site, records
from overair.ward.ward import Ward


@contextlib.asynccontextmanager
async def _alone(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    certificate = ward.authority.issue(NAMES)
    async with ward.own_overair(Place(address, ward.https), certificate):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _nginx(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint(send=True)


@contextlib.asynccontextmanager
async def _haproxy(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    async with behind_haproxy(ward, address):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _apache(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    async with behind_apache(ward, address):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="healthy-overair",
        title="“I only wanted to be sure.”",
        illness=None,
        program=Program.OVERAIR,
        start=_alone,
        shows=("http-closed",),
        harmless="nothing listens at port 80",
    ),
    Case(
        id="healthy-nginx",
        title="“Everything works. Is that so?”",
        illness=None,
        program=Program.NGINX,
        start=_nginx,
    ),
    Case(
        id="healthy-haproxy",
        title="“We have changed the proxy yesterday. Nobody has complained yet.”",
        illness=None,
        program=Program.HAPROXY,
        start=_haproxy,
        harmless="nothing listens at port 80",
    ),
    Case(
        id="healthy-apache",
        title="“The web server does this besides the web site. Is that all right?”",
        illness=None,
        program=Program.APACHE,
        start=_apache,
        harmless="nothing listens at port 80",
    ),
)
"""What the doctor must find nothing wrong with."""
