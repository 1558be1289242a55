"""Autodiscover in XML, by POST and by GET: "plain old XML"."""

from __future__ import annotations

from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import Failure, Redirect, Schema
from overair.server.autodiscover.exchange import Answer, Exchange, redirect_to, require_method
from overair.server.autodiscover.finding import Finding
from overair.server.autodiscover.questions import Question, write


async def serve(exchange: Exchange) -> Answer:
    """Answer a client that asks in XML, or without a body: then the log-in says for whom.

    Who is elsewhere hears so without a log-in, since nobody can log in here for an address that is
    elsewhere. Everybody else has to log in first, whatever the body says, so a stranger learns of no
    address whether anybody has it.
    """
    require_method(exchange, "GET", "HEAD", "POST")
    asked = Question(await exchange.body() if exchange.method == "POST" else b"")
    credentials = exchange.credentials
    address = asked.address or (credentials.login if credentials is not None else "")
    redirect = exchange.finding.redirect(address)
    if redirect is None:
        user = await exchange.user()
        return _document(exchange.finding, asked.schema, asked.answer(exchange.finding, user, exchange.site))
    if redirect.url and asked.schema is Schema.MOBILE_SYNC:  # which has no word for it
        return redirect_to(redirect.url)
    return _document(exchange.finding, asked.schema, redirect)


def _document(finding: Finding, schema: Schema, answer: pox.Answer) -> Answer:
    reason = ""
    if isinstance(answer, Failure):
        reason = f"error {answer.code}"
    elif isinstance(answer, Redirect):
        reason = "redirected"
    return Answer(body=write(finding, schema, answer), content_type=pox.CONTENT_TYPE, reason=reason)
