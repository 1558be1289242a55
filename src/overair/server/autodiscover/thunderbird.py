"""The file of Thunderbird, without a log-in: what the settings offer beside EAS, the same for everybody."""

from __future__ import annotations

from overair.protocol.autodiscover.autoconfig import write_config
from overair.protocol.autodiscover.names import InvalidName, domain_of
from overair.protocol.autodiscover.pox import CONTENT_TYPE
from overair.protocol.http import HttpStatus
from overair.server.autodiscover.exchange import Answer, Exchange, require_method
from overair.server.responses import HttpError


async def serve(exchange: Exchange) -> Answer:
    """The file for an address's domain, or for the server's own; not found where there is nothing in it."""
    require_method(exchange, "GET", "HEAD")
    address = exchange.parameter("emailaddress")
    if not exchange.finding.services or exchange.finding.redirect(address) is not None:
        raise HttpError(HttpStatus.NOT_FOUND, "nothing is offered for the address")
    try:
        domain = domain_of(address)
    except InvalidName:
        domain = exchange.services.settings.domain
    return Answer(body=write_config(domain, exchange.finding.services), content_type=CONTENT_TYPE)
