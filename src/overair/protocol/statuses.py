"""Every value of the Status elements, by command (MS-ASCMD 2.2.2 and 2.2.3.177, MS-ASPROV 2.2.2.54)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class CommonStatus(IntEnum):
    """What any command may answer (MS-ASCMD 2.2.2); up to 12.1 an HTTP status stands in its place
    (protocol.http.http_status_for).
    """

    INVALID_CONTENT = 101
    INVALID_WBXML = 102
    INVALID_XML = 103
    INVALID_DATE_TIME = 104
    INVALID_COMBINATION_OF_IDS = 105
    INVALID_IDS = 106
    INVALID_MIME = 107
    DEVICE_ID_MISSING_OR_INVALID = 108
    DEVICE_TYPE_MISSING_OR_INVALID = 109
    SERVER_ERROR = 110
    SERVER_ERROR_RETRY_LATER = 111
    ACTIVE_DIRECTORY_ACCESS_DENIED = 112
    MAILBOX_QUOTA_EXCEEDED = 113
    MAILBOX_SERVER_OFFLINE = 114
    SEND_QUOTA_EXCEEDED = 115
    MESSAGE_RECIPIENT_UNRESOLVED = 116
    MESSAGE_REPLY_NOT_ALLOWED = 117
    MESSAGE_PREVIOUSLY_SENT = 118
    MESSAGE_HAS_NO_RECIPIENT = 119
    MAIL_SUBMISSION_FAILED = 120
    MESSAGE_REPLY_FAILED = 121
    ATTACHMENT_IS_TOO_LARGE = 122
    USER_HAS_NO_MAILBOX = 123
    USER_CANNOT_BE_ANONYMOUS = 124
    USER_PRINCIPAL_COULD_NOT_BE_FOUND = 125
    USER_DISABLED_FOR_SYNC = 126
    USER_ON_NEW_MAILBOX_CANNOT_SYNC = 127
    USER_ON_LEGACY_MAILBOX_CANNOT_SYNC = 128
    DEVICE_IS_BLOCKED_FOR_THIS_USER = 129
    ACCESS_DENIED = 130
    ACCOUNT_DISABLED = 131
    SYNC_STATE_NOT_FOUND = 132
    SYNC_STATE_LOCKED = 133
    SYNC_STATE_CORRUPT = 134
    SYNC_STATE_ALREADY_EXISTS = 135
    SYNC_STATE_VERSION_INVALID = 136
    COMMAND_NOT_SUPPORTED = 137
    VERSION_NOT_SUPPORTED = 138
    DEVICE_NOT_FULLY_PROVISIONABLE = 139
    REMOTE_WIPE_REQUESTED = 140
    LEGACY_DEVICE_ON_STRICT_POLICY = 141
    DEVICE_NOT_PROVISIONED = 142
    POLICY_REFRESH = 143
    INVALID_POLICY_KEY = 144
    EXTERNALLY_MANAGED_DEVICES_NOT_ALLOWED = 145
    NO_RECURRENCE_IN_CALENDAR = 146
    UNEXPECTED_ITEM_CLASS = 147
    REMOTE_SERVER_HAS_NO_SSL = 148
    INVALID_STORED_REQUEST = 149
    ITEM_NOT_FOUND = 150
    TOO_MANY_FOLDERS = 151
    NO_FOLDERS_FOUND = 152
    ITEMS_LOST_AFTER_MOVE = 153
    FAILURE_IN_MOVE_OPERATION = 154
    MOVE_COMMAND_DISALLOWED_FOR_NON_PERSISTENT_MOVE_ACTION = 155
    MOVE_COMMAND_INVALID_DESTINATION_FOLDER = 156
    AVAILABILITY_TOO_MANY_RECIPIENTS = 160
    AVAILABILITY_DL_LIMIT_REACHED = 161
    AVAILABILITY_TRANSIENT_FAILURE = 162
    AVAILABILITY_FAILURE = 163
    BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED = 164
    DEVICE_INFORMATION_REQUIRED = 165
    INVALID_ACCOUNT_ID = 166
    ACCOUNT_SEND_DISABLED = 167
    IRM_FEATURE_DISABLED = 168
    IRM_TRANSIENT_ERROR = 169
    IRM_PERMANENT_ERROR = 170
    IRM_INVALID_TEMPLATE_ID = 171
    IRM_OPERATION_NOT_PERMITTED = 172
    NO_PICTURE = 173
    PICTURE_TOO_LARGE = 174
    PICTURE_LIMIT_REACHED = 175
    BODY_PART_CONVERSATION_TOO_LARGE = 176
    MAXIMUM_DEVICES_REACHED = 177
    INVALID_MIME_BODY_COMBINATION = 178
    INVALID_SMART_FORWARD_PARAMETERS = 179
    INVALID_RECIPIENTS = 183
    ONE_OR_MORE_EXCEPTIONS_FAILED = 184


PROVISIONING_STATUSES: Final = frozenset(
    {
        CommonStatus.REMOTE_WIPE_REQUESTED,
        CommonStatus.LEGACY_DEVICE_ON_STRICT_POLICY,
        CommonStatus.DEVICE_NOT_PROVISIONED,
        CommonStatus.POLICY_REFRESH,
        CommonStatus.INVALID_POLICY_KEY,
    }
)
"""The statuses whose remedy is the Provision command."""


class SyncStatus(IntEnum):
    """Sync, its collections and its items (MS-ASCMD 2.2.3.177.17)."""

    SUCCESS = 1
    INVALID_SYNC_KEY = 3
    PROTOCOL_ERROR = 4
    SERVER_ERROR = 5
    CONVERSION_ERROR = 6
    CONFLICT = 7
    OBJECT_NOT_FOUND = 8
    CANNOT_COMPLETE = 9
    HIERARCHY_CHANGED = 12
    INCOMPLETE_REQUEST = 13
    INVALID_WAIT = 14
    TOO_MANY_COLLECTIONS = 15
    RETRY = 16


class GetItemEstimateStatus(IntEnum):
    """GetItemEstimate (MS-ASCMD 2.2.3.177.7)."""

    SUCCESS = 1
    INVALID_COLLECTION = 2
    NOT_PRIMED = 3
    INVALID_SYNC_KEY = 4


class FolderSyncStatus(IntEnum):
    """FolderSync (MS-ASCMD 2.2.3.177.5)."""

    SUCCESS = 1
    SERVER_ERROR = 6
    INVALID_SYNC_KEY = 9
    MALFORMED_REQUEST = 10
    UNKNOWN_ERROR = 11
    CODE_UNKNOWN = 12


class FolderCreateStatus(IntEnum):
    """FolderCreate (MS-ASCMD 2.2.3.177.3)."""

    SUCCESS = 1
    FOLDER_EXISTS = 2
    SPECIAL_FOLDER = 3
    PARENT_NOT_FOUND = 5
    SERVER_ERROR = 6
    INVALID_SYNC_KEY = 9
    MALFORMED_REQUEST = 10
    UNKNOWN_ERROR = 11
    CODE_UNKNOWN = 12


class FolderUpdateStatus(IntEnum):
    """FolderUpdate (MS-ASCMD 2.2.3.177.6)."""

    SUCCESS = 1
    FOLDER_EXISTS = 2
    RECIPIENT_INFORMATION = 3
    FOLDER_NOT_FOUND = 4
    PARENT_NOT_FOUND = 5
    SERVER_ERROR = 6
    INVALID_SYNC_KEY = 9
    MALFORMED_REQUEST = 10
    UNKNOWN_ERROR = 11


class FolderDeleteStatus(IntEnum):
    """FolderDelete (MS-ASCMD 2.2.3.177.4)."""

    SUCCESS = 1
    SPECIAL_FOLDER = 3
    FOLDER_NOT_FOUND = 4
    SERVER_ERROR = 6
    INVALID_SYNC_KEY = 9
    MALFORMED_REQUEST = 10
    UNKNOWN_ERROR = 11


class MoveItemsStatus(IntEnum):
    """MoveItems (MS-ASCMD 2.2.3.177.10); success is 3."""

    INVALID_SOURCE = 1
    INVALID_DESTINATION = 2
    SUCCESS = 3
    SAME_FOLDER = 4
    CANNOT_MOVE = 5
    LOCKED = 7


class ItemOperationsStatus(IntEnum):
    """ItemOperations and its operations (MS-ASCMD 2.2.3.177.8)."""

    SUCCESS = 1
    PROTOCOL_ERROR = 2
    SERVER_ERROR = 3
    BAD_LINK = 4
    DOCUMENT_ACCESS_DENIED = 5
    NOT_FOUND = 6
    CONNECTION_FAILED = 7
    INVALID_RANGE = 8
    UNKNOWN_STORE = 9
    EMPTY_FILE = 10
    TOO_LARGE = 11
    INPUT_OUTPUT_FAILURE = 12
    CONVERSION_FAILED = 14
    INVALID_ATTACHMENT = 15
    ACCESS_DENIED = 16
    PARTIAL_SUCCESS = 17
    CREDENTIALS_REQUIRED = 18
    MOVE_ALWAYS_MISSING = 155
    INVALID_DESTINATION = 156


class PingStatus(IntEnum):
    """Ping (MS-ASCMD 2.2.3.177.11)."""

    EXPIRED = 1
    CHANGES = 2
    MISSING_PARAMETERS = 3
    SYNTAX_ERROR = 4
    INVALID_HEARTBEAT = 5
    TOO_MANY_FOLDERS = 6
    HIERARCHY_CHANGED = 7
    SERVER_ERROR = 8


class SearchStatus(IntEnum):
    """Search as a whole (MS-ASCMD 2.2.3.177.13)."""

    SUCCESS = 1
    SERVER_ERROR = 3


class SearchStoreStatus(IntEnum):
    """The Store of a Search's answer (MS-ASCMD 2.2.3.177.13)."""

    SUCCESS = 1
    INVALID_REQUEST = 2
    SERVER_ERROR = 3
    BAD_LINK = 4
    ACCESS_DENIED = 5
    NOT_FOUND = 6
    CONNECTION_FAILED = 7
    TOO_COMPLEX = 8
    TIMED_OUT = 10
    HIERARCHY_CHANGED = 11
    END_OF_RANGE = 12
    ACCESS_BLOCKED = 13
    CREDENTIALS_REQUIRED = 14


