"""S/MIME and PGP: nothing of a signed or encrypted message is changed on its way to a phone."""

from __future__ import annotations

import shutil
import subprocess
from base64 import encodebytes
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from overair.items.attachments import Attachment
from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.http import Command
from overair.protocol.item_operations import (
    Fetch,
    FetchOptions,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
)
from overair.protocol.sync_options import MIMESupport
from overair.versions import SERVED, Version
from support.mailboxes import newest
from support.phone import Phone
from support.server import ANNA, RunningServer

TEXT = "Grüße, geheim\r\n"
CONTENT = (
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=BC=C3=9Fe, geheim\r\n"
)
HEAD = b"From: Otto <otto@example.net>\r\nTo: anna@example.org\r\nSubject: secret\r\n"
ENVELOPE = (
    b"MIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
    b"Content-Transfer-Encoding: base64\n\n"
)
PGP_SIGNED = (
    b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n'
    b"--b\r\n" + CONTENT + b"\r\n--b\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n"
    b"-----BEGIN PGP SIGNATURE-----\r\n\r\nabcd\r\n-----END PGP SIGNATURE-----\r\n\r\n--b--\r\n"
)
PGP_SEALED = (
    b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b\r\n'
    b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--b\r\n"
    b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n"
    b"abcd\r\n-----END PGP MESSAGE-----\r\n\r\n--b--\r\n"
)


@dataclass(frozen=True)
class Secure:
    """A message and what is to be seen of it."""

    mime: bytes
    message_class: str
    shows_text: bool
    files: tuple[str, ...]

    @property
    def smime(self) -> bool:
        return "SMIME" in self.message_class


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "otto@example.net")])
    begin = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, begin, begin + timedelta(days=9))
    return made.sign(key, hashes.SHA256()), key


@pytest.fixture(scope="module")
def letters(certificate: tuple[x509.Certificate, rsa.RSAPrivateKey]) -> dict[str, Secure]:
    """Messages as Outlook, iOS and GnuPG make them."""
    own, key = certificate
    signing = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT).add_signer(own, key, hashes.SHA256())
    # Without Text, or it would put a header of its own into what is signed.
    clear = signing.sign(Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature]).replace(b"\r\n", b"\n")
    opaque = ENVELOPE + encodebytes(signing.sign(Encoding.DER, []))
    sealing = pkcs7.PKCS7EnvelopeBuilder().set_data(CONTENT).add_recipient(own)
    sealed = sealing.encrypt(Encoding.SMIME, []).replace(b"\r\n", b"\n")

    def letter(body: bytes) -> bytes:
        return HEAD + body.replace(b"\n", b"\r\n")

    return {
        "clear": Secure(letter(clear), "IPM.Note.SMIME.MultipartSigned", True, ("smime.p7s",)),
        "opaque": Secure(letter(opaque), "IPM.Note.SMIME", False, ("smime.p7m",)),
        "sealed": Secure(letter(sealed), "IPM.Note.SMIME", False, ("smime.p7m",)),
        "PGP signed": Secure(HEAD + PGP_SIGNED, "IPM.Note", True, ("signature.asc",)),
        "PGP sealed": Secure(HEAD + PGP_SEALED, "IPM.Note", False, ("part0", "encrypted.asc")),
    }


NAMES = ["clear", "opaque", "sealed", "PGP signed", "PGP sealed"]


@pytest.fixture(scope="module")
def places(server: RunningServer, letters: dict[str, Secure]) -> dict[str, tuple[str, str]]:
    """Where each of them is: the folder and the item."""
    found = {}
    for name, letter in letters.items():
        server.deliver(ANNA, letter.mime)
        found[name] = newest(server, FolderType.INBOX)
    return found


def fetched(phone: Phone, place: tuple[str, str], support: MIMESupport, *types: BodyType) -> Message:
    preferences = tuple(BodyPreference(type=one) for one in types)
    options = FetchOptions(mime_support=support, body_preferences=preferences)
    fetch = Fetch(store="Mailbox", collection_id=place[0], server_id=place[1], options=options)
    answer = phone.post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=(fetch,)))
    [response] = answer.read(ItemOperationsResponse).responses
    assert isinstance(response, FetchResponse)
    assert response.properties is not None
    return Message.from_children(response.properties.item, phone.version)


@pytest.mark.req("MS-ASCMD_R3360", "MS-ASCMD_R3365", "MS-ASCMD_R3397", "MS-ASEMAIL_R587")
@pytest.mark.parametrize("version", SERVED)
def test_what_is_signed_or_sealed_comes_as_it_was_sent(
    server: RunningServer, letters: dict[str, Secure], places: dict[str, tuple[str, str]], version: Version
) -> None:
    phone = Phone(server, version)
    for name, letter in letters.items():
        support = MIMESupport.SIGNED_OR_ENCRYPTED if letter.smime else MIMESupport.ALWAYS
        message = fetched(phone, places[name], support, BodyType.HTML, BodyType.MIME)
        assert message.message_class == letter.message_class
        body = message.body
        assert body is not None
        assert (body.type, body.truncated) == (BodyType.MIME, False)
        assert (body.data or "").encode() == letter.mime
        assert body.estimated_data_size == len(letter.mime)


@pytest.mark.req("MS-ASCMD_R3397", "MS-ASEMAIL_R587")
@pytest.mark.parametrize("name", NAMES)
def test_a_phone_that_takes_no_mime_sees_the_text_or_the_envelope(
    server: RunningServer, letters: dict[str, Secure], places: dict[str, tuple[str, str]], name: str
) -> None:
    letter = letters[name]
    message = fetched(Phone(server), places[name], MIMESupport.NEVER, BodyType.PLAIN_TEXT, BodyType.MIME)
    body = message.body
    assert body is not None
    assert body.type == BodyType.PLAIN_TEXT
    assert (body.data or "").strip() == (TEXT.strip() if letter.shows_text else "")
    files = [one for one in message.attachments or () if isinstance(one, Attachment)]
    assert tuple(one.display_name for one in files) == letter.files
    fetch = Fetch(store="Mailbox", file_reference=files[-1].file_reference)
    answer = Phone(server).post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=(fetch,)))
    [response] = answer.read(ItemOperationsResponse).responses
    assert isinstance(response, FetchResponse)
    assert response.properties is not None
    assert len(response.properties.data or b"") == files[-1].estimated_data_size


@pytest.mark.parametrize("name", ["clear", "opaque"])
def test_its_signature_is_good_on_the_phone(
    server: RunningServer,
    letters: dict[str, Secure],
    places: dict[str, tuple[str, str]],
    name: str,
    tmp_path: Path,
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    message = fetched(Phone(server), places[name], MIMESupport.SIGNED_OR_ENCRYPTED, BodyType.MIME)
    assert message.body is not None
    file = tmp_path / "message.eml"
    file.write_bytes((message.body.data or "").encode())
    done = subprocess.run(
        [openssl, "cms", "-verify", "-noverify", "-in", str(file)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"geheim" in done.stdout
