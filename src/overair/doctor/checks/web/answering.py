"""Does the endpoint answer at all?"""

from __future__ import annotations

import asyncio
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.hosts import Server
from overair.doctor.facts.tls import Encrypted
from overair.doctor.facts.web import Greeting
from overair.doctor.greeting import front_of, nature_of, product_of
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Answer, Unanswered, Why, ask
from overair.doctor.phone import probe_of

SILENT: Final = Illness(
    id="endpoint-silent",
    severity=Severity.BREAKS,
    says="{host} takes the connection and the request of a phone, and then says nothing ({why}).",
    cure="Look at the log of the web server on {host} for POST {path}: the program behind it hangs or dies "
    "while it answers. Restart it, and give the proxy in front a time-out that names it when it does not "
    "answer.",
    cures={
        Product.EXCHANGE: "Restart the application pool: Restart-WebAppPool MSExchangeSyncAppPool, then "
        "Test-ServiceHealth on the server; the Application log says why it hung.",
        Product.OVERAIR: "Look at /readyz and at the log of overair serve; restart the service.",
    },
)


OFFERED: Final = "14.1"
"""The version that is asked in before the server has said which it speaks."""


async def _options(bedside: Bedside, url: str) -> Answer | None:
    try:
        return await ask(bedside.complaint, "OPTIONS", url)
    except Unanswered:
        return None  # what that means depends on what becomes of the POST; a check of its own says it


async def _examine(bedside: Bedside) -> Greeting | None:
    server = bedside.fact(Server)
    url = f"https://{server.host.authority}{server.path}"
    target, headers, body = probe_of(url, bedside.complaint.address, OFFERED)
    posted = ask(bedside.complaint, "POST", target, headers=headers, body=body)
    options, post = await asyncio.gather(_options(bedside, url), posted, return_exceptions=True)
    if isinstance(post, Unanswered) and post.why is Why.NAME:
        # It had one for the handshake a moment ago: the name server falters, not the endpoint.
        raise NotReached(post.why.value)
    if isinstance(post, Unanswered):
        why = post.why if post.why is not Why.LATE else f"not within {post.seconds:.0f} seconds"
        bedside.find(SILENT, why=why, path=server.path)
        return None
    if isinstance(post, BaseException):
        raise post
    if isinstance(options, BaseException):
        raise options
    bedside.note(f"POST: HTTP {post.status}, {nature_of(url, post)}")
    bedside.note(f"OPTIONS: {f'HTTP {options.status}' if options is not None else 'no answer'}")
    return Greeting(url, post, options, product_of(options, post), front_of(post, options))


CHECK: Final = Check(
    id="endpoint-answering",
    title="Does the endpoint answer?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Server, Encrypted),
    yields=Greeting,
    finds=(SILENT,),
)
