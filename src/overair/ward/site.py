"""The usual healthy thing, of which a case replaces the one piece that is sick.

    async with healthy_site(ward) as site:                     # nginx in front of Overair
        yield ward.complaint()
    async with healthy_site(ward, certificate=ward.authority.issue(NAMES, end=-10)): ...
    async with healthy_site(ward, locations="location / { return 503; }"): ...
    async with healthy_site(ward, protocols="TLSv1", old=True): ...

``server`` is added to the ``server`` block of HTTPS, ``locations`` replaces its ``location /``;
``PROXIED`` is what passes requests on to Overair (within a ``location``). Cases with another program do
``records(ward, address)`` and start theirs.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from overair.ward.certificates import CertificateFiles
from overair.ward.ward import DOMAIN, Ward

MAIL: Final = f"mail.{DOMAIN}"
AUTODISCOVER: Final = f"autodiscover.{DOMAIN}"
NAMES: Final = (MAIL, AUTODISCOVER)
PROXIED: Final = """\
        proxy_pass http://overair;
        proxy_http_version 1.1;
        proxy_connect_timeout 5s;
        proxy_read_timeout 3600s;
        proxy_buffer_size 4k;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Request-Id $request_id;
"""
"""Stands in a ``location``; may be followed by what differs."""
USUAL: Final = f"""\
    location / {{
{PROXIED}\
    }}
"""
PROTOCOLS: Final = "TLSv1.2 TLSv1.3"
LISTEN: Final = "ssl backlog=4096 so_keepalive=10m:1m:5"
SERVER: Final = """\
upstream overair {{
    server {upstream};
}}

server {{
    listen {address}:{port} {listen};
    server_name {names};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols {protocols};
    ssl_buffer_size 4k;

    client_header_timeout 30s;
    client_body_timeout 30s;
    keepalive_timeout 75s;
    client_max_body_size 40m;
{server}
{locations}\
}}
"""
"""As docs/nginx.md has it."""
HTTP: Final = "server {{ listen {address}:{port}; {locations} }}"
TO_HTTPS: Final = "return 301 https://$host$request_uri;"


@dataclass(frozen=True)
class Site:
    """Where it is."""

    address: str
    certificate: CertificateFiles


def records(ward: Ward, address: str) -> None:
    """The DNS of a healthy domain: mail and autodiscover at one address, the MX at mail."""
    ward.zone.add(MAIL, "A", address)
    ward.zone.add(AUTODISCOVER, "CNAME", f"{MAIL}.")
    ward.zone.add(DOMAIN, "MX", f"10 {MAIL}.")


@contextlib.asynccontextmanager
async def healthy_site(
    ward: Ward,
    *,
    address: str | None = None,
    certificate: CertificateFiles | None = None,
    names: tuple[str, ...] = NAMES,
    listen: str = LISTEN,
    protocols: str = PROTOCOLS,
    server: str = "",
    locations: str = USUAL,
    upstream: str | None = None,
    http: str | None = TO_HTTPS,
    main: str = "",
    dns: bool = True,
    old: bool = False,
) -> AsyncIterator[Site]:
    """nginx with a good certificate in front of the healthy Overair, or HOST:PORT as ``upstream``.

    ``http`` is what its server at port 80 does; with None nothing listens there. Without ``dns`` the case
    adds its own records. Raises what Ward.nginx does.
    """
    address = address or ward.address()
    certificate = certificate or ward.authority.issue(names)
    if dns:
        records(ward, address)
    if upstream is None:
        place = (await ward.overair()).place
        upstream = f"{place.address}:{place.port}"
    text = SERVER.format(
        upstream=upstream,
        address=address,
        port=ward.https,
        listen=listen,
        names=" ".join(names),
        certificate=certificate.chain_file,
        key=certificate.key_file,
        protocols=protocols,
        server=server,
        locations=locations,
    )
    if http is not None:
        text += HTTP.format(address=address, port=ward.http, locations=http)
    async with ward.nginx(text, main=main, old=old):
        yield Site(address, certificate)
