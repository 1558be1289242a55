"""``[autodiscover]``: what is said of addresses elsewhere, and of services beside EAS."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from overair.protocol.autodiscover.names import InvalidName, address_key, domain_name
from overair.protocol.autodiscover.pox import Redirect
from overair.protocol.autodiscover.services import Service, read_service
from overair.protocol.autodiscover.site import read_site


class AutodiscoverError(ValueError):
    """A setting of ``[autodiscover]`` is wrong; the message says which and what to write."""


class AutodiscoverSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[autodiscover]``."""

    services: tuple[str, ...] = ()
    """What else there is, as ``imaps://imap.example.org`` or ``caldavs://dav.example.org/dav``."""
    domains: dict[str, str] = msgspec.field(default_factory=dict)
    """Domains whose mailboxes are elsewhere: the URL of the Autodiscover there, or another domain."""
    addresses: dict[str, str] = msgspec.field(default_factory=dict)
    """The same of single addresses: a URL or another address."""

    def check(self) -> None:
        """Raise AutodiscoverError for what makes no sense."""
        self.read_services()
        self.read_elsewhere()

    def read_services(self) -> tuple[Service, ...]:
        """The services. Raises AutodiscoverError."""
        found: list[Service] = []
        for text in self.services:
            try:
                found.append(read_service(text))
            except ValueError as error:
                raise AutodiscoverError(f"services: {text!r}: {error}") from None
        return tuple(found)

    def read_elsewhere(self) -> Elsewhere:
        """Who is elsewhere. Raises AutodiscoverError."""
        domains: dict[str, str] = {}
        for name, target in self.domains.items():
            try:
                domains[domain_name(name)] = _target(target, domain_name)
            except ValueError:
                raise AutodiscoverError(
                    f"domains: {name!r} = {target!r}: write a domain, and the https:// URL of the "
                    "Autodiscover there or another domain"
                ) from None
        addresses: dict[str, str] = {}
        for name, target in self.addresses.items():
            try:
                addresses[address_key(name)] = _target(target, address_key)
            except ValueError:
                raise AutodiscoverError(
                    f"addresses: {name!r} = {target!r}: write an address, and the https:// URL of the "
                    "Autodiscover there or another address"
                ) from None
        elsewhere = Elsewhere(domains, addresses)
        for target in (*(f"x@{one}" for one in domains.values()), *addresses.values()):
            if "://" not in target and elsewhere.redirect(target) is not None:
                where = target.removeprefix("x@")
                raise AutodiscoverError(f"{where!r} is the target of one redirect and the source of another")
        return elsewhere


class Elsewhere:
    """Where the mailboxes are that are not here."""

    def __init__(self, domains: Mapping[str, str], addresses: Mapping[str, str]) -> None:
        self._domains = domains
        self._addresses = addresses

    def redirect(self, address: str) -> Redirect | None:
        """Where to ask for an address instead; None for one that is here, or none at all."""
        try:
            asked = address_key(address)
        except InvalidName:
            return None
        local_part, _, domain = asked.rpartition("@")
        target = self._addresses.get(asked)
        if target is None and domain in self._domains:
            target = self._domains[domain]
            target = target if "://" in target else f"{local_part}@{target}"
        if target is None:
            return None
        return Redirect(url=target, asked=asked) if "://" in target else Redirect(target, asked=asked)


def _target(text: str, read: Callable[[str], str]) -> str:
    """The URL or the name that addresses lead to. Raises ValueError."""
    if "://" not in text:
        return read(text)
    if read_site(text).scheme != "https":
        raise ValueError(text)
    return text.strip()
