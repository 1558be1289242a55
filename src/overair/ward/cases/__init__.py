"""The cases, one module for those of a kind."""

from __future__ import annotations

from typing import Final

from overair.ward.case import Case
from overair.ward.cases import (
    autodiscover,
    autodiscover_answers,
    healthy,
    here,
    login,
    machine,
    names,
    oddities,
    ports,
    protocol,
    protocol_oddities,
    push,
    tls,
    tls_certificates,
    tls_names,
    tls_oddities,
    tls_protocol,
    tls_roots,
    tls_trust,
    versions,
    views,
    web,
    web_changes,
    web_login,
    web_oddities,
)

CASES: Final[tuple[Case, ...]] = (
    *healthy.CASES,
    *oddities.CASES,
    *machine.CASES,
    *here.CASES,
    *names.CASES,
    *views.CASES,
    *ports.CASES,
    *tls_oddities.CASES,
    *tls.CASES,
    *tls_protocol.CASES,
    *tls_certificates.CASES,
    *tls_names.CASES,
    *tls_trust.CASES,
    *tls_roots.CASES,
    *autodiscover.CASES,
    *autodiscover_answers.CASES,
    *web_oddities.CASES,
    *web.CASES,
    *web_login.CASES,
    *web_changes.CASES,
    *login.CASES,
    *versions.CASES,
    *protocol.CASES,
    *protocol_oddities.CASES,
    *push.CASES,
)
"""Every case, in the order of ``overair ward list``."""