class PictureStatus(IntEnum):
    """A contact photo in the answer to Search, Find or ResolveRecipients (MS-ASCMD 2.2.3.177.13)."""

    SUCCESS = 1
    NO_PICTURE = 173
    TOO_LARGE = 174
    LIMIT_REACHED = 175


class FindStatus(IntEnum):
    """Find and its Response (MS-ASCMD 2.2.3.177.2)."""

    SUCCESS = 1
    INVALID_REQUEST = 2
    HIERARCHY_CHANGED = 3
    RANGE_MUST_START_AT_ZERO = 4


class ResolveRecipientsStatus(IntEnum):
    """ResolveRecipients as a whole (MS-ASCMD 2.2.3.177.12)."""

    SUCCESS = 1
    PROTOCOL_ERROR = 5
    SERVER_ERROR = 6


class RecipientStatus(IntEnum):
    """The answer to one To (MS-ASCMD 2.2.3.177.12)."""

    RESOLVED = 1
    AMBIGUOUS = 2
    AMBIGUOUS_AND_CUT = 3
    NOT_FOUND = 4


class AvailabilityStatus(IntEnum):
    """Whether it is known when a recipient is busy (MS-ASCMD 2.2.3.177.12)."""

    SUCCESS = 1
    TOO_MANY_RECIPIENTS = 160
    GROUP_TOO_LARGE = 161
    TRANSIENT_FAILURE = 162
    FAILURE = 163


