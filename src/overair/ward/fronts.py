"""HAProxy and Apache in front of the healthy Overair, as docs/haproxy.md and docs/apache.md have them.

address = ward.address()
records(ward, address)
async with behind_haproxy(ward, address, certificate, frontend="http-request deny"): ...
async with behind_apache(ward, address, certificate, server="Require all denied"): ...
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Place
from overair.ward.certificates import CertificateFiles
from overair.ward.site import NAMES
from overair.ward.ward import Ward

HAPROXY: Final = """\
global
    maxconn 200

defaults
    mode http
    option httplog
    option dontlognull
    option abortonclose
    timeout connect 5s
    timeout http-request 30s
    timeout http-keep-alive 75s
    timeout client 30s
    timeout server {patience}

frontend phones
    bind {address}:{port} ssl crt {both} {alpn}
    option clitcpka
    clitcpka-idle 600s
    clitcpka-intvl 60s
    clitcpka-cnt 5
{frontend}
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto https
    http-request set-header X-Request-Id %[uuid()]
    default_backend overair

backend overair
{backend}
    option httpchk GET /readyz
    server overair {upstream} check inter 10s
"""
APACHE: Final = """\
Listen {address}:{port}

<VirtualHost {address}:{port}>
    ServerName {name}
    ServerAlias {aliases}
    SSLEngine on
    SSLCertificateFile {certificate}
    SSLCertificateKeyFile {key}
    SSLProtocol -all +TLSv1.2 +TLSv1.3
    RequestReadTimeout header=30 body=30,MinRate=500
{server}
    ProxyPreserveHost On
    RequestHeader unset X-Forwarded-For early
    RequestHeader set X-Forwarded-Proto https
    ProxyPass / {upstream} connectiontimeout=5 timeout={patience} ttl=60
</VirtualHost>
"""
ALPN: Final = "alpn http/1.1"
PATIENCE: Final = 3600
"""Seconds for which a Ping may wait."""


@contextlib.asynccontextmanager
async def behind_haproxy(
    ward: Ward,
    address: str,
    certificate: CertificateFiles | None = None,
    *,
    frontend: str = "",
    backend: str = "",
    alpn: str = ALPN,
    patience: str = f"{PATIENCE}s",
    upstream: Place | None = None,
    old: bool = False,
) -> AsyncIterator[None]:
    """Run it; ``frontend`` and ``backend`` are lines for those sections, before the usual ones, and
    ``patience`` its timeout for servers. Raises what Ward.haproxy does."""
    certificate = certificate or ward.authority.issue(NAMES)
    place = upstream or (await ward.overair()).place
    text = HAPROXY.format(
        address=address,
        port=ward.https,
        both=certificate.both_file,
        alpn=alpn,
        frontend=frontend,
        backend=backend,
        patience=patience,
        upstream=f"{place.address}:{place.port}",
    )
    async with ward.haproxy(text, old=old):
        yield


@contextlib.asynccontextmanager
async def behind_apache(
    ward: Ward,
    address: str,
    certificate: CertificateFiles | None = None,
    *,
    server: str = "",
    patience: str = f"{PATIENCE}",
    upstream: Place | None = None,
    old: bool = False,
) -> AsyncIterator[None]:
    """Run it; ``server`` are lines for its VirtualHost, before those that pass requests on, and
    ``patience`` for how long it waits for an answer. Raises what Ward.apache does."""
    certificate = certificate or ward.authority.issue(NAMES)
    place = upstream or (await ward.overair()).place
    text = APACHE.format(
        address=address,
        port=ward.https,
        name=NAMES[0],
        aliases=" ".join(NAMES[1:]),
        certificate=certificate.chain_file,
        key=certificate.key_file,
        server=server,
        patience=patience,
        upstream=f"http://{place.address}:{place.port}/",
    )
    async with ward.apache(text, old=old):
        yield
