"""Ordering a certificate: account, order, challenges, and what comes of it."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import requests
from acme import client, crypto_util, errors, messages
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from josepy.jwk import JWK, JWKRSA

import overair
from overair.tls.acme.challenges import shown
from overair.tls.acme.refusals import FORESEEN, line
from overair.tls.acme_settings import Acme
from overair.tls.authority import SERVER_KEY_BITS, names_of, new_key
from overair.tls.files import CertificateError, public_bytes, read_key, write_file
from overair.tls.names import address_of
from overair.tls.responder import Responder

NETWORK_SECONDS: Final = 30
"""To connect to the authority, and for an answer of its."""
ORDER_SECONDS: Final = 120
"""From the answer to the challenges to the certificate."""
NONCES: Final = 4
"""How many pairs of nonces may be refused for a request, before that is told."""
MOST_CERTIFICATES: Final = 10
"""Of a chain."""


class Refused(CertificateError):
    """The authority gave no certificate; the message says why, and what helps."""


def order(settings: Acme, folder: Path, names: tuple[str, ...], responder: Responder) -> bytes:
    """A new key and a certificate for it with these names and addresses: key and chain in PEM.

    The account's key is kept in the folder. It takes from seconds to minutes. Raises Refused,
    CertificateError for a damaged account key, AcmeError, OSError.
    """
    account_key = _account_key(folder / "account.key")
    binding_key = settings.eab_key() if settings.eab_key_id else ""
    key = new_key(SERVER_KEY_BITS)
    try:
        authority = _authority(settings, account_key)
        _log_in(authority, settings, account_key, binding_key)
        chain = _ordered(authority, settings, account_key, _pem(key), names, responder, folder)
        _check(chain, key.public_key(), names)
    except FORESEEN as error:
        raise Refused(line(error, settings.directory, settings.challenge)) from error
    return _pem(key) + chain.encode()


class _Network(client.ClientNetwork):
    """The library's, which asks again only once where a nonce was not taken (RFC 8555, 6.5)."""

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As ClientNetwork's. Raises messages.Error and others of FORESEEN."""
        for _ in range(NONCES):
            try:
                return super().post(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce":
                    raise
        return super().post(*args, **kwargs)


def _authority(settings: Acme, account_key: JWK) -> client.ClientV2:
    system = ssl.get_default_verify_paths()
    trusted = settings.ca_file or system.cafile or system.capath or True
    network = _Network(
        account_key,
        verify_ssl=cast("bool", trusted),  # is handed to requests, which takes a path, too
        user_agent=f"overair/{overair.__version__}",
        timeout=NETWORK_SECONDS,
    )
    return client.ClientV2(client.ClientV2.get_directory(settings.directory, network), network)


def _log_in(authority: client.ClientV2, settings: Acme, account_key: JWK, binding_key: str) -> None:
    """Make the account, or find the one that the key has."""
    binding = None
    if binding_key:
        binding = messages.ExternalAccountBinding.from_data(
            account_key.public_key(), settings.eab_key_id, binding_key, authority.directory
        )
    wanted = messages.NewRegistration.from_data(
        email=settings.email or None, terms_of_service_agreed=True, external_account_binding=binding
    )
    try:
        authority.new_account(wanted)
    except errors.ConflictError as there:
        authority.net.account = messages.RegistrationResource(body=wanted, uri=there.location)


def _ordered(
    authority: client.ClientV2,
    settings: Acme,
    account_key: JWK,
    key_pem: bytes,
    names: tuple[str, ...],
    responder: Responder,
    folder: Path,
) -> str:
    addresses = [address for name in names if (address := address_of(name)) is not None]
    hosts = [name for name in names if address_of(name) is None]
    request = crypto_util.make_csr(key_pem, hosts, ipaddrs=addresses)
    ordered = authority.new_order(request, settings.profile or None)
    with ExitStack() as stack:
        for authorization in ordered.authorizations:
            body = authorization.body
            if body.status == messages.STATUS_VALID:
                continue  # is remembered from an earlier order
            found = [one for one in body.challenges if one.chall.typ == settings.challenge]
            if not found:
                raise Refused(
                    f"{settings.directory} does not offer {settings.challenge} for {body.identifier.value}: "
                    "set another tls.acme.challenge"
                )
            name = body.identifier.value
            stack.enter_context(shown(responder, name, found[0].chall, account_key, folder))
            authority.answer_challenge(found[0], found[0].chall.response(account_key))
        deadline = datetime.now() + timedelta(seconds=ORDER_SECONDS)  # noqa: DTZ005 - as the library counts
        return str(authority.poll_and_finalize(ordered, deadline).fullchain_pem)


def _check(chain: str, key: rsa.RSAPublicKey, names: tuple[str, ...]) -> None:
    """Raises ValueError for what would be of no use. What is written is what is served."""
    certificates = x509.load_pem_x509_certificates(chain.encode())
    if len(certificates) > MOST_CERTIFICATES or public_bytes(certificates[0].public_key()) != public_bytes(
        key
    ):
        raise ValueError("the certificate is not for the key that it was ordered for")
    hosts, addresses = names_of(certificates[0])
    missing = [name for name in names if name not in hosts and address_of(name) not in addresses]
    if missing:
        raise ValueError("names that were ordered are not in the certificate")


def _account_key(path: Path) -> JWKRSA:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, _pem(new_key(SERVER_KEY_BITS)))
    found = read_key(path)
    if not isinstance(found, rsa.RSAPrivateKey):
        raise CertificateError(f"{path} is not an RSA key: remove it, and a new account is made")
    return JWKRSA(key=found)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
