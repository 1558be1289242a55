"""Illnesses that often are but consequences, by what they are consequences of; for ``Illness.explains``."""

from __future__ import annotations

from typing import Final

CLOSED: Final = frozenset(("port-refused", "port-filtered", "host-unreachable"))
"""The port for HTTPS does not take connections."""
OTHER_PORTS: Final = frozenset(("other-port-open", "only-http-open", "only-smtp-open"))
"""Others do instead."""
NOT_TLS: Final = frozenset(("tls-cut", "tls-silent", "tls-not-spoken", "tls-plain-http"))
"""It takes them, and does not speak TLS."""
DISBELIEF: Final = frozenset(("certificate-not-believed",))
"""What this machine says of any certificate with something wrong."""
NOT_BELIEVED: Final = frozenset(("certificate-not-believed", "self-signed", "private-authority"))
OTHER_NAMES: Final = frozenset(
    ("name-mismatch", "name-internal", "name-netbios", "name-wildcard-apex", "name-wildcard-depth")
)
"""The certificate is for somebody else."""
SOMEBODY_ELSE: Final = NOT_BELIEVED | OTHER_NAMES | {"tls-name-refused"}
"""It speaks TLS, and shows the certificate of somebody else."""
WEB_SITE: Final = frozenset(
    (
        "login-page-in-front",
        "web-page-instead",
        "post-redirected",
        "autodiscover-web-page",
        "autodiscover-redirect-outside",
        "autodiscover-redirect-unencrypted",
    )
)
"""It answers as a web site does that knows nothing of EAS."""
NOTHING_KNOWN: Final = frozenset(("server-unknown", "autodiscover-missing"))
"""No server is found."""
