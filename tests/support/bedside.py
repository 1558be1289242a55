"""A check at a host, with facts of a test's own."""

from __future__ import annotations

from overair.doctor.attempts import Attempts
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Fact
from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.host import Host

HOST = Host("mail.ward.test")


def bedside_of(check: Check, *facts: Fact, around: Surroundings | None = None) -> Bedside:
    """As an examination would hand it to the check."""
    complaint = Complaint(address="anna@ward.test", surroundings=around or Surroundings())
    return Bedside(check, complaint, HOST, {type(fact): fact for fact in facts}, lambda _: {}, Attempts())
