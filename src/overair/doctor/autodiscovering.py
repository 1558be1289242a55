"""One question to Autodiscover, and what its answer is; for the checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yarl import URL

from overair.doctor.attempts import REFUSALS_OF_AUTODISCOVER, Login
from overair.doctor.bedside import Bedside
from overair.doctor.complaint import Complaint
from overair.doctor.network.web import Answer, ask
from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import Failure, Redirect, Request, Schema, Settings
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH
from overair.protocol.autodiscover.xml import InvalidXml, children, local_name, namespace, parse
from overair.protocol.http.responses import LOCATION

WEB_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
REDIRECTS: Final = WEB_REDIRECTS | {451}
MAXIMUM_REDIRECTS: Final = 5
MAXIMUM_URL: Final = 200
"""Characters of a URL that are told."""
HEADERS: Final = {"Content-Type": "text/xml; charset=utf-8", "Accept": "text/xml"}
_PAGE: Final = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BEGINNING: Final = 2048
"""Bytes that tell what a body is."""
_XML: Final = re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml|autodiscover)\b", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:^|,)\s*([a-z][a-z0-9-]*)(?=\s|,|$)(?!\s*=)", re.IGNORECASE)
_ONCE: Final = re.compile(r'\b(nonce|opaque)="[^"]*"', re.IGNORECASE)


class Kind(StrEnum):
    """What an answer is."""

    SETTINGS = "the URL of a server"
    ELSEWHERE = "another address or URL to ask"
    FAILURE = "an error of Autodiscover"
    WRONG_SCHEMA = "an answer in the schema of Outlook"
    NO_SERVER = "an answer that names no server of MobileSync"
    MALFORMED = "something that is no XML of Autodiscover"
    PAGE = "a web page"
    LOG_IN = "the question for a log-in"
    REDIRECT = "a redirect"
    STATUS = "another status of HTTP"


@dataclass(frozen=True)
class Said:
    """The answer to one question."""

    url: str
    kind: Kind
    status: int
    schemes: tuple[str, ...] = ()
    location: URL | None = None
    """Absolute; where a redirect leads to."""
    answer: pox.Answer | None = None

    @property
    def code(self) -> str:
        """The number of an error of Autodiscover."""
        if not isinstance(self.answer, Failure):
            return ""
        return str(self.answer.code if self.answer.code is not None else self.answer.status)


class Stop(StrEnum):
    """Why redirects are not followed to an answer."""

    OUTSIDE = "it leads to a host that may not be told the password"
    LOOP = "it leads round in a circle"
    OPEN = "it leads to http://"
    NOWHERE = "it leads to what is no URL"
    ADDRESS_LOOP = "its addresses lead round in a circle"
    ADDRESS = "it leads to an address of another domain"


@dataclass(frozen=True)
class Followed:
    """A question with the redirects that it was led over, the last answer last."""

    trail: tuple[Said, ...]
    stop: Stop | None = None

    @property
    def last(self) -> Said:
        """The answer at which it ended."""
        return self.trail[-1]


def login_of(complaint: Complaint) -> Login | None:
    """The log-in in the form that the user gave; None without a password."""
    if complaint.password is None:
        return None
    user = complaint.user or complaint.address
    if complaint.domain is not None and not set("@\\") & set(user):
        user = f"{complaint.domain}\\{user}"
    return Login(user, complaint.password)


class _Trail:
    """The way of one question: what was asked, and where to ask next."""

    def __init__(self, complaint: Complaint, url: str, *, secret: bool) -> None:
        self.url, self.address = url, complaint.address
        self.said: list[Said] = []
        self._complaint = complaint
        self._secret = secret
        self._seen: set[tuple[str, str]] = set()

    def goes_on(self, said: Said) -> Stop | None:
        """Take an answer that leads elsewhere; says why there is no next question."""
        self.said.append(said)
        self._seen.add((self.url, self.address))
        if isinstance(said.answer, Redirect) and said.answer.address:
            return self._to_address(said.answer.address.strip().lower())
        return self._to_url(said.location)

    def _to_address(self, address: str) -> Stop | None:
        domain = address.rpartition("@")[2]
        url = self.url
        if domain != self.address.rpartition("@")[2]:
            url = f"https://autodiscover.{domain}{AUTODISCOVER_PATH}"
        if any(address == asked for _, asked in self._seen):
            return Stop.ADDRESS_LOOP
        if self._secret and domain != self._complaint.mail_domain:
            return Stop.ADDRESS
        self.url, self.address = url, address
        return None

    def _to_url(self, target: URL | None) -> Stop | None:
        if target is None:
            return Stop.NOWHERE
        if (str(target), self.address) in self._seen or len(self.said) > MAXIMUM_REDIRECTS:
            return Stop.LOOP
        if target.scheme != "https":
            return Stop.OPEN
        if not self._complaint.may_tell(target.host or ""):
            return Stop.OUTSIDE
        self.url = str(target)
        return None


async def follow(bedside: Bedside, url: str, login: Login | None = None) -> Followed:
    """Put a phone's question to a URL, and to those that it redirects to where they may be told the password.

    An address of another domain is asked for without a log-in alone. Raises Unanswered, of the last URL;
    NotReached where too many log-ins were refused.
    """
    trail = _Trail(bedside.complaint, url, secret=login is not None)
    while True:
        said = await ask_xml(bedside, trail.url, login, trail.address)
        if said.kind not in (Kind.REDIRECT, Kind.ELSEWHERE):
            return Followed((*trail.said, said))
        stop = trail.goes_on(said)
        if stop is not None:
            return Followed(tuple(trail.said), stop)


async def ask_xml(bedside: Bedside, url: str, login: Login | None = None, address: str | None = None) -> Said:
    """Put a phone's question to one URL, for the complaint's address unless another is given.

    Raises Unanswered, KeptSecret, NotReached.
    """
    complaint = bedside.complaint
    body = pox.write_request(Request(address or complaint.address, Schema.MOBILE_SYNC))
    if login is None:
        return read(url, await ask(complaint, "POST", url, headers=HEADERS, body=body))
    answer = await bedside.attempts.ask(
        complaint, login, "POST", url, limit=REFUSALS_OF_AUTODISCOVER, headers=HEADERS, body=body
    )
    return read(url, answer)


def schemes_of(answer: Answer) -> tuple[str, ...]:
    """The schemes of WWW-Authenticate in lower case, in their order."""
    found: dict[str, None] = {}
    for value in answer.headers.getall("WWW-Authenticate", ()):
        # What stands in quotes may hold anything, commas and words before them too.
        for scheme in _SCHEME.findall(re.sub(r'"(?:[^"\\]|\\.)*"', '""', value)):
            found[scheme.lower()] = None
    return tuple(found)


def challenges_of(answer: Answer) -> frozenset[str]:
    """The values of WWW-Authenticate, without what is another one in each answer."""
    return frozenset(_ONCE.sub("", value) for value in answer.headers.getall("WWW-Authenticate", ()))


def is_page(answer: Answer) -> bool:
    """Whether a body is HTML, whatever its type says."""
    if _PAGE.search(answer.body[:_BEGINNING]) is not None:
        return True
    # Not a few servers call their XML text/html.
    typed = answer.headers.get("Content-Type", "").lower().startswith("text/html")
    return typed and bool(answer.body.strip()) and _XML.match(answer.body) is None


def led_to(url: str, answer: Answer) -> URL | None:
    """The absolute URL of a redirect; None where it has none that is one."""
    return _absolute(url, answer.headers.get("Location") or answer.headers.get(LOCATION) or "")


def _absolute(url: str, location: str) -> URL | None:
    if not location:
        return None
    try:
        said = URL(location)
        target = URL(url).join(said)
    except ValueError:
        return None
    if said.scheme and not said.host:  # https:///path, of which a join would make the host that said it
        return None
    return target if target.scheme in ("http", "https") and target.host else None


def read(url: str, answer: Answer) -> Said:
    """What an answer is."""
    if answer.status in REDIRECTS:
        return Said(url, Kind.REDIRECT, answer.status, location=led_to(url, answer))
    if answer.status == 401:
        return Said(url, Kind.LOG_IN, answer.status, schemes_of(answer))
    if answer.status != 200:
        return Said(url, Kind.STATUS, answer.status)
    if is_page(answer):
        return Said(url, Kind.PAGE, answer.status)
    try:
        said = pox.read_answer(answer.body)
    except InvalidXml:
        return Said(url, _unreadable(answer.body), answer.status)
    location = _absolute(url, said.url) if isinstance(said, Redirect) else None
    return Said(url, _KINDS[type(said)], answer.status, location=location, answer=said)


_KINDS: Final = {Settings: Kind.SETTINGS, Redirect: Kind.ELSEWHERE, Failure: Kind.FAILURE}


def _unreadable(body: bytes) -> Kind:
    """What is wrong with XML that names no server."""
    try:
        root = parse(body)
    except InvalidXml:
        return Kind.MALFORMED
    response = next(children(root, "Response"), None)
    if local_name(root) != "Autodiscover" or response is None:
        return Kind.MALFORMED
    return Kind.WRONG_SCHEMA if namespace(response) == Schema.OUTLOOK.response else Kind.NO_SERVER
