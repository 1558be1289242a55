"""What can be wrong with a waiting request."""

from __future__ import annotations

from typing import Final

from overair.doctor.illness import Illness, Product, Severity

TIMEOUTS: Final = {
    Product.NGINX: "proxy_read_timeout 3600s; proxy_send_timeout 3600s; in the location of "
    "/Microsoft-Server-ActiveSync, then nginx -s reload.",
    Product.APACHE: "ProxyPass … timeout=3600, or ProxyTimeout 3600; with PHP behind mod_proxy_fcgi the "
    "same, and FcgidIOTimeout with mod_fcgid.",
    Product.HAPROXY: "timeout client 3600s; timeout server 3600s; (and timeout tunnel) in the frontend and "
    "the backend of ActiveSync.",
    Product.IIS: "In Application Request Routing the proxy's time-out is 120 s: set it to 3600. In IIS: "
    "connectionTimeout of the site.",
}
PING_REFUSED: Final = Illness(
    id="ping-refused",
    severity=Severity.BREAKS,
    says="{host} takes no Ping ({told}): mail comes only when the phone looks for it.",
    cure="Look into the server's log at the time of this examination: whatever notices changes does not "
    "work.",
    cures={
        Product.Z_PUSH: "Look into z-push-error.log; with shared memory (semaphores) missing in PHP, Pings "
        "are refused.",
    },
)
CUT_BY_PROXY: Final = Illness(
    id="ping-cut-by-proxy",
    severity=Severity.IMPAIRS,
    says="A waiting Ping was answered with HTTP {status} after {minutes} minutes, before the {asked} that "
    "were asked for: a proxy in front of {host} waits no longer.",
    cure="Let the proxy in front wait an hour for the answer to /Microsoft-Server-ActiveSync.",
    cures=TIMEOUTS,
)
CUT_BY_CLOSING: Final = Illness(
    id="ping-cut-by-closing",
    severity=Severity.IMPAIRS,
    says="The connection of a waiting Ping was closed without an answer after {minutes} minutes, before the "
    "{asked} that were asked for: a proxy or load balancer in front of {host} waits no longer.",
    cure="Let every proxy and load balancer in front keep idle connections for an hour; common limits are 60 "
    "s, 4 minutes (Azure) and 350 s (AWS).",
    cures=TIMEOUTS,
)
CUT_BY_RESET: Final = Illness(
    id="ping-cut-by-reset",
    severity=Severity.IMPAIRS,
    says="The connection of a waiting Ping was reset after {minutes} minutes, before the {asked} that were "
    "asked for: a firewall or a load balancer on the way forgets idle connections.",
    cure="Raise the firewall's time-out for idle TCP sessions at port 443 to an hour, for connections to "
    "{host} at least.",
)
LOST: Final = Illness(
    id="ping-lost",
    severity=Severity.IMPAIRS,
    says="A waiting Ping of {asked} minutes was never answered: the connection is forgotten on the way (NAT "
    "or a firewall that drops silently) or {host} does not answer in time.",
    cure="Raise the time-out for idle TCP sessions of the firewall or NAT in front of {host} to an hour; and "
    "let the server limit heartbeats to what the path holds.",
    cures={
        Product.EXCHANGE: "The firewall's time-out for idle sessions must be longer than the longest "
        "heartbeat: MaxHeartbeatInterval in Sync's web.config.",
        Product.Z_PUSH: "Set PING_HIGHER_BOUND_LIFETIME in config.php below what the path holds.",
        Product.OVERAIR: "Set longest in [heartbeat] of overair.toml below what the path holds.",
    },
)
CUT_BY_SERVER: Final = Illness(
    id="ping-cut-by-server",
    severity=Severity.IMPAIRS,
    says="{host} itself ends Pings after {minutes} minutes though {asked} were asked for, so that phones use "
    "more of their battery.",
    cure="Let the server wait as long as the phone asks.",
    cures={
        Product.Z_PUSH: "max_execution_time of PHP and request_terminate_timeout of PHP-FPM end the request: "
        "3600 or 0.",
        Product.SOGO: "SOGoMaximumPingInterval in sogo.conf, in seconds: 3540.",
    },
)
CUTS: Final = (CUT_BY_PROXY, CUT_BY_CLOSING, CUT_BY_RESET, LOST, CUT_BY_SERVER)
