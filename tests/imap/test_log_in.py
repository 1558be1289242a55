"""Logging in, in every way, and what is said where it fails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import ssl
import time
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest

from imap.upstream import Upstream
from overair.credentials import Credentials, Kind
from overair.imap.capabilities import Capabilities
from overair.imap.errors import ConnectionLost, LoginRefused, NotOffered, TryLater
from overair.imap.server import Security, Server
from overair.imap.session import Session, log_in
from overair.tls import private_ca
from overair.tls.contexts import tls_context
from overair.tls.machine import Machine
from support.asynchronous import run
from support.dovecot import PASSWORD
from support.dovecot_configuration import TOKEN_KEY
from support.fake_imap import TAG, FakeImap, fake_imap
from support.mail_server import trusted

ENABLED = {"CONDSTORE", "QRESYNC"}


def token(user: str, key: bytes = TOKEN_KEY) -> str:
    """An access token for a user."""

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": user, "exp": int(time.time()) + 600}]
    text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    return f"{text}.{encoded(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


@pytest.mark.parametrize("security", Security)
def test_a_password_over_every_kind_of_connection(upstream: Upstream, security: Security) -> None:
    """With umlauts in it; what the server can do is known afterwards."""
    user = upstream.real.user()

    async def work() -> None:
        session = await log_in(upstream.server(security), upstream.credentials(user))
        assert session.usable
        assert session.enabled >= ENABLED
        assert "QRESYNC" in session.capabilities
        await session.logout()
        assert session.closed

    run(work())


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_stranger_s_certificate_gets_no_password(upstream: Upstream, security: Security) -> None:
    """It is not one that the system trusts."""
    stranger = msgspec.structs.replace(upstream.server(security), context=None)
    with pytest.raises(ConnectionLost, match="certificate is not trusted"):
        run(log_in(stranger, upstream.credentials("somebody")))


def test_a_certificate_for_another_name_gets_no_password(tmp_path: Path) -> None:
    """However trusted it is."""
    root = trusted(tmp_path)
    machine = Machine(names=("localhost",), addresses=(ip_address("127.0.0.1"),))
    shown = private_ca.ensure(tmp_path, machine)
    fake = FakeImap()

    async def work(host: str) -> None:
        async with fake_imap(fake, tls_context(shown.certificate_path, shown.private_key_path)):
            trust = ssl.create_default_context(cafile=str(root))
            server = Server(host, fake.port, Security.TLS, trust)
            await (await log_in(server, Credentials("u", "p"))).logout()

    run(work("127.0.0.1"))
    said = len(fake.said)
    with pytest.raises(ConnectionLost, match="certificate is not trusted"):
        run(work("127.1"))
    assert len(fake.said) == said


def test_a_wrong_password_is_told_apart_from_every_other_trouble(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    """And is in no error and no log."""
    caplog.set_level(logging.DEBUG)
    user = upstream.real.user()
    for credentials in (
        Credentials(user, "wrong secret"),
        Credentials("nobody", PASSWORD),
        Credentials(user, "wrong secret", "gateway", Kind.MASTER),
        Credentials(user, f"{PASSWORD}\0"),
        Credentials(f"x\0{user}", PASSWORD),
    ):
        with pytest.raises(LoginRefused) as raised:
            run(log_in(upstream.server(), credentials))
        assert "secret" not in f"{raised.value!r} {raised.value} {caplog.text} {credentials!r}"
        assert user not in f"{raised.value!r} {raised.value}"
        assert PASSWORD not in repr(credentials)


def test_a_master_user_acts_for_a_user(upstream: Upstream) -> None:
    """By SASL PLAIN's two identities; in Dovecot by name, too, in which no second user can be named."""
    user = upstream.real.user()
    upstream.real.deliver(user, b"Subject: mine\r\n\r\n")

    async def work(separator: str) -> int:
        server = msgspec.structs.replace(upstream.server(), master_separator=separator)
        session = await log_in(server, upstream.master(user))
        selected = await session.select("INBOX")
        await session.logout()
        return selected.exists

    assert run(work("")) == 1
    if upstream.name == "dovecot":
        assert run(work("*")) == 1
        server = msgspec.structs.replace(upstream.server(), master_separator="*")
        with pytest.raises(LoginRefused):
            run(log_in(server, upstream.master(f"{user}*{user}")))


def test_access_tokens(upstream: Upstream) -> None:
    """A token for the user, a token for another, one that was signed by somebody else."""
    if upstream.name != "dovecot":
        with pytest.raises(NotOffered):
            run(log_in(upstream.server(), Credentials("x", "y", kind=Kind.OAUTH2)))
        return
    user, other = upstream.real.user(), upstream.real.user()

    async def work(secret: str, mechanism: str) -> None:
        session = Session(upstream.server())
        await session.open()
        others = {name for name in session.capabilities if name.startswith("AUTH=")}
        session.capabilities = Capabilities(session.capabilities - others | {f"AUTH={mechanism}"})
        await session.authenticate(Credentials(user, secret, kind=Kind.OAUTH2))
        await session.select("INBOX")
        await session.logout()

    for mechanism in ("OAUTHBEARER", "XOAUTH2"):
        run(work(token(user), mechanism))
        for wrong in (token(other), token(user, b"another key of thirty-two bytes "), "nonsense"):
            with pytest.raises(LoginRefused):
                run(work(wrong, mechanism))


