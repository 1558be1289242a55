"""The MessageClass and ContentClass of a message (MS-ASEMAIL 2.2.2.49 and 2.2.2.20)."""

from __future__ import annotations

from typing import Final

from overair.items.calendar.attendee import AttendeeStatus
from overair.items.file_types import UNKNOWN_TYPE
from overair.items.mail.meetings import Meeting, Method
from overair.items.mail.structure import LocatedMessage, file_name, parameter

PLAIN: Final = "IPM.Note"
SMIME: Final = "IPM.Note.SMIME"
SMIME_SIGNED: Final = "IPM.Note.SMIME.MultipartSigned"
SMIME_RECEIPT: Final = "IPM.Note.Receipt.SMIME"
MESSAGE: Final = "urn:content-classes:message"
CALENDAR_MESSAGE: Final = "urn:content-classes:calendarmessage"
_REPORT: Final = "multipart/report"
_ENVELOPES: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES: Final = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_ENVELOPE_NAMES: Final = (".p7m", ".p7z")
"""The ends of names by which an envelope is known that came as a file of any kind (RFC 8551, 3.10)."""
_MEETINGS: Final = {
    Method.REQUEST: "IPM.Schedule.Meeting.Request",
    Method.CANCEL: "IPM.Schedule.Meeting.Canceled",
    # Outlook's, who takes a proposal for somebody that might come.
    Method.COUNTER: "IPM.Schedule.Meeting.Resp.Tent",
}
_REPLIES: Final = {
    AttendeeStatus.ACCEPTED: "IPM.Schedule.Meeting.Resp.Pos",
    AttendeeStatus.DECLINED: "IPM.Schedule.Meeting.Resp.Neg",
}
_UNDECIDED: Final = "IPM.Schedule.Meeting.Resp.Tent"
_ACTIONS: Final = {"failed": "NDR", "delayed": "DELAYED"}
_DELIVERED: Final = "DR"
_REPORTED: Final = {
    SMIME: {"NDR": "NOTE.SMIME.NDR", "DR": "NOTE.SMIME.DR"},
    SMIME_SIGNED: {"NDR": "NOTE.SMIME.MULTIPARTSIGNED.NDR", "DR": "NOTE.SMIME.MULTIPARTSIGNED.DR"},
    "request": {"NDR": "SCHEDULE.MEETING.REQUEST.NDR"},
    "cancel": {"NDR": "SCHEDULE.MEETING.CANCELED.NDR"},
}
"""What a report is called by the message that it is about: its class, or the method of its meeting."""
_READ, _NOT_READ = "IPNRN", "IPNNRN"


def message_class(message: LocatedMessage, meeting: Meeting | None) -> str:
    """The class, such as ``IPM.Note`` (MS-ASEMAIL_R587, MS-ASEMAIL_R603)."""
    if meeting is not None:
        return _meeting_class(meeting)
    return secure_class(message) or _report_class(message) or PLAIN


def may_be_meeting(message: LocatedMessage) -> bool:
    """Whether a message with a calendar part is one of a meeting: no report, and not signed or encrypted."""
    return message.get_content_type() != _REPORT and secure_class(message) is None


def secure_class(message: LocatedMessage) -> str | None:
    """The class of a message that is signed or encrypted with S/MIME; None for another."""
    content_type = message.get_content_type()
    if content_type in _ENVELOPES:
        receipt = parameter(message, "smime-type").lower() == "signed-receipt"
        return SMIME_RECEIPT if receipt else SMIME
    if content_type == UNKNOWN_TYPE and file_name(message).lower().endswith(_ENVELOPE_NAMES):
        return SMIME
    if content_type == "multipart/signed":
        protocols = [parameter(message, "protocol").lower()]
        protocols += [part.get_content_type() for part in message.children[1:2]]
        if any(protocol in _SIGNATURES for protocol in protocols):
            return SMIME_SIGNED
    return None


def _meeting_class(meeting: Meeting) -> str:
    if meeting.method is not Method.REPLY:
        return _MEETINGS[meeting.method]
    answers = [one.status for one in meeting.event.attendees or () if one.status is not None]
    return _REPLIES.get(answers[0], _UNDECIDED) if answers else _UNDECIDED


def _report_class(message: LocatedMessage) -> str | None:
    if message.get_content_type() != _REPORT:
        return None
    suffix = "NDR"
    if parameter(message, "report-type").lower() == "disposition-notification":
        suffix = _NOT_READ if _is_of_deleted(message) else _READ
    else:
        status = _first(message, "message/delivery-status")
        if status is not None:
            actions = {str(block.get("Action", "")).strip().lower() for block in status.walk()}
            suffix = next((name for action, name in _ACTIONS.items() if action in actions), _DELIVERED)
    return "REPORT.IPM." + _REPORTED.get(_reported(message), {}).get(suffix, f"NOTE.{suffix}")


def _is_of_deleted(message: LocatedMessage) -> bool:
    """Whether a disposition notification says that the message was deleted unread (RFC 8098, 3.2.6.2)."""
    notification = _first(message, "message/disposition-notification")
    if notification is None or not notification.children:
        return False
    disposition = str(notification.children[0].get("Disposition", ""))
    return disposition.rpartition(";")[2].strip().lower().startswith("deleted")


def _reported(message: LocatedMessage) -> str:
    """What the message is that a report returns: a secure class, the method of a meeting, or ``""``."""
    returned = _first(message, "message/rfc822")
    if returned is None or not returned.children:
        return ""
    original = returned.children[0]
    calendar = _first(original, "text/calendar")
    return secure_class(original) or ("" if calendar is None else parameter(calendar, "method").lower())


def _first(message: LocatedMessage, content_type: str) -> LocatedMessage | None:
    return next((part for part in message.walk() if part.get_content_type() == content_type), None)
