"""The values of BusyStatus, MeetingStatus and ResponseType (MS-ASCAL 2.2.2.9, 2.2.2.28 and 2.2.2.40)."""

from __future__ import annotations

from typing import Final

FREE: Final = 0
TENTATIVE: Final = 1
BUSY: Final = 2
OUT_OF_OFFICE: Final = 3
WORKING_ELSEWHERE: Final = 4
"""BusyStatus."""

MEETING: Final = 1
RECEIVED: Final = 2
CANCELED: Final = 4
"""The bits of MeetingStatus (MS-ASCAL_R31812 and on); RECEIVED is somebody else's meeting."""

ORGANIZER: Final = 1
DECLINED: Final = 4
NOT_RESPONDED: Final = 5
"""ResponseType."""
