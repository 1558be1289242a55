"""The table of everything that is fuzzed."""

from __future__ import annotations

from typing import Final

from fuzz import (
    calendars,
    certificates,
    composed,
    conversation,
    discovering,
    edits,
    helpdesk,
    mail,
    making,
    meetings,
    people,
    plans,
    proxies,
    replies,
    reports,
    rich,
    seeking,
    stored,
    times,
    tnef,
    upstream_dav,
    upstream_imap,
    upstream_mail,
    web,
    wire,
)
from fuzz.target import Target

TARGETS: Final[dict[str, Target]] = {
    target.name: target
    for room in (
        wire,
        web,
        mail,
        rich,
        tnef,
        meetings,
        replies,
        composed,
        making,
        plans,
        people,
        calendars,
        edits,
        times,
        conversation,
        seeking,
        stored,
        proxies,
        discovering,
        certificates,
        helpdesk,
        reports,
        upstream_dav,
        upstream_imap,
        upstream_mail,
    )
    for target in room.TARGETS
}
