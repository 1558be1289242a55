"""The MessageClass and ContentClass of a message (MS-ASEMAIL 2.2.2.49 and 2.2.2.20)."""

from __future__ import annotations

from typing import Final

from overair.items.calendar.attendee import AttendeeStatus
from overair.items.mail.meetings import Meeting, Method
from overair.items.mail.structure import LocatedMessage, parameter

SMIME: Final = "IPM.Note.SMIME"
SMIME_SIGNED: Final = "IPM.Note.SMIME.MultipartSigned"
MESSAGE: Final = "urn:content-classes:message"
CALENDAR_MESSAGE: Final = "urn:content-classes:calendarmessage"
_REPORT: Final = "multipart/report"
_ENVELOPES: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
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
_ACTIONS: Final = {"failed": "REPORT.IPM.NOTE.NDR", "delayed": "REPORT.IPM.NOTE.DELAYED"}


def message_class(message: LocatedMessage, meeting: Meeting | None) -> str:
    """The class, such as ``IPM.Note`` (MS-ASEMAIL_R587, MS-ASEMAIL_R603)."""
    if meeting is not None:
        return _meeting_class(meeting)
    return secure_class(message) or _report_class(message) or "IPM.Note"


def may_be_meeting(message: LocatedMessage) -> bool:
    """Whether a message with a calendar part is one of a meeting: no report, and not signed or encrypted."""
    return message.get_content_type() != _REPORT and secure_class(message) is None


def secure_class(message: LocatedMessage) -> str | None:
    """The class of a message that is signed or encrypted with S/MIME; None for another."""
    content_type = message.get_content_type()
    if content_type in _ENVELOPES:
        return SMIME
    if content_type == "multipart/signed" and "pkcs7-signature" in parameter(message, "protocol").lower():
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
    if parameter(message, "report-type").lower() == "disposition-notification":
        return "REPORT.IPM.NOTE.IPNRN"
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            actions = {str(block.get("Action", "")).strip().lower() for block in part.walk()}
            return next(
                (name for action, name in _ACTIONS.items() if action in actions), "REPORT.IPM.NOTE.DR"
            )
    return "REPORT.IPM.NOTE.NDR"
