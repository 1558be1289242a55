"""Certificates that are out of date, weak, or not what they should be."""

from __future__ import annotations

from typing import Final

from overair.ward.case import Case, Program
from overair.ward.certificates import FOR_CLIENTS, INTERMEDIATE, LEAF, ROOT
from overair.ward.showing import showing
from overair.ward.site import NAMES

CASES: Final = (
    Case(
        id="expired",
        title="“Since Monday all phones say that they cannot check the identity of the server.”",
        illness="certificate-expired",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(NAMES, start=-100, end=-10)),
    ),
    Case(
        id="not-yet-valid",
        title="“We have put in the new certificate a few days early, to be on the safe side.”",
        illness="certificate-not-yet-valid",
        program=Program.HAPROXY,
        start=showing(lambda ward: ward.authority.issue(NAMES, start=5), Program.HAPROXY),
    ),
    Case(
        id="intermediate-expired",
        title="“Our certificate is good until next year, I have looked. And yet …”",
        illness="intermediate-expired",
        program=Program.APACHE,
        start=showing(lambda ward: ward.authority.issue(NAMES, above=(-400, -10)), Program.APACHE),
    ),
    Case(
        id="not-for-servers",
        title="“I have requested a certificate, and chose the template User.”",
        illness="certificate-not-for-servers",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(NAMES, purpose=FOR_CLIENTS)),
    ),
    Case(
        id="without-purpose",
        title="“Only the iPhones say no.”",
        illness="certificate-without-purpose",
        program=Program.APACHE,
        start=showing(lambda ward: ward.authority.issue(NAMES, purpose=None), Program.APACHE),
    ),
    Case(
        id="weak-key",
        title="“The old phones work. The new ones do not, and it cannot be us.”",
        illness="key-too-weak",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(NAMES, key="rsa1024"), old=True),
    ),
    Case(
        id="sha1",
        title="“Our own authority has run since Windows Server 2003.”",
        illness="signature-too-weak",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(NAMES, key="rsa2048", sha1=True), old=True),
    ),
    Case(
        id="unusual-key",
        title="“We took the strongest key there was.”",
        illness="key-unusual",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(NAMES, key="p521")),
    ),
    Case(
        id="valid-for-years",
        title="“So that we have peace for three years.”",
        illness="certificate-lifetime-too-long",
        program=Program.HAPROXY,
        start=showing(lambda ward: ward.authority.issue(NAMES, end=1100), Program.HAPROXY),
    ),
    Case(
        id="chain-out-of-order",
        title="“We put everything into the file that was in the mail.”",
        illness="chain-out-of-order",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(NAMES, send=(LEAF, ROOT, INTERMEDIATE))),
    ),
)
"""The rest of each server is healthy."""
