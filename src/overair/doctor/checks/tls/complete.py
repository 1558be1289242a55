"""Whether what is sent leads to a root, and where it ends if not."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.completing import complete
from overair.doctor.check import Check, Scope, Section
from overair.doctor.consequences import DISBELIEF
from overair.doctor.devices.device import EVERY, Device
from overair.doctor.facts.tls import Chain, Encrypted, Presented
from overair.doctor.illness import Illness, Product, Severity

MISSING: Final = Illness(
    id="intermediate-missing",
    severity=Severity.BREAKS,
    hits=EVERY - {Device.IOS},
    says="{host} does not send the intermediate certificate {names}. Android and most programs cannot "
    "fetch it and do not believe the server; an iPhone or a browser may, which makes it hard to see.",
    cure="Let the server send {names} behind its own certificate. `overair doctor certs {host}` saves the "
    "whole chain.",
    cures={
        Product.EXCHANGE: "Import {names} into the machine's store, Intermediate Certification Authorities "
        "(`certutil -addstore CA FILE`), and run `iisreset`.",
        Product.IIS: "Import {names} into the machine's store, Intermediate Certification Authorities "
        "(`certutil -addstore CA FILE`), and run `iisreset`.",
        Product.NGINX: "Append {names} to the file of `ssl_certificate` (with certbot: use fullchain.pem, "
        "not cert.pem) and run `nginx -s reload`.",
        Product.APACHE: "Append {names} to the file of `SSLCertificateFile` (with certbot: use "
        "fullchain.pem, not cert.pem) and run `apachectl graceful`.",
        Product.HAPROXY: "Put {names} between certificate and key in the file of `crt`, and reload.",
        Product.OVERAIR: "Name the file with the whole chain as `[tls] certificate` (with certbot: "
        "fullchain.pem).",
    },
    explains=DISBELIEF,
)
NOT_FOUND: Final = Illness(
    id="issuer-unknown",
    severity=Severity.BREAKS,
    says="Nobody here knows “{issuer}”, which issued “{name}”: {host} does not send it, this machine and the "
    "lists of the devices do not have it, and the certificate does not say where to fetch it.",
    cure="If “{issuer}” is an authority of your own, install its root on each device, and hand it to the "
    "doctor with `--ca-file FILE`; if it is a public one, let the server send its certificate behind the "
    "own one.",
    explains=DISBELIEF,
)


async def examine(bedside: Bedside) -> Chain:
    """Follow the issuers, fetching what the server should have sent."""
    address = bedside.fact(Encrypted).address
    chain = await complete(bedside.fact(Presented).sent, bedside.complaint.for_strangers(address))
    if chain.missing:
        names = ", ".join(f"“{one.name}”" for one in chain.missing)
        bedside.find(MISSING, names=names)
    elif chain.root is None and len(chain.path) == 1:
        own = chain.path[0].certificate
        bedside.find(NOT_FOUND, name=own.name, issuer=own.issuer)
    bedside.note(" ← ".join(link.certificate.name for link in chain.path))
    return chain


CHECK = Check(
    id="chain-complete",
    title="Does it send every certificate up to the root?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted, Presented),
    yields=Chain,
    finds=(MISSING, NOT_FOUND),
)
