"""Write the list of Mozilla's root certificates anew from the installed certifi.

The other lists of src/overair/doctor/data/stores are what their makers publish; each names its sources and
its date, and is written by hand when a maker publishes a new one.

    .venv/bin/python tools/root_stores.py
"""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from typing import Final

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

MOZILLA: Final = Path(__file__).parents[1] / "src/overair/doctor/data/stores/mozilla.json"
SOURCES: Final = (
    "https://wiki.mozilla.org/CA/Included_Certificates",
    "https://github.com/certifi/python-certifi",
)


def mozilla() -> str:
    """The text of the file."""
    version = importlib.metadata.version("certifi")
    roots = {
        certificate.fingerprint(hashes.SHA256()).hex(): _name(certificate)
        for certificate in x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    }
    year, month, day = (int(part) for part in version.split(".")[:3])
    store = {
        "name": "Mozilla",
        "version": f"certifi {version}",
        "as_of": f"{year:04}-{month:02}-{day:02}",
        "sources": SOURCES,
        "roots": dict(sorted(roots.items(), key=lambda root: (root[1].lower(), root[0]))),
        "without_fingerprint": [],
    }
    return json.dumps(store, indent=1, ensure_ascii=False) + "\n"


def _name(certificate: x509.Certificate) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME):
        found = certificate.subject.get_attributes_for_oid(kind)
        if found:
            return str(found[-1].value)
    return certificate.subject.rfc4514_string()


if __name__ == "__main__":
    MOZILLA.write_text(mozilla(), encoding="utf-8")
    print(MOZILLA.name)
