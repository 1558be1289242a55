"""Do answers come at once?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.web import Endpoint, Greeting
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Unanswered, ask

HELD: Final = Illness(
    id="answers-held-back",
    severity=Severity.IMPAIRS,
    says="Every answer of {host} comes {seconds} seconds late, even the one that only asks for a log-in: "
    "something in front buffers, scans or slows down what passes.",
    cure="Take /Microsoft-Server-ActiveSync out of the scanning, buffering and rate limiting of what stands "
    "in front.",
    cures={
        Product.NGINX: "Take limit_req (without nodelay it holds requests back) and auth_delay off the "
        "location of /Microsoft-Server-ActiveSync; proxy_buffering off; where large answers come late.",
        Product.APACHE: "Take mod_ratelimit, mod_buffer and mod_reqtimeout's long bodies off the location; "
        "no SetOutputFilter there.",
        Product.HAPROXY: "Take tcp-request inspect-delay with WAIT_END, and tarpit rules, off the frontend.",
        Product.IIS: "Look at the queue of the application pool and at ARR: response buffer threshold 0 for "
        "this path.",
        Product.EXCHANGE: "Look at the queue of MSExchangeSyncAppPool and at domain controllers that answer "
        "slowly; take scanning of HTTPS in the firewall off this host.",
    },
)


async def _examine(bedside: Bedside) -> None:
    greeting = bedside.fact(Greeting)
    seconds = [one.seconds for one in (greeting.post, greeting.options) if one is not None]
    late = bedside.surroundings.late_seconds
    if min(seconds) >= late:
        try:
            seconds.append((await ask(bedside.complaint, "OPTIONS", greeting.url)).seconds)
        except Unanswered as error:
            raise NotReached(error.why.value) from error
    fastest = min(seconds)
    bedside.note(f"{fastest:.1f} s")
    if fastest >= late:
        bedside.find(HELD, seconds=f"{fastest:.1f}")


CHECK: Final = Check(
    id="endpoint-delay",
    title="Do answers come at once?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting, Endpoint),
    finds=(HELD,),
)
