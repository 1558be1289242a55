"""Endpoints that do not answer as an EAS server does, since what stands in front is configured wrongly."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint, Place
from overair.ward.case import Case, Program
from overair.ward.configured import by_apache, by_haproxy, by_nginx
from overair.ward.fronts import behind_apache, behind_haproxy
from overair.ward.ports import free_port
from overair.ward.site import healthy_site, records
from overair.ward.ward import Ward

FOR_PHONES: Final = "path -i -m beg /microsoft-server-activesync"
"""HAProxy's condition for the endpoint."""
BLOCK_PAGE: Final = (
    "<html><body>The requested URL was rejected. Please consult with your administrator. "
    "Your support ID is: 4711</body></html>"
)
IIS_PAGE: Final = (
    "<h2>403.4 - Forbidden: SSL is required to view this resource.</h2>"
    "<h3>The page you are trying to access is secured with Secure Sockets Layer (SSL).</h3>"
)
CERTIFICATE_PAGE: Final = "<h2>403.7 - Forbidden: SSL client certificate is required.</h2>"


@contextlib.asynccontextmanager
async def _no_server_up(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    nobody = Place(ward.address(), free_port())
    async with behind_haproxy(ward, address, upstream=nobody, backend="    retries 0"):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _hanging(ward: Ward) -> AsyncIterator[Complaint]:
    """What is behind the proxy takes connections and answers nothing."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    address = ward.address()
    port = free_port((address,))
    locations = f"""
    location /Microsoft-Server-ActiveSync {{
        proxy_pass http://{address}:{port};
        proxy_read_timeout 1s;
    }}
    location / {{ proxy_pass http://overair; proxy_set_header Host $host; }}
"""
    async with (
        await asyncio.start_server(take, address, port),
        healthy_site(ward, locations=locations),
    ):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _broken_htaccess(ward: Ward) -> AsyncIterator[Complaint]:
    """A folder of PHP whose .htaccess has a directive that nobody knows."""
    address, folder = ward.address(), ward.folder()
    records(ward, address)
    folder.chmod(0o755)
    (folder / ".htaccess").write_text("php_flag magic_quotes_gpc off\n")
    server = f"""\
    <Directory {folder}>
        AllowOverride All
        Require all granted
    </Directory>
    Alias /Microsoft-Server-ActiveSync {folder}
    ProxyPass /Microsoft-Server-ActiveSync !
"""
    async with behind_apache(ward, address, server=server):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _files(ward: Ward) -> AsyncIterator[Complaint]:
    """The path leads to a file: somebody has copied the program, and nothing runs it."""
    folder = ward.folder()
    (folder / "Microsoft-Server-ActiveSync").write_text("<?php include 'index.php';")
    locations = f"""
    location ~* ^/microsoft-server-activesync {{ root {folder}; }}
    location / {{ proxy_pass http://overair; proxy_set_header Host $host; }}
"""
    async with healthy_site(ward, locations=locations):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="upstream-dead",
        title="“Since the restart of last night no phone gets in. Webmail is gone, too.”",
        illness="bad-gateway",
        program=Program.NGINX,
        start=by_nginx("location <<eas>> { proxy_pass <<nobody>>; } <<usual>>"),
    ),
    Case(
        id="no-server-up",
        title="“The load balancer is green. Phones say that the server is not available.”",
        illness="service-unavailable",
        program=Program.HAPROXY,
        start=_no_server_up,
    ),
    Case(
        id="upstream-hangs",
        title="“It loads and loads, and then it says that the connection failed.”",
        illness="gateway-timeout",
        program=Program.NGINX,
        start=_hanging,
    ),
    Case(
        id="connection-closed",
        title="“Cannot connect to server. That is all that it says.”",
        illness="endpoint-silent",
        program=Program.NGINX,
        start=by_nginx("location <<eas>> { return 444; } <<usual>>"),
    ),
    Case(
        id="broken-htaccess",
        title="“We have moved to a new version of PHP at the weekend.”",
        illness="server-error",
        program=Program.APACHE,
        start=_broken_htaccess,
    ),
    Case(
        id="rate-limited",
        title="“With one phone it works at times, with a hundred never.”",
        illness="unexpected-status",
        program=Program.HAPROXY,
        start=by_haproxy(f"    http-request deny deny_status 429 if {{ {FOR_PHONES} }}"),
    ),
    Case(
        id="virtual-directory-missing",
        title="“Webmail works with the same name. Phones say that there is no server.”",
        illness="virtual-directory-missing",
        program=Program.NGINX,
        start=by_nginx(
            "location ~* ^/autodiscover { <<proxied>> } location / { root <<folder>>; } "
            'location /owa { return 401; add_header WWW-Authenticate "Basic realm=owa" always; }'
        ),
    ),
    Case(
        id="under-another-path",
        title="“In the browser I see the log-in of Z-Push, so it must be the phone.”",
        illness="endpoint-elsewhere",
        program=Program.APACHE,
        start=by_apache(
            "    ProxyPass /z-push/ <<overair>><<eas>>\n    Redirect 404 <<eas>>\n    ProxyPass <<eas>> !"
        ),
    ),
    Case(
        id="single-page-application",
        title="“The new web site is live. Since then no mail comes to the phones.”",
        illness="web-page-instead",
        program=Program.NGINX,
        start=by_nginx(
            "location ~* ^/autodiscover { <<proxied>> } location / { default_type text/html; "
            'return 200 "<!doctype html><html><body><div id=app></div></body></html>"; }'
        ),
    ),
    Case(
        id="only-files",
        title="“I have copied everything to the new host just as it was.”",
        illness="post-not-allowed",
        program=Program.NGINX,
        start=_files,
    ),
    Case(
        id="web-firewall",
        title="“Security has a new appliance. They say that it lets everything through.”",
        illness="firewall-blocks",
        program=Program.HAPROXY,
        start=by_haproxy(
            "    http-request return status 403 content-type text/html "
            f"string '{BLOCK_PAGE}' if {{ {FOR_PHONES} }}"
        ),
    ),
    Case(
        id="inside-only",
        title="“In the office it works. At home it does not.”",
        illness="forbidden",
        program=Program.APACHE,
        start=by_apache("    <Location <<eas>>>\n        Require ip 192.0.2.0/24\n    </Location>"),
    ),
    Case(
        id="ssl-required-behind",
        title="“The proxy has the certificate now, so Exchange behind it needs none. Phones differ.”",
        illness="ssl-required",
        program=Program.NGINX,
        start=by_nginx(f"location <<eas>> {{ return 403 '{IIS_PAGE}'; }} <<usual>>"),
    ),
    Case(
        id="certificate-of-the-phone",
        title="“Laptops of the firm get in. Private phones do not.”",
        illness="client-certificate-required",
        program=Program.NGINX,
        start=by_nginx(f"location <<eas>> {{ return 403 '{CERTIFICATE_PAGE}'; }} <<usual>>"),
    ),
    Case(
        id="redirected-to-www",
        title="“Marketing wanted everything under www.”",
        illness="post-redirected",
        program=Program.HAPROXY,
        start=by_haproxy(
            f"    http-request redirect code 301 location https://www.ward.test%[path] if {{ {FOR_PHONES} }}"
        ),
    ),
)
"""Sick before anybody logs in."""
