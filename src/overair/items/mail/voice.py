"""Messages of unified messaging, such as voice mail, by the headers that telephone systems write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from overair.items.attachments import Attachment
from overair.items.mail.headers import Headers

VOICE_MAIL: Final = "IPM.Note.Microsoft.Voicemail"
_MISSED: Final = "IPM.Note.Microsoft.Missed.Voice"
CLASSES: Final = {
    "voice": f"{VOICE_MAIL}.UM",
    "voice-ca": f"{VOICE_MAIL}.UM.CA",
    "missedcall": _MISSED,
    "fax": "IPM.Note.Microsoft.Fax",
    "fax-ca": "IPM.Note.Microsoft.Fax.CA",
    "sharing": "IPM.Sharing",
}
"""The classes of messages by their Content-Class header."""
_FORM: Final = re.compile(r"InfoPathForm\.[A-Za-z0-9._-]{1,200}")
_VPIM: Final = "multipart/voice-message"
_NUMBER: Final = re.compile(r"\+?[0-9]{1,15}|sips?:[^\s<>]{1,200}", re.IGNORECASE)
_PUNCTUATION: Final = re.compile(r"[\s().-]")
_SECONDS: Final = re.compile(r"[0-9]{1,6}")
MAXIMUM_ATTACHMENTS: Final = 100


class Voice(msgspec.Struct, frozen=True):
    """The voice attachments of a message: their names, the latest first, and how long that is."""

    names: tuple[str, ...] = ()
    seconds: int | None = None


def unified_class(headers: Headers, content_type: str) -> str | None:
    """The class of a message that says what it is (MS-ASEMAIL_R589); None for another."""
    said = headers.raw("Content-Class").strip()
    if _FORM.fullmatch(said):
        return f"IPM.{said}"
    found = CLASSES.get(said.lower())
    if found is None and content_type == _VPIM:
        return VOICE_MAIL
    if found is None and headers.raw("Newsgroups") and not headers.raw("To"):
        return "IPM.Post"
    return found


def caller(headers: Headers, message_class: str) -> str | None:
    """The number, or the SIP address, of who called (MS-ASEMAIL_R814); None where that was not told."""
    if not _speaks(message_class):
        return None
    said = headers.raw("X-CallingTelephoneNumber").strip()
    number = said if said.lower().startswith("sip") else _PUNCTUATION.sub("", said)
    return number if _NUMBER.fullmatch(number) else None


def voice(headers: Headers, message_class: str) -> Voice | None:
    """What is known of the voice attachments; None for a message of another class (MS-ASEMAIL_R804)."""
    if not _speaks(message_class):
        return None
    names = (name.strip() for name in headers.text("X-AttachmentOrder").split(";"))
    seconds = headers.raw("X-VoiceMessageDuration").strip()
    return Voice(
        tuple(name for name in names if name)[:MAXIMUM_ATTACHMENTS],
        int(seconds) if _SECONDS.fullmatch(seconds) else None,
    )


def numbered(attachments: Iterable[Attachment], known: Voice | None) -> tuple[Attachment, ...]:
    """Attachments with their places among the voice attachments, 1 for the latest (MS-ASEMAIL_R809)."""
    if known is None or not known.names:
        return tuple(attachments)
    places = {name.lower(): place for place, name in reversed([*enumerate(known.names, 1)])}
    found = []
    for one in attachments:
        place = places.get((one.display_name or "").lower())
        if place is not None:
            seconds = known.seconds if place == 1 else None
            one = msgspec.structs.replace(one, um_att_order=place, um_att_duration=seconds)
        found.append(one)
    return tuple(found)


def _speaks(message_class: str) -> bool:
    return message_class.startswith((VOICE_MAIL, _MISSED))
