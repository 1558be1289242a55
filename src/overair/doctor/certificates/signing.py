"""Whether an authority has signed what is said in its name."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm

from overair.doctor.certificates.certificate import OLD_HASHES

_PSS: Final = x509.SignatureAlgorithmOID.RSASSA_PSS


def signed_by(
    signer: x509.Certificate,
    signature: bytes,
    text: bytes,
    algorithm: x509.ObjectIdentifier,
    hashed: HashAlgorithm | None,
) -> bool:
    """Whether a signature over a text is a certificate's; one that is too weak to tell is nobody's.

    Raises what certificate.BROKEN has, for a key or a signature that is none.
    """
    key = signer.public_key()
    if algorithm == _PSS or (hashed is not None and hashed.name in OLD_HASHES):
        return False  # PSS: its parameters are not shown by the library
    try:
        if isinstance(key, rsa.RSAPublicKey) and hashed is not None:
            key.verify(signature, text, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and hashed is not None:
            key.verify(signature, text, ec.ECDSA(hashed))
        elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and hashed is None:
            key.verify(signature, text)
        else:
            return False
    except InvalidSignature:
        return False
    return True
