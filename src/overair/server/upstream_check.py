"""A look at the servers of a gateway as a user of theirs: each is logged in to, asked what it can do and
listed. Nothing is changed there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

import msgspec

from overair.credentials import Credentials, Kind
from overair.delivery.relay import Unreachable
from overair.mailboxes.embedded.hierarchy import DEFAULT_FOLDERS
from overair.mailboxes.gateway.backend import Backend, BackendName, UpstreamFolder, WrongCredentials
from overair.mailboxes.gateway.groupware.backend import DavBackend
from overair.mailboxes.gateway.hierarchy import NEEDED, missing
from overair.mailboxes.gateway.mail.trouble import translated
from overair.mailboxes.gateway.settings import GatewaySettings
from overair.mailboxes.interface import FolderType, MailboxError, NoSuchFolder, Refused
from overair.server import upstream_abilities as abilities
from overair.server.settings import Settings
from overair.server.upstream_abilities import Ability
from overair.server.upstream_servers import UpstreamServers
from overair.storage.blobs import FileBlobStore

WITHOUT: Final = {
    "smtp": "mail goes out as [smtp] says",
    "caldav": "calendars and tasks are kept here",
    "carddav": "contacts are kept here",
}
_OF_KIND: Final = {
    Kind.PASSWORD: "give the right password, or set [gateway] login to the pattern of its users' names",
    Kind.MASTER: "see [gateway] master_user, master_password_file and master_separator",
    Kind.OAUTH2: "see what [gateway] token_command prints, and whether the server takes such tokens",
}
_ACL: Final = "let the master user in there as the user: with Dovecot's ACLs acl_user = %u"
_OURS: Final = (
    'it was tried with the password that [gateway] accounts = "directory" gives, which a master_user does'
    " without over IMAP and SMTP alone: give the user the same one there, or leave this server out"
)
_KINDS: Final = {
    BackendName.IMAP: (FolderType.INBOX, *NEEDED[BackendName.IMAP]),
    BackendName.CALDAV: NEEDED[BackendName.CALDAV],
    BackendName.CARDDAV: NEEDED[BackendName.CARDDAV],
}
"""The default folders that are a server's."""
HERE: Final = "here"
"""Where a folder is that no server has."""


class ServerChecked(msgspec.Struct, kw_only=True):
    """What came of one server; ``failure`` is one line that says what to change, "" where all is well."""

    setting: str
    place: str
    failure: str = ""
    can: tuple[Ability, ...] = ()
    kept_here: tuple[str, ...] = ()
    """What phones say of items and the server cannot keep."""


REFUSED: Final = (
    "out of office: mail comes to the IMAP server, which is the one that could reply: set it there",
)
"""What phones are refused, and why."""


class FolderShown(msgspec.Struct, frozen=True, kw_only=True):
    """A folder as a phone will see it; ``level`` 0 is the top."""

    name: str
    type: str
    level: int
    server: str
    """A setting's name, or HERE."""
    state: Literal["there", "to be made", "unknown"] = "there"
    """What is to be made is when the first phone comes; of a server that cannot be used nothing is known."""
    writable: bool = True


class GatewayChecked(msgspec.Struct, kw_only=True):
    """All that was found."""

    address: str
    user: str
    """The name at the servers."""
    servers: list[ServerChecked]
    without: dict[str, str]
    """The settings that name no server, and what that means."""
    folders: list[FolderShown]
    refused: tuple[str, ...] = ()
    """What phones are refused with any server."""

    @property
    def failures(self) -> int:
        """How many servers cannot be used."""
        return sum(bool(server.failure) for server in self.servers)


async def check(settings: Settings, address: str, password: str) -> GatewayChecked:
    """Look at every server that is configured, with the password of the user of an address where that is
    what opens them. Raises MailboxUnavailable, GatewayError.
    """
    with TemporaryDirectory() as folder:
        blobs = FileBlobStore(Path(folder))  # nothing is put there
        servers = UpstreamServers(settings.gateway, settings.domain, settings.calendar.time_zone, blobs)
        try:
            return await _check(servers, settings.gateway, address, password)
        finally:
            await servers.close()


async def _check(
    servers: UpstreamServers, settings: GatewaySettings, address: str, password: str
) -> GatewayChecked:
    mail, groupware = await servers.credentials_of(address, password)
    found = GatewayChecked(
        address=address,
        user=mail.user,
        servers=[],
        without={setting: words for setting, words in WITHOUT.items() if not getattr(settings, setting)},
        folders=[],
        refused=REFUSED,
    )
    trees: dict[BackendName, Sequence[UpstreamFolder] | None] = {}
    backends = servers.connect(0, address, mail, groupware).backends
    for name, backend in backends.items():
        server = ServerChecked(setting=name.value, place=getattr(settings, name.value))
        found.servers.append(server)
        if name is BackendName.IMAP:
            trees[name] = await _looked_at(server, backend, _mail(servers, settings, mail), mail)
        else:
            trees[name] = await _looked_at(server, backend, _groupware(backend), groupware)
    if servers.submission is not None:
        found.servers.insert(1, await _submission(servers, settings.smtp, mail))
    found.folders = _shown(trees)
    return found


