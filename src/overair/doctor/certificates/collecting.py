"""The chain of a server as files, whatever is wrong with it: for whoever has to install the root by hand."""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from overair.doctor.certificates.certificate import Certificate, Unreadable, read_chain
from overair.doctor.certificates.completing import complete
from overair.doctor.certificates.stores import Knows, StoreName, store
from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.facts.tls import Chain
from overair.doctor.host import Host
from overair.doctor.network.believing import Disbelief, Failed, believe
from overair.doctor.network.handshaking import NoShake, Refusal, Shake, hello_to, place_of, shake
from overair.doctor.network.resolving import Hosts

ROOT: Final = "root"
LOG: Final = "chain.log"
_LETTERS: Final = re.compile(r"[^a-z0-9.]+")
_LONGEST: Final = 60


@dataclass(frozen=True)
class Collected:
    """What a server showed, and what was found beyond it."""

    files: dict[str, bytes]
    """By name; each certificate as NN-NAME.cer (DER) and .pem, the root as root.cer and .pem, and the log."""
    log: str
    root: Certificate | None
    """None where the chain ends before it."""
    missing: str
    """The name of the issuer that nobody has; empty where there is a root."""


async def collect(host: Host, surroundings: Surroundings, address: str | None = None) -> Collected:
    """Get the chain of a host, at the first of its addresses that shows one, or at the one given.

    Raises handshaking.NoShake, OSError where the name has no address.
    """
    address, shown = await _shown(host, surroundings, address)
    try:
        sent = read_chain(shown.chain)
    except Unreadable:
        return _unreadable(host, shown)
    chain = await complete(sent, Complaint(address="", surroundings=surroundings).for_strangers(address))
    try:
        await believe(host, address, surroundings)
        belief = "This machine believes it."
    except (Disbelief, Failed) as reason:
        belief = f"This machine does not believe it: {reason}."
    whole = {link.certificate: link.origin.value for link in chain.path}
    whole |= {one: "sent by the server, but not part of the chain" for one in sent if one not in whole}
    named = {one: f"{number:02}-{_plain(one.name)}" for number, one in enumerate(whole, 1)}
    root = chain.root.certificate if chain.root is not None else None
    missing = "" if root is not None else chain.path[-1].certificate.issuer
    lines = [f"{host.authority} at {address}, {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"]
    lines += [f"{shown.version}, {shown.cipher}. {belief}", ""]
    for one, origin in whole.items():
        stems = (named[one], ROOT) if one is root else (named[one],)
        lines += [*_described(one, origin, stems), ""]
    lines += _end(chain, missing)
    log = "\n".join(lines) + "\n"
    files = {name: content for one, stem in named.items() for name, content in _both(stem, one.der)}
    if root is not None:
        files |= dict(_both(ROOT, root.der))
    return Collected({**files, LOG: log.encode()}, log, root, missing)


async def _shown(host: Host, surroundings: Surroundings, address: str | None) -> tuple[str, Shake]:
    found = await Hosts(surroundings, address).resolve(host.name, host.port)
    failure = NoShake(Refusal.UNREACHABLE)
    for one in found:
        try:
            return one["host"], await shake(
                place_of(host, one["host"], surroundings), hello_to(host), surroundings
            )
        except NoShake as failed:
            failure = failed
    raise failure


def _unreadable(host: Host, shown: Shake) -> Collected:
    """The bytes at least, for somebody with other tools."""
    files = {
        name: content
        for number, der in enumerate(shown.chain, 1)
        for name, content in _both(f"{number:02}-unreadable", der)
    }
    log = f"{host.authority} sends a certificate that breaks the rules of X.509; it is saved as it came.\n"
    return Collected(
        {**files, LOG: log.encode()}, log, None, "the issuer of a certificate that is unreadable"
    )


def _both(stem: str, der: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{stem}.cer", der
    yield f"{stem}.pem", ssl.DER_cert_to_PEM_cert(der).encode()


def _described(one: Certificate, origin: str, stems: tuple[str, ...]) -> list[str]:
    names = ", ".join((*one.dns_names, *map(str, one.addresses)))
    return [
        f"“{one.name}” ({', '.join(f'{stem}.cer' for stem in stems)})",
        f"    {origin}",
        f"    issued by {'itself' if one.self_signed else f'“{one.issuer}”'}",
        f"    valid from {one.starts:%Y-%m-%d} to {one.ends:%Y-%m-%d}",
        f"    {one.key}, signed with {(one.hash_name or 'an unknown hash').upper()}",
        *([f"    for {names}"] if names else []),
        f"    SHA-256 {one.fingerprint}",
    ]


def _end(chain: Chain, missing: str) -> list[str]:
    """Who knows the root, or that it could not be had."""
    if missing:
        return [
            f"The chain ends here: nobody knows “{missing}”. Ask whoever runs that authority for its root."
        ]
    told = [f"{store(one).called}: {store(one).knows(chain.roots).value}" for one in StoreName]
    known = any(store(one).knows(chain.roots) is Knows.YES for one in StoreName)
    advice = "" if known else "It has to be installed on each device."
    return [
        "The root in the lists of devices:",
        *(f"    {line}" for line in told),
        *([advice] if advice else []),
    ]


def _plain(name: str) -> str:
    """For the name of a file: whoever made the certificate must not choose where it is written."""
    return _LETTERS.sub("-", name.lower()).strip("-.")[:_LONGEST] or "certificate"
