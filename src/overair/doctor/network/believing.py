"""One TLS handshake as somebody who verifies: by the machine's authorities, and the name."""

from __future__ import annotations

import asyncio
import ssl

from overair.doctor.complaint import Surroundings
from overair.doctor.host import Host
from overair.doctor.network.handshaking import place_of
from overair.doctor.network.trusting import verifying


class Disbelief(Exception):
    """The certificate is not believed; the message is OpenSSL's reason."""


class Failed(Exception):
    """The handshake failed for another reason than the certificate."""


async def believe(host: Host, address: str, surroundings: Surroundings) -> None:
    """Return where the machine believes what an address shows for a host. Raises Disbelief, Failed."""
    place = place_of(host, address, surroundings)
    try:
        async with asyncio.timeout(surroundings.connect_seconds):
            _, writer = await asyncio.open_connection(
                place.address, place.port, ssl=verifying(surroundings), server_hostname=host.name
            )
    except ssl.SSLCertVerificationError as error:
        raise Disbelief(error.verify_message.rstrip(".")) from error
    except ssl.SSLError as error:
        raise Failed(error.reason or "TLS failed") from error
    except TimeoutError as error:
        raise Failed("no answer in time") from error
    except OSError as error:
        raise Failed("the connection was lost") from error
    writer.transport.abort()
