"""The usual healthy thing, of which a case replaces the one piece that is sick.

    async with healthy_site(ward) as site:                     # nginx in front of Overair
        yield ward.complaint()
    async with healthy_site(ward, certificate=ward.authority.issue(NAMES, end=-10)): ...
    async with healthy_site(ward, locations="location / { return 503; }"): ...
    async with healthy_site(ward, server="ssl_protocols TLSv1;", old=True): ...

``locations`` replaces what stands in the ``server`` block for HTTPS beside its certificate and ``server``;
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
proxy_read_timeout 3600s;
proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
"""
"""As docs/nginx.md has it; stands in a ``location``."""
USUAL: Final = f"location / {{ {PROXIED} }}"
SERVER: Final = """\
upstream overair {{ server {upstream}; }}
server {{
    listen {address}:{https} ssl;
    server_name {names};
    ssl_certificate {certificate.chain_file};
    ssl_certificate_key {certificate.key_file};
    client_max_body_size 40m;
    {server}
    {locations}
}}
{http}
"""
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
    plain = "" if http is None else HTTP.format(address=address, port=ward.http, locations=http)
    text = SERVER.format(
        upstream=upstream,
        address=address,
        https=ward.https,
        names=" ".join(names),
        certificate=certificate,
        server=server,
        locations=locations,
        http=plain,
    )
    async with ward.nginx(text, main=main, old=old):
        yield Site(address, certificate)
