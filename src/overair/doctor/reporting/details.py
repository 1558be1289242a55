"""What the details of findings hold, by their names, which mean the same in every illness.

An anonymous report shows the doctor's own words and nothing that others have called something; a detail
that is in none of the sets counts as theirs.
"""

from __future__ import annotations

from typing import Final

OWN: Final = frozenset(
    (
        "asked",
        "commands",
        "count",
        "days",
        "ends",
        "evidence",
        "family",
        "folders",
        "group",
        "hash",
        "having",
        "how",
        "key",
        "kind",
        "lacking",
        "meaning",
        "minutes",
        "more",
        "most",
        "old",
        "other",
        "outcome",
        "passing",
        "policies",
        "port",
        "reason",
        "said",
        "seconds",
        "service",
        "size",
        "starts",
        "state",
        "status",
        "store",
        "stores",
        "though",
        "today",
        "told",
        "variable",
        "webmail",
        "what",
        "when",
        "why",
        "witnesses",
    )
)
"""Numbers, dates, and what the doctor words itself, in which names and addresses of hosts may stand."""
QUOTED: Final = frozenset(
    (
        "address",
        "addresses",
        "autodiscover",
        "bad",
        "base",
        "better",
        "code",
        "domain",
        "fails",
        "first",
        "found",
        "good",
        "here",
        "host",
        "inside",
        "issuer",
        "json",
        "last",
        "location",
        "name",
        "names",
        "outside",
        "page",
        "path",
        "proxy",
        "record",
        "relay",
        "root",
        "schemes",
        "server",
        "servers",
        "silent",
        "target",
        "there",
        "trail",
        "url",
        "user",
        "versions",
        "who",
        "wildcard",
        "works",
        "xml",
    )
)
"""What somebody else has called something, or has answered."""
MARKS: Final = frozenset(("device", "fingerprint"))
"""What one thing alone in the world has."""