class CertificatesStatus(IntEnum):
    """Whether there are certificates of a recipient (MS-ASCMD 2.2.3.177.12)."""

    SUCCESS = 1
    NONE_VALID = 7
    LIMIT_REACHED = 8


class CertificateRetrieval(IntEnum):
    """Which certificates a client wants (MS-ASCMD 2.2.3.22)."""

    NONE = 1
    FULL = 2
    MINI = 3


class RecipientType(IntEnum):
    """Where a recipient was found (MS-ASCMD 2.2.3.186.5)."""

    ADDRESS_LIST = 1
    CONTACTS = 2


class SettingsStatus(IntEnum):
    """Settings and its properties (MS-ASCMD 2.2.3.177.15)."""

    SUCCESS = 1
    PROTOCOL_ERROR = 2
    ACCESS_DENIED = 3
    SERVER_UNAVAILABLE = 4
    INVALID_ARGUMENTS = 5
    CONFLICTING_ARGUMENTS = 6
    DENIED_BY_POLICY = 7


class ProvisionStatus(IntEnum):
    """Provision as a whole (MS-ASPROV 2.2.2.54.2)."""

    SUCCESS = 1
    PROTOCOL_ERROR = 2
    SERVER_ERROR = 3


class PolicyStatus(IntEnum):
    """The server's word on a policy (MS-ASPROV 2.2.2.54.1)."""

    SUCCESS = 1
    NO_POLICY = 2
    UNKNOWN_POLICY_TYPE = 3
    CORRUPTED = 4
    WRONG_POLICY_KEY = 5


class PolicyAcknowledgement(IntEnum):
    """The client's word on a policy (MS-ASPROV 2.2.2.54.1)."""

    SUCCESS = 1
    PARTIAL_SUCCESS = 2
    NOT_APPLIED = 3
    EXTERNALLY_MANAGED = 4


class WipeStatus(IntEnum):
    """The client's word on a remote wipe (MS-ASPROV 2.2.2.54.3)."""

    SUCCESS = 1
    FAILED = 2
