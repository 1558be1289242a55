"""Log-ins that are refused: by the name's form, by the password, by what the account may."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Final

from overair.doctor.complaint import Complaint
from overair.doctor.secret import Secret
from overair.ward.case import Case, Program
from overair.ward.fronts import behind_apache, behind_haproxy
from overair.ward.site import PROXIED, healthy_site, records
from overair.ward.ward import Ward

DOMAIN: Final = "WARD"
"""The Windows domain."""
UMLAUTS: Final = "Grün 7 Bäume"
REALM: Final = 'hdr WWW-Authenticate "Basic realm=mail"'
LOGGED_IN: Final = "METH_POST { path /Microsoft-Server-ActiveSync } { req.hdr(Authorization) -m found }"
"""HAProxy's condition for a command with a log-in."""
GATE: Final = """
    location /Microsoft-Server-ActiveSync {{
        auth_basic "mail";
        auth_basic_user_file {accounts};
{proxied}
        proxy_set_header Authorization "{known}";
    }}
    location / {{
{proxied}
    }}
"""
NOBODY: Final = """
    location /Microsoft-Server-ActiveSync {{
        auth_basic "mail";
        auth_basic_user_file {accounts};
        proxy_pass http://{address}:{port};
    }}
    location / {{
{proxied}
    }}
"""
NOBODY_BEHIND: Final = """
    location / {{
        set $command "";
        if ($request_method = POST) {{
            set $command $http_authorization;
        }}
        if ($command ~ "^Basic") {{
            proxy_pass http://{address}:{port};
        }}
{proxied}
    }}
"""
BACK_END: Final = """
server {{
    listen {address}:{port};
    add_header WWW-Authenticate Negotiate always;
    add_header WWW-Authenticate NTLM always;
    return 401;
}}
"""
APACHE_GATE: Final = """\
    <Location /Microsoft-Server-ActiveSync>
        AuthType Basic
        AuthName mail
        AuthUserFile {accounts}
        Require valid-user
        RequestHeader set Authorization "{known}"
    </Location>
"""


def accounts(ward: Ward, name: str, encoding: str = "utf-8") -> Path:
    """A file of accounts for nginx: the patient's password under another name, or in another encoding."""
    path = ward.folder() / "accounts"
    path.write_bytes(f"{name}:{{PLAIN}}{ward.password}\n".encode(encoding))
    return path


def known(ward: Ward) -> str:
    """What Overair knows the patient by."""
    return "Basic " + base64.b64encode(f"{ward.user}:{ward.password}".encode()).decode()


