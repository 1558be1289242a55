"""Proxies that change, hold back or cut what phones send, and servers that send them elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from aiohttp import web

from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program
from overair.ward.configured import by_apache, by_haproxy, by_nginx, filled
from overair.ward.site import healthy_site
from overair.ward.ward import Ward

LATE_SECONDS: Final = 0.3
SCANNING_SECONDS: Final = 0.35
MOVED: Final = """
    set $asked "$request_method $http_authorization";
    location <<eas>> {
        if ($asked ~ "^POST Basic") { add_header X-MS-Location "%s" always; return 451; }
<<proxied>>
    }
    <<usual>>
"""
"""Commands are answered by 451 with where the mailbox is."""
SCANNED: Final = """
    location <<eas>> {
        auth_request /scanner;
<<proxied>>
    }
    location = /scanner {
        internal;
        proxy_pass http://%s:%d/;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header Expect "";
    }
    <<usual>>
"""


@contextlib.asynccontextmanager
async def _scanned(ward: Ward) -> AsyncIterator[Complaint]:
    """Each request is held until a scanner of viruses has seen it."""

    async def scan(request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(SCANNING_SECONDS)
        return web.Response()

    address = ward.address()
    locations = await filled(ward, SCANNED % (address, ward.http))
    async with ward.scripted(scan, address), healthy_site(ward, locations=locations):
        yield ward.complaint(replace(ward.surroundings(), late_seconds=LATE_SECONDS), password=None)


CASES: Final = (
    Case(
        id="options-denied",
        title="“The audit said that only GET and POST may be open.”",
        illness="options-dropped",
        program=Program.HAPROXY,
        start=by_haproxy("    http-request deny deny_status 405 if METH_OPTIONS"),
    ),
    Case(
        id="options-for-browsers",
        title="“The new app in the browser needed some headers. It works now.”",
        illness="options-dropped",
        program=Program.NGINX,
        start=by_nginx(
            "location / { if ($request_method = OPTIONS) { add_header Access-Control-Allow-Origin * always; "
            "return 204; } <<proxied>> }"
        ),
    ),
    Case(
        id="moved-in-a-circle",
        title="“After the move of the mailboxes half of the users are locked out.”",
        illness="redirect-451-loop",
        program=Program.NGINX,
        start=by_nginx(MOVED % "https://mail.ward.test/Microsoft-Server-ActiveSync"),
    ),
    Case(
        id="moved-outside",
        title="“My mailbox is in the cloud now, I was told.”",
        illness="redirect-451-outside",
        program=Program.NGINX,
        start=by_nginx(MOVED % "https://eas.other.test/Microsoft-Server-ActiveSync"),
    ),
    Case(
        id="moved-nowhere",
        title="“My mailbox was moved last night.”",
        illness="redirect-451-broken",
        program=Program.NGINX,
        start=by_nginx(MOVED % "exchange2"),
    ),
    Case(
        id="headers-taken-away",
        title="“The firewall removes headers that it does not know. Nobody has ever complained.”",
        illness="request-headers-changed",
        program=Program.HAPROXY,
        start=by_haproxy("    http-request del-header MS-ASProtocolVersion"),
    ),
    Case(
        id="plus-becomes-blank",
        title="“iPhones work. The Android phones and Outlook do not.”",
        illness="base64-query-broken",
        program=Program.HAPROXY,
        start=by_haproxy("    http-request set-query %[query,regsub(\\+,%20,g)]"),
    ),
    Case(
        id="commands-to-a-form",
        title="“The account is set up without an error, and stays empty.”",
        illness="commands-refused",
        program=Program.NGINX,
        start=by_nginx(
            'set $asked "$request_method $http_authorization"; location <<eas>> { if ($asked ~ "^POST '
            'Basic") { return 302 https://$host/owa/auth/logon.aspx; } <<proxied>> } <<usual>>'
        ),
    ),
    Case(
        id="small-bodies",
        title="“Mails go out, photos do not.”",
        illness="long-bodies-cut",
        program=Program.NGINX,
        start=by_nginx("location / { <<proxied>> client_max_body_size 1m; }"),
    ),
    Case(
        id="tiny-bodies",
        title="“Short mails go out. With my signature they stay in the outbox.”",
        illness="long-bodies-cut",
        program=Program.APACHE,
        start=by_apache(
            "    RewriteEngine On\n"
            '    RewriteCond expr "-n %{HTTP:Authorization} && %{HTTP:Content-Length} -gt 131072"\n'
            "    RewriteRule ^<<eas>> - [R=413,L]"
        ),
    ),
    Case(
        id="chunks-refused",
        title="“Only one make of phone cannot send attachments.”",
        illness="chunked-refused",
        program=Program.HAPROXY,
        start=by_haproxy("    http-request return status 411 if { req.hdr(transfer-encoding) -m found }"),
    ),
    Case(
        id="scanned",
        title="“It all works, but it is so slow.”",
        illness="answers-held-back",
        program=Program.NGINX,
        start=_scanned,
    ),
)
"""Sick on the way, before or after the log-in."""