async def _looked_at(
    server: ServerChecked,
    backend: Backend,
    look: Callable[[ServerChecked], Awaitable[None]],
    credentials: Credentials,
) -> Sequence[UpstreamFolder] | None:
    """Log in, ask what it can do, and list; the folders, None of a server that cannot be used."""
    try:
        await backend.check()
        await look(server)
        return await backend.tree()
    except WrongCredentials:
        server.failure = _refused(server.setting, credentials)
    except NoSuchFolder as error:
        remedy = f"set [gateway] {server.setting} to the URL that the server's documentation names"
        server.failure = f"{error}: {_ACL if credentials.kind is Kind.MASTER else remedy}"
    except MailboxError as error:
        server.failure = f"{error}: {_remedy(str(error), server.setting)}"
    return None


def _mail(
    servers: UpstreamServers, settings: GatewaySettings, credentials: Credentials
) -> Callable[[ServerChecked], Awaitable[None]]:
    async def look(server: ServerChecked) -> None:
        with translated(0):
            async with servers.pool.session(credentials) as session:
                inbox = await session.select("INBOX")  # which keywords it keeps is not said of EXAMINE
                server.can = abilities.of_mail(session.capabilities, settings)
                server.kept_here = tuple(abilities.kept_of_mail(inbox.permanent_flags))

    return look


def _groupware(backend: Backend) -> Callable[[ServerChecked], Awaitable[None]]:
    async def look(server: ServerChecked) -> None:
        if not isinstance(backend, DavBackend):
            raise Refused("it is no server of CalDAV or CardDAV")
        home = await backend.home()
        tells = await backend.tells_changes()
        server.can = abilities.of_groupware(backend.name, home, tells_changes=tells)
        server.kept_here = tuple(abilities.kept_of_groupware(backend.name))

    return look


async def _submission(servers: UpstreamServers, place: str, credentials: Credentials) -> ServerChecked:
    server = ServerChecked(setting="smtp", place=place)
    if servers.submission is not None:
        try:
            await servers.submission.check(credentials)
        except Unreachable as error:
            refused = "SMTPAuthenticationError" in str(error)
            server.failure = (
                _refused("smtp", credentials) if refused else f"SMTP: {error}: {_remedy(str(error), 'smtp')}"
            )
    return server


def _refused(setting: str, credentials: Credentials) -> str:
    """What to say of a log-in that is refused; never the secret."""
    remedy = _OURS if credentials.ours else _OF_KIND[credentials.kind]
    return f"{setting}: the log-in as {credentials.user} is refused: {remedy}"


def _remedy(error: str, setting: str) -> str:
    if "not trusted" in error or "CERTIFICATE" in error.upper():
        return "set [gateway] ca_file to the certificates of whoever signed it, or put it in order there"
    if "STARTTLS" in error:
        return f"set [gateway] {setting} to the port that has TLS"
    return f"see whether the server runs, and [gateway] {setting}"


def _shown(trees: dict[BackendName, Sequence[UpstreamFolder] | None]) -> list[FolderShown]:
    """The folders of all servers, and those that every mailbox has."""
    found: list[FolderShown] = []
    there: set[FolderType] = set()
    state: Literal["to be made", "unknown"]
    for name, tree in trees.items():
        levels: dict[str, int] = {}
        for folder in tree or ():
            levels[folder.path] = levels.get(folder.parent or "", -1) + 1
            there.add(folder.type)
            found.append(
                FolderShown(
                    name=folder.name,
                    type=_type(folder.type),
                    level=levels[folder.path],
                    server=name.value,
                    writable=folder.writable,
                )
            )
        state = "unknown" if tree is None else "to be made"
        kinds = _KINDS[name] if tree is None else tuple(missing(name, tree))
        for kind in kinds:
            there.add(kind)
            found.append(_default(kind, name.value, state))
    found += [_default(kind, HERE) for kind in DEFAULT_FOLDERS if kind not in there]
    return found


def _default(
    kind: FolderType, server: str, state: Literal["there", "to be made", "unknown"] = "there"
) -> FolderShown:
    return FolderShown(name=DEFAULT_FOLDERS[kind], type=_type(kind), level=0, server=server, state=state)


def _type(kind: FolderType) -> str:
    """A type in words."""
    return kind.name.lower().replace("_", " ").replace("user ", "")
