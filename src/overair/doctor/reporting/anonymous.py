"""What can be shown to strangers: no address, no name, no IP address of whom it is about."""

from __future__ import annotations

from typing import Final

from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.doctor.reporting.details import MARKS, OWN
from overair.doctor.reporting.discretion import MOST_CHARACTERS, Discretion
from overair.doctor.reporting.pseudonyms import DOMAIN, LEFT_OUT, USER, Pseudonyms

ADDRESS: Final = f"{USER}@{DOMAIN}"
"""Stands for the address that is examined."""


class Anonymity(Discretion):
    """Puts the same stand-in for the same name everywhere, and leaves out what has none."""

    anonymous = True

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint)
        self._pseudonyms = Pseudonyms(complaint)

    def host(self, host: Host) -> Host:
        """A host under another name; its port tells nobody who it is."""
        return Host(self._pseudonyms.host(host.name), host.port)

    def address(self, address: str) -> str:
        """Nobody's address."""
        del address
        return ADDRESS

    def notes(self, notes: tuple[str, ...]) -> tuple[str, ...]:
        """None: they quote too much."""
        del notes
        return ()

    def detail(self, name: str, value: str) -> str:
        """A detail by who words it."""
        if name in MARKS:
            return LEFT_OUT
        if name in OWN:
            return self.text(value)
        return self._pseudonyms.quoted(self.plain(value))[:MOST_CHARACTERS]

    def text(self, text: str) -> str:
        """What a check says in its own words, with other names."""
        # Cut afterwards: nobody knows the beginning of a name for a name.
        return self._pseudonyms.text(self.plain(text))[:MOST_CHARACTERS]
