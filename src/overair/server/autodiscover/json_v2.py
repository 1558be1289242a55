"""Autodiscover in JSON, without a log-in: the same answer for every address that is not elsewhere."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from overair.protocol.autodiscover.json_v2 import (
    CONTENT_TYPE,
    NO_ADDRESS,
    Found,
    Protocol,
    Question,
    QuestionRefused,
    Refusal,
    read_question,
)
from overair.protocol.autodiscover.names import InvalidName, address_key, domain_of
from overair.protocol.autodiscover.pox import Redirect
from overair.protocol.autodiscover.site import JSON_PATH, Site, read_site
from overair.protocol.http import HttpStatus
from overair.server.autodiscover.exchange import Answer, Exchange, redirect_to, require_method


async def serve(exchange: Exchange) -> Answer:
    """Answer a client that asks in JSON."""
    require_method(exchange, "GET", "HEAD")
    try:
        question = read_question(exchange.path, exchange.query)
        address_key(question.address)
    except QuestionRefused as error:
        return _refusal(error.refusal)
    except InvalidName:
        return _refusal(NO_ADDRESS)
    redirect = exchange.finding.redirect(question.address)
    if redirect is not None:
        return redirect_to(_elsewhere(question, redirect))
    return _json(Found(question.protocol, _url(question.protocol, exchange.site)))


def _url(protocol: Protocol, site: Site) -> str:
    return site.eas_url if protocol is Protocol.ACTIVE_SYNC else site.autodiscover_url


def _elsewhere(question: Question, redirect: Redirect) -> str:
    """The same question at the Autodiscover where the address is, or in the domain where it is."""
    if redirect.url:
        return f"{read_site(redirect.url).base}{JSON_PATH}?{question.to_query()}"
    moved = msgspec.structs.replace(question, address=redirect.address)
    return f"https://autodiscover.{quote(domain_of(redirect.address))}{JSON_PATH}?{moved.to_query()}"


def _refusal(refusal: Refusal) -> Answer:
    return _json(refusal, HttpStatus.BAD_REQUEST, refusal.error_code)


def _json(value: Found | Refusal, status: int = HttpStatus.OK, reason: str = "") -> Answer:
    return Answer(status, msgspec.json.encode(value), CONTENT_TYPE, reason=reason)