FAILURES = {
    b"NO [UNAVAILABLE] later": TryLater,
    b"NO [CONTACTADMIN] x": TryLater,
    b"NO [AUTHENTICATIONFAILED] x": LoginRefused,
    b"NO [ALERT] use another password": LoginRefused,
    b"NO wrong": LoginRefused,
}


@pytest.mark.parametrize("answer", FAILURES, ids=lambda answer: answer.decode())
def test_a_server_in_trouble_is_no_wrong_password(answer: bytes) -> None:
    """Or phones would ask for a new one."""

    async def work() -> None:
        async with fake_imap(FakeImap({b"AUTHENTICATE": TAG + b" " + answer + b"\r\n"})) as fake:
            await log_in(fake.server(), Credentials("u", "p"))

    with pytest.raises(FAILURES[answer]) as raised:
        run(work())
    assert type(raised.value) is FAILURES[answer]


@pytest.mark.parametrize(
    ("capabilities", "user", "said"),
    [
        (b"IMAP4rev1", "u", b'LOGIN u "p w"'),
        (b"IMAP4rev1", 'ü"', b'LOGIN {3}\r\n\xc3\xbc" "p w"'),
        (b"IMAP4rev1 AUTH=PLAIN", "u", b"AUTHENTICATE PLAIN"),
        (b"IMAP4rev1 AUTH=PLAIN SASL-IR", "u", b"AUTHENTICATE PLAIN AHUAcCB3"),
    ],
)
def test_every_way_in(capabilities: bytes, user: str, said: bytes) -> None:
    """LOGIN where there is nothing better; what is said follows what is offered."""
    fake = FakeImap(
        {b"AUTHENTICATE": lambda line: b"+ \r\n" if line.endswith(b"PLAIN") else TAG + b" OK in\r\n"},
        greeting=b"* OK [CAPABILITY " + capabilities + b"] hello\r\n",
    )

    async def work() -> None:
        async with fake_imap(fake):
            session = await log_in(fake.server(), Credentials(user, "p w"))
            await session.logout()

    if said == b"AUTHENTICATE PLAIN":
        # The fake takes the answer to "+" for a command of which the tag is the secret.
        fake.answers = {**fake.answers, b"": b"A1 OK in\r\n"}
    run(work())
    assert said in fake.said


OFFERED = b"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] hello\r\n"


@pytest.mark.parametrize(
    ("fake", "why"),
    [
        (FakeImap(greeting=b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n"), "no STARTTLS"),
        (FakeImap({b"STARTTLS": TAG + b" OK go\r\n* CAPABILITY IM"}, greeting=OFFERED), "not protected"),
        (FakeImap({b"STARTTLS": TAG + b" BAD no\r\n"}, greeting=OFFERED), "BAD to STARTTLS"),
        (FakeImap({b"STARTTLS": TAG + b" OK go\r\nno TLS at all"}, greeting=OFFERED), "not protected"),
    ],
    ids=["not offered", "words behind its answer", "refused", "garbage"],
)
def test_nothing_is_said_before_tls_that_counts_after_it(fake: FakeImap, why: str) -> None:
    """Nobody's password is sent."""

    async def work() -> None:
        async with fake_imap(fake):
            server = msgspec.structs.replace(fake.server(), security=Security.STARTTLS)
            await log_in(server, Credentials("u", "p"))

    with pytest.raises(ConnectionLost, match=why):
        run(work())
    assert not any(b"AUTH" in line or b"LOGIN" in line for line in fake.said)


@pytest.mark.parametrize("greeting", [b"* PREAUTH [CAPABILITY IMAP4rev1] as root\r\n", b"* BYE busy\r\n"])
def test_a_server_that_asks_for_no_log_in_proves_nobody(greeting: bytes) -> None:
    """Anybody would be anybody."""
    fake = FakeImap(greeting=greeting)

    async def work() -> None:
        async with fake_imap(fake):
            await log_in(fake.server(), Credentials("u", "p"))

    with pytest.raises(ConnectionLost, match="does not want us"):
        run(work())
    assert not fake.said


@pytest.mark.parametrize(
    ("credentials", "offered"),
    [
        (Credentials("u", "p\0q"), b"AUTH=PLAIN"),
        (Credentials("u\0v", "p"), b"AUTH=PLAIN"),
        (Credentials("u\0v", "p", "m", Kind.MASTER), b"AUTH=PLAIN"),
        (Credentials("u\0v", "p"), b""),
        (Credentials("u\1auth=Bearer x", "p", kind=Kind.OAUTH2), b"AUTH=XOAUTH2"),
        (Credentials("u", "p\1\1", kind=Kind.OAUTH2), b"AUTH=OAUTHBEARER"),
    ],
)
def test_no_name_or_password_says_more_than_itself(credentials: Credentials, offered: bytes) -> None:
    """What separates fields of a log-in may not stand in one."""
    fake = FakeImap(greeting=b"* OK [CAPABILITY IMAP4rev1 SASL-IR " + offered + b"] hello\r\n")

    async def work() -> None:
        async with fake_imap(fake):
            await log_in(fake.server(), credentials)

    with pytest.raises(LoginRefused):
        run(work())
    assert not fake.said
