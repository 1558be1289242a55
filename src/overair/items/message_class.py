"""The MessageClass of a message, from its content types (MS-ASEMAIL 2.2.2.49)."""

from __future__ import annotations

from typing import Final

from overair.items.structure import LocatedMessage, parameter

SMIME: Final = "IPM.Note.SMIME"
SMIME_SIGNED: Final = "IPM.Note.SMIME.MultipartSigned"
_ENVELOPES: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_MEETINGS: Final = {
    "request": "IPM.Schedule.Meeting.Request",
    "cancel": "IPM.Schedule.Meeting.Canceled",
    "reply": "IPM.Schedule.Meeting.Resp.Pos",
}
_REPLIES: Final = {
    "partstat=accepted": "IPM.Schedule.Meeting.Resp.Pos",
    "partstat=tentative": "IPM.Schedule.Meeting.Resp.Tent",
    "partstat=declined": "IPM.Schedule.Meeting.Resp.Neg",
}
_ACTIONS: Final = {"failed": "REPORT.IPM.NOTE.NDR", "delayed": "REPORT.IPM.NOTE.DELAYED"}


def message_class(message: LocatedMessage) -> str:
    """The class, such as ``IPM.Note`` (MS-ASEMAIL_R587, MS-ASEMAIL_R603)."""
    content_type = message.get_content_type()
    if content_type in _ENVELOPES:
        return SMIME
    if content_type == "multipart/signed" and "pkcs7-signature" in parameter(message, "protocol").lower():
        return SMIME_SIGNED
    if content_type == "multipart/report":
        return _report_class(message)
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            return _meeting_class(part)
    return "IPM.Note"


def _meeting_class(part: LocatedMessage) -> str:
    method = parameter(part, "method").lower()
    if method == "reply":
        payload = part.get_payload(decode=True)
        text = payload[:100_000].replace(b"\r\n ", b"").lower() if isinstance(payload, bytes) else b""
        for answer, name in _REPLIES.items():
            if answer.encode() in text:
                return name
    return _MEETINGS.get(method, "IPM.Note")


def _report_class(message: LocatedMessage) -> str:
    if parameter(message, "report-type").lower() == "disposition-notification":
        return "REPORT.IPM.NOTE.IPNRN"
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            actions = {str(block.get("Action", "")).strip().lower() for block in part.walk()}
            return next(
                (name for action, name in _ACTIONS.items() if action in actions), "REPORT.IPM.NOTE.DR"
            )
    return "REPORT.IPM.NOTE.NDR"
