"""What went wrong between here and the authority, in one line that says what to do."""

from __future__ import annotations

from typing import Final

import josepy
import requests
from acme import errors, messages

LONGEST_DETAIL: Final = 300
"""Characters of what an authority says that are told."""

REMEDIES: Final = {
    "accountDoesNotExist": "remove account.key of this directory in tls/acme, a new account is made",
    "badCSR": "the authority refuses the key or the names: look at [tls] names",
    "caa": "let the authority into the CAA records of the domain",
    "connection": "the authority cannot connect: open and forward port {port} to this server",
    "dns": "publish A or AAAA records of the name that lead here",
    "dnssec": "mend the DNSSEC of the domain",
    "externalAccountRequired": "set tls.acme.eab_key_id and eab_key_file, which the authority gives you",
    "incorrectResponse": "something else answers on port {port} of the name: forward it to this server",
    "invalidContact": "look at tls.acme.email",
    "invalidEmail": "look at tls.acme.email",
    "rateLimited": "wait; the next attempt is made later by itself",
    "rejectedIdentifier": "the authority makes no certificates for the name: take it out of [tls] names",
    "serverInternal": "the authority has a failure; the next attempt is made by itself",
    "tls": "something else answers on port {port} of the name: forward it to this server without ending TLS",
    "unauthorized": "nothing, or something else, answers on port {port} of the name: forward it to here",
    "unsupportedContact": "look at tls.acme.email",
    "unsupportedIdentifier": "the authority certifies no addresses: take them out of [tls] names",
    "userActionRequired": "the authority asks you to do something: follow the address that it names",
}
"""By the type of an ACME error (RFC 8555, 6.7)."""

PORTS: Final = {"http-01": 80, "tls-alpn-01": 443}
FORESEEN: Final = (
    errors.Error,
    josepy.errors.Error,
    requests.RequestException,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
)
"""What the library raises, also over answers that are no ACME."""


def line(error: Exception, directory: str, challenge: str) -> str:
    """One of FORESEEN as a line."""
    if isinstance(error, messages.Error):
        return f"{directory} refuses: {_said(error, challenge)}"
    if isinstance(error, errors.ValidationError):
        failed = [_failed(one, challenge) for one in error.failed_authzrs]
        return f"{directory} could not make sure of {'; '.join(failed)}"
    if isinstance(error, errors.IssuanceError):
        return f"{directory} did not sign: {_said(error.error, challenge)}"
    if isinstance(error, errors.TimeoutError):
        return f"{directory} did not finish in time; the next attempt is made by itself"
    if isinstance(error, requests.exceptions.SSLError):
        return f"{directory} shows a certificate that is not trusted: name its authority in tls.acme.ca_file"
    if isinstance(error, requests.exceptions.Timeout):
        return f"{directory} does not answer"
    if isinstance(error, requests.exceptions.ConnectionError):
        return f"{directory} cannot be reached: look at this machine's network, DNS and firewall"
    if isinstance(error, requests.RequestException | OSError):
        return f"{directory} cannot be asked: {_short(str(error))}"
    return (
        f"{directory} does not answer as an ACME directory does ({type(error).__name__}): look at the address"
    )


def _failed(authorization: messages.AuthorizationResource, challenge: str) -> str:
    name = authorization.body.identifier.value
    said = [_said(one.error, challenge) for one in authorization.body.challenges if one.error is not None]
    return f"{name}: {said[0] if said else 'no reason is given'}"


def _said(error: messages.Error, challenge: str) -> str:
    """What the authority says, and what helps."""
    code = str(error.typ).rpartition(":")[2]
    detail = _short(error.detail or error.title or error.description or code)
    subproblems = [
        f"{one.identifier.value}: {_said(one, challenge)}"
        for one in error.subproblems or ()
        if one.identifier
    ]
    remedy = REMEDIES.get(code, "").format(port=PORTS[challenge])
    return "; ".join(filter(None, (f"{detail} ({code})", *subproblems[:5], remedy)))


def _short(text: str) -> str:
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST_DETAIL else f"{line[:LONGEST_DETAIL]}..."