@contextlib.asynccontextmanager
async def _wrong(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint(password=Secret("Ward-Password-2"))


@contextlib.asynccontextmanager
async def _known_as(name: str, ward: Ward) -> AsyncIterator[Complaint]:
    """The name is ``name`` with what stands before the @ in it."""
    file = accounts(ward, name.format(ward.user.partition("@")[0]))
    locations = GATE.format(accounts=file, proxied=PROXIED, known=known(ward))
    async with healthy_site(ward, locations=locations):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _latin1(ward: Ward) -> AsyncIterator[Complaint]:
    file = accounts(ward, ward.user, "latin-1")
    locations = GATE.format(accounts=file, proxied=PROXIED, known=known(ward))
    async with healthy_site(ward, locations=locations):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _domain_unwanted(ward: Ward) -> AsyncIterator[Complaint]:
    name = ward.user.partition("@")[0]
    path = ward.folder() / "accounts"
    path.write_text(f"{name}:{hashed(ward.password)}\n")
    path.chmod(0o644)  # of Apache's children, who are nobody
    address = ward.address()
    records(ward, address)
    gate = APACHE_GATE.format(accounts=path, known=known(ward))
    async with behind_apache(ward, address, server=gate):
        yield ward.complaint(user=name, domain=DOMAIN)


def hashed(password: str) -> str:
    """As Apache's files of passwords have it."""
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return "{SHA}" + base64.b64encode(digest).decode()


@contextlib.asynccontextmanager
async def _mailbox_gone(ward: Ward) -> AsyncIterator[Complaint]:
    """Nothing listens where the mailbox server was."""
    file = accounts(ward, ward.user)
    locations = NOBODY.format(accounts=file, proxied=PROXIED, address=ward.address(), port=ward.http)
    async with healthy_site(ward, locations=locations):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _told(answer: str, ward: Ward) -> AsyncIterator[Complaint]:
    """HAProxy answers commands with a log-in itself."""
    address = ward.address()
    records(ward, address)
    lines = f"    http-request return {answer} if {LOGGED_IN}"
    async with behind_haproxy(ward, address, frontend=lines):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _refused_behind(ward: Ward) -> AsyncIterator[Complaint]:
    """The server with the mailboxes does not take Basic, which the one in front passes on."""
    behind = ward.address()
    locations = NOBODY_BEHIND.format(proxied=PROXIED, address=behind, port=ward.http)
    back_end = BACK_END.format(address=behind, port=ward.http)
    async with healthy_site(ward, locations=locations), ward.nginx(back_end):
        yield ward.complaint()


def _refused(text: str) -> str:
    return f'status 401 content-type text/plain string "{text}" {REALM}'


CASES: Final = (
    Case(
        id="password-wrong",
        title="“It keeps asking for my password. I typed it in three times!”",
        illness="password-wrong",
        program=Program.NGINX,
        start=_wrong,
    ),
    Case(
        id="account-locked",
        title="“It worked until I changed my password on Monday; my tablet is still at home.”",
        illness="account-locked",
        program=Program.HAPROXY,
        start=partial(_told, _refused("The account is currently locked out.")),
    ),
    Case(
        id="account-blocked",
        title="“Since this morning: cannot get mail. The password is right, webmail says so, too.”",
        illness="account-locked",
        program=Program.HAPROXY,
        start=partial(_told, "status 456"),
    ),
    Case(
        id="password-expired",
        title="“After the holidays my phone does not get mail any more.”",
        illness="password-expired",
        program=Program.HAPROXY,
        start=partial(_told, "status 457"),
    ),
    Case(
        id="eas-disabled-for-user",
        title="“My colleague's phone works. Mine does not, with the same settings.”",
        illness="eas-disabled-for-user",
        program=Program.HAPROXY,
        start=partial(_told, "status 403"),
    ),
    Case(
        id="app-password-needed",
        title="“Since I have that app with the codes, my phone's mail has stopped.”",
        illness="app-password-needed",
        program=Program.HAPROXY,
        start=partial(_told, _refused("Application-specific password required.")),
    ),
    Case(
        id="oauth-demanded",
        title="“Since October no phone of ours gets mail, but Outlook does.”",
        illness="oauth-demanded",
        program=Program.HAPROXY,
        start=partial(_told, _refused("Basic authentication is disabled for this tenant.")),
    ),
    Case(
        id="domain-needed",
        title="“On the computer I log in as WARD\\anna.”",
        illness="domain-needed",
        program=Program.NGINX,
        start=partial(_known_as, f"{DOMAIN}\\{{}}"),
    ),
    Case(
        id="name-needed",
        title="“The phone only asks for the address and the password, and then says no.”",
        illness="name-needed",
        program=Program.NGINX,
        start=partial(_known_as, "{}"),
    ),
    Case(
        id="domain-unwanted",
        title="“I filled in all fields, the domain as well.”",
        illness="domain-unwanted",
        program=Program.APACHE,
        start=_domain_unwanted,
    ),
    Case(
        id="latin1-password",
        title="“My new password works in the browser. Only the phone does not like it.”",
        illness="latin1-password",
        program=Program.NGINX,
        start=_latin1,
        password=UMLAUTS,
    ),
    Case(
        id="back-end-of-another-mind",
        title="“OWA takes my password, the phone asks for it again and again. We have two Exchange servers.”",
        illness="log-in-refused-behind",
        program=Program.NGINX,
        start=_refused_behind,
    ),
    Case(
        id="mailbox-server-gone",
        title="“It takes the password and then nothing comes.”",
        illness="server-fails-after-log-in",
        program=Program.NGINX,
        start=_mailbox_gone,
    ),
)
"""Cases of the log-in."""
