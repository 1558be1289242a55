"""``python -m tools.device_tables``: write the tables of docs/doctor/devices.md from the doctor's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from overair.doctor.certificates.stores import store
from overair.doctor.checks import CHECKS
from overair.doctor.checks.tls.versions import called
from overair.doctor.devices.demands import DEMANDS, Demands
from overair.doctor.devices.device import EVERY, Device
from overair.doctor.devices.policies import OBEDIENCE
from overair.doctor.devices.profiles import PROFILES
from overair.doctor.facts.hosts import Method
from overair.doctor.illness import Illness, Severity

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "doctor" / "devices.md"
NONE: Final = "none"
UNSAID: Final = "not published"
_CASE: Final = {True: "lower case", False: "capitals", None: UNSAID}
_YES: Final = {True: "yes", False: "no", None: UNSAID}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or NONE


def _of_each(columns: Mapping[str, Iterable[str]]) -> str:
    rows = zip((f"`{device}`" for device in Device), *columns.values(), strict=True)
    return _table(["", *columns], rows)


def devices() -> str:
    """What is meant by each word."""
    profiles = [PROFILES[device] for device in Device]
    pages = (f"[{one.called}](../devices/{one.page}.md)" for one in profiles)
    return _of_each({"is": pages})


def finding() -> str:
    """Where each looks."""
    profiles = [PROFILES[device] for device in Device]
    return _of_each(
        {
            "looks at, in this order": (_listed(f"`{one}`" for one in each.methods) for each in profiles),
            "perhaps at": (
                _listed(f"`{one}`" for one in Method if one in each.perhaps_methods) for each in profiles
            ),
            "asks first": ("JSON, then XML" if each.json else "XML" for each in profiles),
            "writes the path in": (_CASE[each.lower_case] for each in profiles),
        }
    )


def trusting() -> str:
    """What each demands of TLS."""
    demands = [DEMANDS[device] for device in Device]
    return _of_each(
        {
            "TLS": (_listed(called(one) for one in each.versions) for each in demands),
            "perhaps": (_listed(called(one) for one in each.perhaps_versions) for each in demands),
            "roots": (_roots(each) for each in demands),
            "fetches an intermediate": (_YES[each.fetches_issuers] for each in demands),
            "keys": (
                f"RSA of {each.minimum_rsa} bits{' or EC' if each.elliptic else ''}" for each in demands
            ),
            "refuses signatures with": (
                _listed(one.upper() for one in sorted(each.refused_hashes)) for each in demands
            ),
            "alternative names": (_YES[each.alternative_names] for each in demands),
            "says the name (SNI)": (_YES[each.says_name] for each in demands),
            "the purpose, and days at most": (
                f"{_YES[each.purpose]}, {each.days or NONE}" for each in demands
            ),
        }
    )


def _roots(demands: Demands) -> str:
    name = store(demands.store).called if demands.store is not None else "its list is not at hand"
    return name if demands.installs_roots else f"{name}; no private ones"


def speaking() -> str:
    """How each logs in, and what it speaks."""
    profiles = [PROFILES[device] for device in Device]
    return _of_each(
        {
            "password": (each.encoding.upper() if each.encoding else UNSAID for each in profiles),
            "OAuth, at Microsoft": (_YES[each.oauth] for each in profiles),
            "speaks": (_listed(one.text for one in sorted(each.versions)) for each in profiles),
            "perhaps": (_listed(one.text for one in sorted(each.perhaps_versions)) for each in profiles),
        }
    )


def policies() -> str:
    """What each keeps."""
    keeps = (_listed(f"`{one}`" for one in sorted(OBEDIENCE[device].keeps)) for device in Device)
    cannot = (_listed(f"`{one}`" for one in sorted(OBEDIENCE[device].cannot)) for device in Device)
    return _of_each({"keeps": keeps, "cannot keep": cannot})


def illnesses() -> str:
    """Those that are not the same to all."""
    rows = (
        [
            f"[{one.id}]({check}.md#{one.id})",
            one.severity.name.lower(),
            _some(one.hits),
            _some(one.hits if one.severity is Severity.BREAKS else one.breaks),
        ]
        for check, one in _partial()
    )
    return _table(["illness", "in general", "concerns", "gets no further"], rows)


def _partial() -> Iterator[tuple[str, Illness]]:
    for check in CHECKS:
        for one in check.finds:
            breaks = one.breaks and one.severity is not Severity.BREAKS
            if one.hits != EVERY or breaks:
                yield check.id, one


def _some(kinds: frozenset[Device]) -> str:
    return "every kind" if kinds == EVERY else _listed(f"`{one}`" for one in Device if one in kinds)


TABLES: Final = {
    "devices": devices,
    "finding": finding,
    "trusting": trusting,
    "speaking": speaking,
    "policies": policies,
    "illnesses": illnesses,
}
"""By the comment that stands before and after each in the page."""


def filled(text: str) -> str:
    """A page with its tables as they are now. Raises LookupError for a comment that is missing."""
    for name, table in TABLES.items():
        mark = f"<!-- {name} -->"
        if text.count(mark) != 2:
            raise LookupError(f"{PAGE.name} has to have {mark} twice")
        before, _, rest = text.partition(mark)
        _, _, after = rest.partition(mark)
        text = f"{before}{mark}\n{table()}\n{mark}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
