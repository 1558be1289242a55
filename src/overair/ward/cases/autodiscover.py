"""Autodiscover that is not there, fails, or sends phones round and away."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from overair.doctor.complaint import Complaint
from overair.protocol.autodiscover import pox
from overair.ward.case import Case, Program
from overair.ward.configured import at_autodiscover, by_haproxy, by_nginx, filled
from overair.ward.site import AUTODISCOVER, MAIL, healthy_site
from overair.ward.ward import DOMAIN, OTHER_DOMAIN, Ward

FOR_AUTODISCOVER: Final = "path -i -m beg /autodiscover"
"""HAProxy's condition."""


@contextlib.asynccontextmanager
async def _no_record(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    ward.zone.add(MAIL, "A", address)
    ward.zone.add(DOMAIN, "MX", f"10 {MAIL}.")
    async with healthy_site(ward, address=address, names=(MAIL,), dns=False):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _no_server(ward: Ward) -> AsyncIterator[Complaint]:
    """A domain whose mail is elsewhere, and of whose server nobody outside knows the name."""
    ward.zone.add(DOMAIN, "MX", f"10 mx.{OTHER_DOMAIN}.")
    ward.zone.add(f"mx.{OTHER_DOMAIN}", "A", ward.address())
    yield ward.complaint()


@contextlib.asynccontextmanager
async def _two_sides(ward: Ward) -> AsyncIterator[Complaint]:
    """Two addresses of a mailbox that was moved and moved back, each leading to the other.

    Overair takes no such settings.
    """
    name, domain = ward.user.split("@")
    other = {ward.user: f"{name}.cloud@{domain}", f"{name}.cloud@{domain}": ward.user}

    async def lead(request: web.BaseRequest) -> web.Response:
        if "Authorization" not in request.headers:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})
        asked = pox.read_request(await request.read())
        answer = pox.Redirect(address=other[asked.address], asked=asked.address)
        body = pox.write_answer(answer, asked.schema, dt.datetime.now(dt.UTC).time(), 1)
        return web.Response(body=body, headers={"Content-Type": pox.CONTENT_TYPE})

    address = ward.address()
    locations = await filled(ward, at_autodiscover(f"proxy_pass http://{address}:{ward.http};"))
    async with ward.scripted(lead, address), healthy_site(ward, locations=locations):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="autodiscover-dead",
        title="“My old phone works. The new one wants to know the name of a server.”",
        illness="autodiscover-fails",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover("proxy_pass <<nobody>>;")),
    ),
    Case(
        id="autodiscover-not-passed-on",
        title="“The account wizard finds nothing. With the name of the server typed in it works.”",
        illness="autodiscover-path-missing",
        program=Program.HAPROXY,
        start=by_haproxy(f"    http-request return status 404 if {{ {FOR_AUTODISCOVER} }}"),
    ),
    Case(
        id="autodiscover-http-circle",
        title="“The wizard turns its wheel for a minute and gives up.”",
        illness="autodiscover-http-loop",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover("return 404;"), http="return 301 http://$host$request_uri;"),
    ),
    Case(
        id="autodiscover-without-record",
        title="“Every new colleague calls me and asks for the name of the server.”",
        illness="autodiscover-missing",
        program=Program.NGINX,
        start=_no_record,
    ),
    Case(
        id="nobody-knows-the-server",
        title="“I have typed in my address and my password. What else does it want?”",
        illness="server-unknown",
        program=Program.DNS,
        start=_no_server,
    ),
    Case(
        id="autodiscover-circle",
        title="“Since the new rule for the web server no new phone can be set up.”",
        illness="autodiscover-loop",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover("return 302 https://$host$request_uri;")),
    ),
    Case(
        id="autodiscover-two-sides",
        title="“My mailbox was moved to the cloud on Monday, and on Tuesday it was moved back.”",
        illness="autodiscover-address-loop",
        program=Program.SCRIPTED,
        start=_two_sides,
    ),
    Case(
        id="autodiscover-led-away",
        title="“The phone asks whether it may log in at a server that I have never heard of.”",
        illness="autodiscover-redirect-outside",
        program=Program.HAPROXY,
        start=by_haproxy(
            f"    http-request redirect code 302 location https://autodiscover.{OTHER_DOMAIN}%[path] "
            f"if {{ {FOR_AUTODISCOVER} }}"
        ),
    ),
    Case(
        id="autodiscover-into-the-clear",
        title="“The load balancer does the encryption now. The web team says that nothing else changed.”",
        illness="autodiscover-redirect-unencrypted",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover(f"return 302 http://{AUTODISCOVER}<<xml>>?from=https;")),
    ),
    Case(
        id="autodiscover-nowhere",
        title="“I have copied the redirect from the manual.”",
        illness="autodiscover-redirect-broken",
        program=Program.HAPROXY,
        start=by_haproxy(
            "    http-request redirect code 302 location https://%[req.hdr(X-Real-Host)]%[path] "
            f"if {{ {FOR_AUTODISCOVER} }}"
        ),
    ),
)
"""Sick on the way to an answer; phones that are set up by hand work."""
