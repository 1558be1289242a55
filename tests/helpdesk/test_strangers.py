"""Where the page asks: not within its own network for whoever writes a redirect or a record."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from overair.doctor.complaint import Complaint, Reach, Surroundings
from overair.doctor.network.neighbourhood import is_public
from overair.ward.ward import Ward
from support.help_desk import running_desk

TRAP = "trap.other.test"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("198.41.0.4", True),
        ("2001:503:ba3e::2:30", True),
        ("::ffff:198.41.0.4", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("nothing", False),
    ],
)
def test_what_is_of_the_open_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_who_may_be_asked_within_a_network() -> None:
    def may_ask(reach: Reach, host: str, address: str) -> bool:
        return Complaint(address="anna@ward.test", surroundings=Surroundings(reach=reach)).may_ask(
            host, address
        )

    for reach in Reach:
        assert may_ask(reach, TRAP, "198.41.0.4")
        assert may_ask(reach, TRAP, "10.0.0.1") is (reach is Reach.ANYWHERE)
        assert may_ask(reach, "mail.ward.test", "10.0.0.1") is (reach is not Reach.OUTSIDE)


def test_a_certificate_leads_within_a_network_only_from_there() -> None:
    complaint = Complaint(address="anna@ward.test")
    assert complaint.for_strangers("10.0.0.1").may_ask("pki.corp.test", "10.0.0.2")
    assert not complaint.for_strangers("198.41.0.4").may_ask("pki.corp.test", "10.0.0.2")
    assert not complaint.for_strangers("198.41.0.4").may_ask("mail.ward.test", "10.0.0.2")


def test_records_and_redirects_do_not_lead_into_this_network() -> None:
    met: list[object] = []

    @contextlib.asynccontextmanager
    async def trapped(ward: Ward) -> AsyncIterator[None]:
        """A domain whose Autodiscover leads to machines of somebody else."""

        async def trap(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            met.append(writer.get_extra_info("sockname"))
            writer.close()

        async def redirect(_request: web.BaseRequest) -> web.Response:
            return web.Response(status=302, headers={"Location": f"http://{address}:80/secret"})

        address, own = ward.address(), ward.address()
        ward.zone.add(TRAP, "A", address)
        ward.zone.add("_autodiscover._tcp.ward.test", "SRV", f"0 0 443 {TRAP}.")
        ward.zone.add("autodiscover.ward.test", "A", own)
        async with (
            await asyncio.start_server(trap, address, ward.https),
            await asyncio.start_server(trap, address, ward.http),
            ward.scripted(redirect, own),
        ):
            yield

    with running_desk(trapped) as desk:
        path = desk.begun("anna@ward.test")
        with desk.events(path) as events:
            steps = {data.get("key"): data for _, _, data in events}

    assert "within a network" in steps[f"addresses {TRAP}"]["reason"]
    assert steps[f"https-port {TRAP}"]["state"] == "not reached"
    assert met == []
