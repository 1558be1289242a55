"""Which versions and commands does the server offer?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.login import illnesses
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.versions import SERVED, Version

INDISPENSABLE: Final = ("FolderSync", "Sync", "Ping", "Provision")
MAXIMUM_SHOWN: Final = 120


async def examine(bedside: Bedside) -> Spoken | None:
    """Compare what is offered with what phones know."""
    offered = bedside.fact(LoggedIn)
    if not offered.versions:
        bedside.find(illnesses.VERSIONS_MISSING)
        return None
    shown = ", ".join(offered.versions)[:MAXIMUM_SHOWN]
    bedside.note(shown)
    known = [version for version in Version if version.text in offered.versions]
    missing = [name for name in INDISPENSABLE if offered.commands and name not in offered.commands]
    if missing:
        bedside.find(illnesses.COMMANDS_MISSING, commands=", ".join(missing))
    if not known or max(known) < Version.V12_1:
        bedside.find(illnesses.VERSIONS_TOO_OLD, versions=known[-1].text if known else shown)
    elif max(known) < Version.V14_0:
        bedside.find(illnesses.VERSIONS_OLD, versions=known[-1].text)
    elif min(known) > Version.V14_1:
        bedside.find(illnesses.VERSIONS_TOO_NEW, versions=known[0].text)
    common = [version for version in known if version in SERVED]
    return Spoken(common[-1]) if common else None


CHECK: Final = Check(
    id="versions",
    title="Compare the protocol versions",
    section=Section.LOGIN,
    scope=Scope.SERVER,
    examine=examine,
    needs=(LoggedIn,),
    yields=Spoken,
    finds=(
        illnesses.VERSIONS_MISSING,
        illnesses.VERSIONS_TOO_OLD,
        illnesses.COMMANDS_MISSING,
        illnesses.VERSIONS_OLD,
        illnesses.VERSIONS_TOO_NEW,
    ),
)
