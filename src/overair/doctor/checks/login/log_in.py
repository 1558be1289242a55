"""Does the server take the user's name and password?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from overair.doctor.attempts import Attempts, Login
from overair.doctor.autodiscovering import challenges_of, schemes_of
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.login import illnesses
from overair.doctor.complaint import Complaint
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.tls import Trusted
from overair.doctor.facts.web import Endpoint
from overair.doctor.illness import Illness
from overair.doctor.network.web import Answer, Unanswered
from overair.doctor.phone import probe_of
from overair.doctor.secret import Secret
from overair.protocol.http import HttpStatus
from overair.protocol.http.responses import PROTOCOL_COMMANDS, PROTOCOL_VERSIONS

MAXIMUM_HINT: Final = 8192
"""Characters of a refusal that are looked through for what it says."""


class Form(msgspec.Struct, frozen=True):
    """One way to log in, and what it means that it is the one that works."""

    login: Login
    illness: Illness | None


HINTS: Final[tuple[tuple[re.Pattern[str], Illness], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), illness)
    for pattern, illness in (
        (r"app(lication)?[- ]?(specific )?password", illnesses.APP_PASSWORD_NEEDED),
        (r"(two|multi|second)[- ]factor|\b(2fa|mfa)\b", illnesses.APP_PASSWORD_NEEDED),
        (r"modern auth|oauth|basic auth\w* .{0,16}(disabled|blocked|not allowed)", illnesses.OAUTH_DEMANDED),
        (r"account\W+(\w+\W+){0,3}locked|locked[- ]out", illnesses.ACCOUNT_LOCKED),
        (r"password\W+(\w+\W+){0,3}expired", illnesses.PASSWORD_EXPIRED),
    )
)
"""What a server that refuses may say of why, in its page or its headers."""

TOLD: Final[dict[int, Illness]] = {
    HttpStatus.FORBIDDEN: illnesses.EAS_DISABLED,
    HttpStatus.BLOCKED: illnesses.ACCOUNT_LOCKED,
    HttpStatus.EXPIRED_PASSWORD: illnesses.PASSWORD_EXPIRED,
}
"""Statuses that take the password and say why the user is not let in all the same (MS-ASHTTP 2.2.2.1.1)."""


async def examine(bedside: Bedside) -> LoggedIn | None:
    """Try each form of the name once, until one is taken."""
    password = bedside.complaint.password
    if password is None:
        raise NotReached("no password was given")
    endpoint = bedside.fact(Endpoint)
    if endpoint.schemes and "basic" not in endpoint.schemes:
        raise NotReached("the server takes no password (Basic authentication)")
    why_not = bedside.complaint.why_not(bedside.host.name)
    if why_not:
        raise NotReached(why_not)
    refusal: Answer | None = None
    try:
        for form in forms(bedside.complaint, password):
            answer, refused = await _tried(bedside, bedside.attempts, form.login, endpoint)
            if not refused:
                return _taken(bedside, form, answer)
            refusal = answer
            if _behind(bedside, answer):
                break  # whose log-in was taken in front needs no other form
    except Unanswered as error:
        raise NotReached(error.why.value) from None
    except NotReached:
        if refusal is None and not bedside.attempts.refused:
            raise
    _explain(bedside, refusal)
    return None


def forms(complaint: Complaint, password: Secret) -> Iterator[Form]:
    """The forms of a log-in in the order in which they are tried, each once."""
    local = complaint.address.rpartition("@")[0]
    plain = complaint.user or complaint.address
    if complaint.domain is not None:
        bare = plain.rpartition("@")[0] or plain
        yield Form(Login(f"{complaint.domain}\\{bare}", password), None)
        yield Form(Login(plain, password), illnesses.DOMAIN_UNWANTED)
        return
    yield Form(Login(plain, password), None)
    if _only_latin1(password):
        yield Form(Login(plain, password, "latin-1"), illnesses.LATIN1_PASSWORD)
    if complaint.user is None:
        yield Form(Login(local, password), illnesses.NAME_NEEDED)
        # What Active Directory calls a domain by default is the first label of its name.
        guess = complaint.mail_domain.partition(".")[0].upper()
        yield Form(Login(f"{guess}\\{local}", password), illnesses.DOMAIN_NEEDED)


def _only_latin1(password: Secret) -> bool:
    text = password.reveal()
    try:
        return text.encode("latin-1") != text.encode()
    except UnicodeEncodeError:
        return False


async def _tried(
    bedside: Bedside, attempts: Attempts, login: Login, endpoint: Endpoint
) -> tuple[Answer, bool]:
    """What OPTIONS answers, or what the command does that is refused; and whether the log-in was refused.

    Some servers answer OPTIONS to anybody, so a command is asked, too.
    """
    complaint = bedside.complaint
    offer = await attempts.ask(complaint, login, "OPTIONS", endpoint.url)
    if offer.status == HttpStatus.UNAUTHORIZED:
        return offer, True
    url, headers, body = probe_of(endpoint.url, login.user, offer.headers.get(PROTOCOL_VERSIONS, ""))
    answer = await attempts.ask(complaint, login, "POST", url, headers=headers, body=body)
    if answer.status == HttpStatus.UNAUTHORIZED:
        return answer, True
    return (offer if answer.status == HttpStatus.OK else _with_offer(answer, offer)), False


def _with_offer(answer: Answer, offer: Answer) -> Answer:
    """The status of the command with what OPTIONS said."""
    return Answer(answer.status, offer.headers, answer.body, answer.seconds)


def _taken(bedside: Bedside, form: Form, answer: Answer) -> LoggedIn | None:
    """The password was taken; whether the user is let in is the status's to say."""
    user = form.login.user
    bedside.note(f"as {'the address' if user == bedside.complaint.address else user}")
    told = TOLD.get(answer.status)
    if told is not None:
        bedside.find(told, user=user, told=f"HTTP {answer.status}")
        return None
    if answer.status >= HttpStatus.INTERNAL_SERVER_ERROR:
        bedside.find(illnesses.SERVER_FAILS, status=answer.status)
        return None
    if form.illness is not None:
        bedside.find(form.illness, user=user, domain=bedside.complaint.domain or "")
    return LoggedIn(
        form.login,
        _listed(answer.headers.get(PROTOCOL_VERSIONS, "")),
        _listed(answer.headers.get(PROTOCOL_COMMANDS, "")),
        dict(answer.headers),
    )


