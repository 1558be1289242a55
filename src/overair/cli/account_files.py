"""Configuration profiles and QR codes of accounts, for the administrator."""

from __future__ import annotations

import io
from pathlib import Path

import segno

from overair.cli.greeting import qr_code as terminal_code
from overair.cli.identity import root_of, signing_of
from overair.cli.output import Failure
from overair.cli.own_site import site_of_settings
from overair.server.autodiscover.account import account_url
from overair.server.autodiscover.profiles import SigningError, account_profile, signed
from overair.server.certificates import keeper_of
from overair.server.settings import Settings
from overair.tls.files import CertificateError

PIXELS = 8
"""Of a picture, for each module of the code."""


def profile(address: str, settings: Settings) -> tuple[bytes, bool]:
    """The profile of an account, and whether it is signed. Raises Failure."""
    site = site_of_settings(settings)
    keeper = keeper_of(settings)
    signing = signing_of(keeper, settings)
    try:
        keeper.look_once()
        made = account_profile(address, site, root_of(keeper) if keeper.pair is not None else None)
        if signing is None or not signing.certificate.exists():
            return made, False
        return signed(made, signing), True
    except (SigningError, CertificateError, ValueError) as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from None


def qr_code(address: str, settings: Settings, output: Path | None) -> tuple[str, bytes]:
    """The URL of an account's page and its QR code: for a terminal, or as the file's name ends.

    Raises Failure.
    """
    url = account_url(site_of_settings(settings), address)
    if output is None or output == Path("-"):
        return url, terminal_code(url).encode()
    kind = output.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png"):
        raise Failure(f"{output}: write a file that ends in .svg or .png", code=2)
    drawing = io.BytesIO()
    segno.make(url, micro=False).save(drawing, kind=kind, scale=PIXELS)
    return url, drawing.getvalue()
