"""HTTP status codes with their meanings, and the common statuses that become them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from overair.protocol.http.commands import Command
from overair.versions import Version


class HttpStatus(IntEnum):
    """The status codes of MS-ASHTTP 2.2.2.1.1 and the ones of HTTP that the server adds."""

    OK = 200
    FOUND = 302
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    METHOD_NOT_ALLOWED = 405
    CONTENT_TOO_LARGE = 413
    URI_TOO_LONG = 414
    UNSUPPORTED_MEDIA_TYPE = 415
    RETRY_AFTER_PROVISIONING = 449
    REDIRECT = 451
    BLOCKED = 456
    EXPIRED_PASSWORD = 457
    INTERNAL_SERVER_ERROR = 500
    NOT_IMPLEMENTED = 501
    PROXY_ERROR = 502
    SERVICE_UNAVAILABLE = 503
    VERSION_NOT_SUPPORTED = 505
    INSUFFICIENT_DISK_SPACE = 507


MEANINGS: Final[dict[int, str]] = {
    200: "The command succeeded.",
    302: "What is asked for is at another address.",
    400: "The request could not be understood; repeated without change it fails in the same way.",
    401: "Authorization is required or was refused.",
    403: "The user is not enabled for ActiveSync synchronization.",
    404: "The URI could not be found, or there is no ActiveSync here.",
    405: "This URI does not take the method.",
    413: "The body is larger than the server takes.",
    414: "The query is longer than the server takes.",
    415: "The body's compression is not one that the server reads.",
    449: "The device has to be provisioned before it goes on.",
    451: "Another server has the user's mailbox or reaches it better.",
    456: "The user's account is blocked.",
    457: "The user's password has expired.",
    500: "The server met a condition that it did not expect.",
    501: "The server does not know the method or the command.",
    502: "The server that was asked for could not be found.",
    503: "The service is unavailable or the device is asking too much.",
    505: "The server does not serve this protocol version.",
    507: "The user's mailbox is full.",
}

_UP_TO_12_1: Final[dict[int, int]] = {
    101: 400,  # MS-ASCMD_R7545
    103: 400,  # MS-ASCMD_R7547
    106: 400,  # MS-ASCMD_R7548
    110: 500,  # MS-ASCMD_R7550
    111: 503,  # MS-ASCMD_R7551
    112: 403,  # MS-ASCMD_R7552
    113: 507,  # MS-ASCMD_R7553
    125: 403,  # MS-ASCMD_R7554
    126: 403,  # MS-ASCMD_R7555
    132: 403,  # MS-ASCMD_R7556
    137: 501,  # MS-ASCMD_R7558
    138: 400,  # MS-ASCMD_R7559
    140: 449,  # MS-ASCMD_R7562
    141: 449,  # MS-ASCMD_R7563
    142: 449,  # MS-ASCMD_R7564
    143: 449,  # MS-ASCMD_R7565
    144: 449,  # MS-ASCMD_R7566
    147: 400,  # MS-ASCMD_R7567
    # For the rest the specification says only that it is 4xx or 5xx (MS-ASCMD_R7461, R7462).
    102: 400,
    104: 400,
    105: 400,
    107: 400,
    108: 400,
    109: 400,
    114: 503,
    115: 507,
    116: 400,
    117: 403,
    118: 400,
    119: 400,
    120: 500,
    121: 500,
    122: 413,
    123: 403,
    124: 401,
    127: 403,
    128: 403,
    129: 403,
    130: 403,
    131: 403,
    133: 503,
    134: 500,
    135: 503,
    136: 500,
    139: 403,
    145: 403,
    146: 400,
    148: 403,
    149: 400,
    150: 404,
    151: 500,
    152: 500,
    153: 500,
    154: 500,
    155: 400,
    156: 400,
    160: 400,
    161: 400,
    162: 503,
    163: 500,
    164: 400,
    165: 403,
    166: 400,
    167: 403,
    168: 403,
    169: 503,
    170: 500,
    171: 400,
    172: 403,
    173: 404,
    174: 400,
    175: 400,
    176: 500,
    177: 403,
}

_OF_COMMAND: Final[dict[tuple[int, Command], int]] = {
    (106, Command.SEND_MAIL): 500,  # MS-ASCMD_R7549
    (132, Command.PROVISION): 500,  # MS-ASCMD_R7557
}

_WITHOUT_POLICY_KEY: Final[dict[int, int]] = {
    140: 403,  # MS-ASCMD_R7561
}


def http_status_for(
    status: int, command: Command, version: Version, *, has_policy_key: bool = True
) -> int | None:
    """The HTTP status that stands for a common status (101 to 177) in a protocol version.

    None from version 14.0 on, and for other statuses: there the Status element says it.
    """
    if version >= Version.V14_0 or status not in _UP_TO_12_1:
        return None
    if not has_policy_key and status in _WITHOUT_POLICY_KEY:
        return _WITHOUT_POLICY_KEY[status]
    return _OF_COMMAND.get((status, command), _UP_TO_12_1[status])
