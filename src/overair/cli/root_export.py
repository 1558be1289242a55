"""The root certificate of a data directory, as it is written out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from overair.cli.output import Failure
from overair.tls import private_ca, root_files
from overair.tls.files import CertificateError


class RootExport(msgspec.Struct, frozen=True):
    """A root certificate in every form."""

    name: str
    fingerprint: str
    """SHA-256."""
    ends: datetime
    written: dict[str, bytes]
    """By the form's name."""


def root_in(data_dir: Path) -> RootExport:
    """Raises Failure."""
    if not data_dir.is_dir():
        raise Failure(f"there is no data directory {data_dir}: name it with --data-dir")
    try:
        root = private_ca.read_root(data_dir / "tls")
    except CertificateError as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from None
    return RootExport(
        name=root_files.common_name(root),
        fingerprint=root_files.fingerprint_text(root),
        ends=root.not_valid_after_utc,
        written={
            "pem": root_files.pem(root),
            "cer": root_files.der(root),
            "mobileconfig": root_files.mobileconfig(root),
        },
    )
