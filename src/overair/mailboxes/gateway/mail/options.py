"""What can be chosen about the mail of a gateway."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from overair.mailboxes.gateway.mail.special_folders import Role
from overair.mailboxes.gateway.sharing import Shared


class MailOptions(msgspec.Struct, frozen=True):
    """What an administrator chooses for all accounts of a server. Times are seconds.

    ``names`` are the mailboxes of roles where the server does not say which they are; as the user sees
    them, below the personal namespace.
    """

    names: dict[Role, str] = {}
    subscribed_only: bool = False
    """Whether only those of the user's own mailboxes are shown that are subscribed to."""
    shared: Shared = Shared.ALL
    poll_interval: float = 60
    """How often a watch looks at mailboxes of which the server tells nothing by itself."""
    compare_interval: float = 300
    """How often the flags of a mailbox are compared that has no modification sequence."""


class Owner(msgspec.Struct, frozen=True):
    """Whose mail it is: the addresses, in lower case, and the zone of meetings that name none."""

    account_id: int
    addresses: Collection[str] = ()
    time_zone: str = "UTC"
