"""The flag of a message, with the rules for setting it (MS-ASEMAIL 2.2.2.34 and 3.2.5.4.2)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Annotated

from overair.protocol.data_types import DATE_TIME, STRING, Enumeration, Integer
from overair.protocol.schema import Field, Problem, Record, SchemaError
from overair.wbxml.pages import Email, Tasks


class FlagStatus(IntEnum):
    """The Status of a flag (MS-ASEMAIL_R753)."""

    CLEARED = 0
    COMPLETE = 1
    ACTIVE = 2


class Flag(Record):
    """A flag; one without a field is a message without a flag (MS-ASEMAIL_R437)."""

    element_tag = Email.Flag

    subject: Annotated[str | None, Field(Tasks.Subject, STRING)] = None
    status: Annotated[FlagStatus | None, Field(Email.Status, Enumeration(FlagStatus))] = None
    flag_type: Annotated[str | None, Field(Email.FlagType, STRING)] = None
    date_completed: Annotated[datetime | None, Field(Tasks.DateCompleted, DATE_TIME)] = None
    complete_time: Annotated[datetime | None, Field(Email.CompleteTime, DATE_TIME)] = None
    start_date: Annotated[datetime | None, Field(Tasks.StartDate, DATE_TIME)] = None
    due_date: Annotated[datetime | None, Field(Tasks.DueDate, DATE_TIME)] = None
    utc_start_date: Annotated[datetime | None, Field(Tasks.UtcStartDate, DATE_TIME)] = None
    utc_due_date: Annotated[datetime | None, Field(Tasks.UtcDueDate, DATE_TIME)] = None
    reminder_set: Annotated[int | None, Field(Tasks.ReminderSet, Integer(0, 1))] = None
    reminder_time: Annotated[datetime | None, Field(Tasks.ReminderTime, DATE_TIME)] = None
    ordinal_date: Annotated[datetime | None, Field(Tasks.OrdinalDate, DATE_TIME)] = None
    sub_ordinal_date: Annotated[str | None, Field(Tasks.SubOrdinalDate, STRING)] = None


NO_FLAG = Flag()


def flag_after(sent: Flag, subject: str | None) -> Flag:
    """The flag that a message has after a client sent one; ``subject`` is the message's.

    An empty flag and Status 0 clear it (MS-ASEMAIL_R88, MS-ASEMAIL_R8800). Raises SchemaError
    where the flag lacks what its action needs (MS-ASEMAIL_R92).
    """
    if sent == NO_FLAG or sent.status == FlagStatus.CLEARED:
        return NO_FLAG
    if sent.status == FlagStatus.COMPLETE and sent.complete_time is None:
        raise SchemaError(Email.CompleteTime, Problem.MISSING, "of a completed flag")
    if sent.date_completed is not None and sent.complete_time is None:
        # MS-ASEMAIL_R359
        raise SchemaError(Email.CompleteTime, Problem.MISSING, "beside DateCompleted")
    dates = (sent.start_date, sent.due_date, sent.utc_start_date, sent.utc_due_date)
    if None in dates and any(dates):
        # MS-ASEMAIL_R408, MS-ASEMAIL_R409: all four or none.
        raise SchemaError(
            Tasks.DueDate, Problem.MISSING, "StartDate, DueDate and their UTC forms go together"
        )
    for start, due in ((sent.start_date, sent.due_date), (sent.utc_start_date, sent.utc_due_date)):
        if start is not None and due is not None and due < start:
            raise SchemaError(Tasks.DueDate, Problem.VALUE, "lies before StartDate")
    if sent.reminder_set and sent.reminder_time is None:
        # MS-ASEMAIL_R702
        raise SchemaError(Tasks.ReminderTime, Problem.MISSING, "of a flag with a reminder")
    if sent.subject is None and subject:
        # MS-ASEMAIL_R1053
        return Flag(**{name: getattr(sent, name) for name in Flag.__struct_fields__} | {"subject": subject})
    return sent