def _explain(bedside: Bedside, refusal: Answer | None) -> None:
    """Why the log-in was refused, as far as the server says."""
    told = ""
    if refusal is not None:
        told = " ".join((*refusal.headers.values(), refusal.text[:MAXIMUM_HINT]))
    user = bedside.complaint.user or bedside.complaint.address
    illness = next((one for pattern, one in HINTS if pattern.search(told)), None)
    if illness is None and refusal is not None and (schemes := _behind(bedside, refusal)):
        bedside.find(illnesses.REFUSED_BEHIND, user=user, schemes=schemes)
        return
    bedside.find(illness or illnesses.PASSWORD_WRONG, user=user)


def _behind(bedside: Bedside, refusal: Answer) -> str:
    """What a server behind the endpoint asks for, where it is not the endpoint that refuses; else empty.

    The endpoint takes the log-in for OPTIONS, which it gives to nobody without, and the refusal of the
    command does not ask for a log-in as the endpoint asks strangers.
    """
    endpoint = bedside.fact(Endpoint)
    if not endpoint.guards_options or not bedside.attempts.was_taken(endpoint.url):
        return ""
    schemes = ", ".join(schemes_of(refusal)) or "nothing at all"
    return schemes if challenges_of(refusal) != endpoint.challenges else ""


def _listed(value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split(",") if one.strip())


CHECK: Final = Check(
    id="log-in",
    title="Log in",
    section=Section.LOGIN,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Trusted, Endpoint),
    yields=LoggedIn,
    finds=(
        illnesses.ACCOUNT_LOCKED,
        illnesses.PASSWORD_EXPIRED,
        illnesses.EAS_DISABLED,
        illnesses.APP_PASSWORD_NEEDED,
        illnesses.OAUTH_DEMANDED,
        illnesses.REFUSED_BEHIND,
        illnesses.DOMAIN_UNWANTED,
        illnesses.PASSWORD_WRONG,
        illnesses.SERVER_FAILS,
        illnesses.DOMAIN_NEEDED,
        illnesses.NAME_NEEDED,
        illnesses.LATIN1_PASSWORD,
    ),
)
