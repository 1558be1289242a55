"""What is counted and timed, for Prometheus.

One process is one server: what is counted stands here, what is looked up when somebody asks is in
server/monitoring.py. Labels have few values, none of which a client chooses: no user, device or address.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

WORK_SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SHORT_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)

REQUESTS: Final = Counter(
    "overair_requests",
    "Requests answered, by command, protocol version, HTTP status and the command's own status.",
    ("command", "version", "http_status", "status"),
    registry=REGISTRY,
)
REQUEST_SECONDS: Final = Histogram(
    "overair_request_seconds",
    "Seconds from a request's head to the end of its answer, without those in which it waited for changes.",
    ("command",),
    buckets=WORK_SECONDS,
    registry=REGISTRY,
)
PUSH_SECONDS: Final = Histogram(
    "overair_push_seconds",
    "Seconds from the commit of a change to the end of the answer of a request that waited for it.",
    buckets=WORK_SECONDS,
    registry=REGISTRY,
)
CLIENTS_GONE: Final = Counter(
    "overair_clients_gone",
    "Requests whose client closed the connection before it was answered.",
    registry=REGISTRY,
)
DELIVERIES: Final = Counter(
    "overair_deliveries",
    "Recipients of messages, by the way to them and what came of an attempt.",
    ("way", "result"),
    registry=REGISTRY,
)
DATABASE_SECONDS: Final = Histogram(
    "overair_database_seconds",
    "Seconds of a transaction, those in which it waits for its turn and for the disk included.",
    ("kind",),
    buckets=SHORT_SECONDS,
    registry=REGISTRY,
)
WAITING: Final = Gauge(
    "overair_waiting_requests", "Ping and Sync requests that wait for a change.", registry=REGISTRY
)
QUEUED: Final = Gauge("overair_queue_messages", "Messages on their way out.", registry=REGISTRY)
QUEUED_SECONDS: Final = Gauge(
    "overair_queue_oldest_seconds", "Age of the oldest message on its way out.", registry=REGISTRY
)
CERTIFICATE_DAYS: Final = Gauge(
    "overair_certificate_expiry_days",
    "Days until the server's certificate expires; negative when it has, absent without TLS.",
    ("subject",),
    registry=REGISTRY,
)
INFORMATION: Final = Gauge(
    "overair_info", "The release that runs; always 1.", ("version",), registry=REGISTRY
)


def request_answered(
    command: str, version: str, http_status: int, status: object, seconds: float, pushed: float | None
) -> None:
    """Count and time a request.

    ``status`` is the command's own, "" for none. ``seconds`` are those without waiting; ``pushed`` is how
    long the change was known that ended a wait, None where no change did.
    """
    _requests(command, version, http_status, status).inc()
    _seconds_of(command).observe(seconds)
    if pushed is not None:
        PUSH_SECONDS.observe(pushed)


@cache
def _requests(command: str, version: str, http_status: int, status: object) -> Counter:
    """The counter of some labels; to find it by itself costs more than to count."""
    return REQUESTS.labels(command, version, http_status, status)


@cache
def _seconds_of(command: str) -> Histogram:
    return REQUEST_SECONDS.labels(command)


DELIVERED: Final = "delivered"
DEFERRED: Final = "deferred"
"""It is tried again."""
REFUSED: Final = "refused"
READ_SECONDS: Final = DATABASE_SECONDS.labels("read")
WRITE_SECONDS: Final = DATABASE_SECONDS.labels("write")
