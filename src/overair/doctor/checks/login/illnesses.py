"""What can be wrong with a log-in."""

from __future__ import annotations

from typing import Final

from overair.doctor.devices.device import CURRENT, EVERY, RETIRED, Device
from overair.doctor.illness import Illness, Product, Severity

REFUSED_ELSEWHERE: Final = frozenset(("authorization-lost",))
"""What it looks like where Autodiscover asks somebody else; here the server says itself why it refuses."""
PASSWORD_WRONG: Final = Illness(
    id="password-wrong",
    severity=Severity.BREAKS,
    says="{host} refuses the log-in of {user}: the name or the password is wrong, or the account is locked.",
    cure="Log in to webmail with the same name and password. If that fails, set a new password; if it works, "
    "look whether the account is locked or needs a password of its own for phones.",
    cures={
        Product.EXCHANGE: "Log in to OWA with the same name and password. If that fails, set a new password "
        "or unlock the account (Unlock-ADAccount); if it works, look into the IIS log for the sub-status of "
        "the 401 (401.1 is the password, 401.2 the kind of log-in, 401.3 the rights on the folder).",
        Product.OVERAIR: "Set a new password with `overair user passwd ADDRESS`.",
    },
)
REFUSED_BEHIND: Final = Illness(
    id="log-in-refused-behind",
    severity=Severity.BREAKS,
    says="{host} takes the log-in of {user} for OPTIONS, and answers its commands with a refusal of another "
    "server ({schemes}): the password is right for the one in front, and the one behind, with the mailbox, "
    "does not take what is passed on to it.",
    cure="Have the server behind take the log-in that the one in front passes on: the same accounts, and the "
    "kind of authentication that the one in front uses.",
    cures={
        Product.EXCHANGE: "On Exchange 2003, on the back-end server: IIS Manager, Default Web Site, the "
        "properties of Exchange and of Microsoft-Server-ActiveSync, Directory Security, Authentication and "
        "access control: Integrated Windows Authentication on (it is off by default), then `iisreset`. On "
        "Exchange 2007 and 2010, at the server in the user's site: `Get-ActiveSyncVirtualDirectory -Server "
        "NAME | Set-ActiveSyncVirtualDirectory -WindowsAuthEnabled $true`, its ExternalUrl empty. On 2013 "
        "and later, at Microsoft-Server-ActiveSync of the site “Exchange Back End”: Windows Authentication "
        "on.",
    },
    explains=REFUSED_ELSEWHERE,
)
ACCOUNT_LOCKED: Final = Illness(
    id="account-locked",
    severity=Severity.BREAKS,
    says="{host} says that the account of {user} is locked.",
    cure="Unlock the account, and find the device that still tries an old password: "
    "it locks the account again.",
    cures={
        Product.EXCHANGE: "Unlock the account (Unlock-ADAccount NAME) and find the device that "
        "still tries an old password: Get-MobileDeviceStatistics -Mailbox NAME lists them."
    },
    explains=REFUSED_ELSEWHERE,
)
PASSWORD_EXPIRED: Final = Illness(
    id="password-expired",
    severity=Severity.BREAKS,
    says="{host} says that the password of {user} has expired.",
    cure="Set a new password in webmail or on a computer of the domain, then enter it on the phone.",
    explains=REFUSED_ELSEWHERE,
)
EAS_DISABLED: Final = Illness(
    id="eas-disabled-for-user",
    severity=Severity.BREAKS,
    says="{host} takes the password of {user} and refuses ActiveSync ({told}): it is switched off for "
    "the user, or this kind of device is not allowed.",
    cure="Switch ActiveSync on for the user, and look at the rules for devices.",
    cures={
        Product.EXCHANGE: "Set-CASMailbox NAME -ActiveSyncEnabled $true; then look at "
        "Get-ActiveSyncOrganizationSettings and Get-ActiveSyncDeviceAccessRule for rules that block.",
    },
)
APP_PASSWORD_NEEDED: Final = Illness(
    id="app-password-needed",
    severity=Severity.BREAKS,
    says="{host} wants a password for applications from {user}, since the account has a second factor.",
    cure="Create an app password in the account's settings and enter it on the phone in place of "
    "the usual one.",
    explains=REFUSED_ELSEWHERE,
)
OAUTH_DEMANDED: Final = Illness(
    id="oauth-demanded",
    severity=Severity.BREAKS,
    says="{host} takes no password any more, but OAuth alone (modern authentication).",
    cure="Set the phone up with “Sign in” rather than by hand; apps that know nothing but a password "
    "cannot be used. Where a password has to work, allow Basic authentication for ActiveSync in an "
    "authentication policy.",
    explains=REFUSED_ELSEWHERE,
)
DOMAIN_NEEDED: Final = Illness(
    id="domain-needed",
    severity=Severity.IMPAIRS,
    says="{host} knows the user as {user} alone, not by the address.",
    cure="Enter the domain on the phone. So that the address works, too, make it the user principal name, or "
    "set the default domain of Basic authentication.",
    cures={
        Product.EXCHANGE: "Set-ADUser NAME -UserPrincipalName ADDRESS, or in IIS at "
        "Microsoft-Server-ActiveSync: Authentication, Basic Authentication, Edit, Default domain \\ (a "
        "backslash)."
    },
)
NAME_NEEDED: Final = Illness(
    id="name-needed",
    severity=Severity.IMPAIRS,
    says="{host} knows the user as {user} alone, not by the address.",
    cure="Enter {user} as the user name on the phone. So that the address works, too, let the server take "
    "addresses for log-ins.",
    cures={
        Product.Z_PUSH: "Set USE_FULLEMAIL_FOR_LOGIN to true in config.php.",
        Product.SOGO: "Add mail to bindFields (LDAP) or LoginFieldNames (SQL) of SOGoUserSources.",
    },
)
DOMAIN_UNWANTED: Final = Illness(
    id="domain-unwanted",
    severity=Severity.BREAKS,
    says="{host} refuses the log-in with the domain {domain} and takes it without.",
    cure="Leave the domain on the phone empty, and enter {user} as the user name.",
)
LATIN1_PASSWORD: Final = Illness(
    id="latin1-password",
    severity=Severity.IMPAIRS,
    breaks=frozenset((Device.IOS, Device.ANDROID, Device.SAMSUNG)),
    says="{host} reads passwords as Latin-1, so that phones, which send UTF-8, are refused because of "
    "a letter such as ä or é in the password.",
    cure="Choose a password of letters without accents, digits and signs of ASCII.",
)
SERVER_FAILS: Final = Illness(
    id="server-fails-after-log-in",
    severity=Severity.BREAKS,
    says="{host} answers HTTP {status} as soon as somebody logs in.",
    cure="Look into the server's log at the time of this examination: what is behind the log-in (the mailbox "
    "server, the application pool, PHP) fails. 507 says that the user's mailbox is full.",
    cures={
        Product.EXCHANGE: "Look at MSExchangeSyncAppPool, at the mailbox database (mounted?), at inherited "
        "rights of the user (AdminSDHolder: members of administrators' groups get HTTP 500), with HTTP 507 "
        "at the quota (`Get-MailboxStatistics NAME | fl StorageLimitStatus`), and into the IIS log.",
        Product.Z_PUSH: "Look into z-push-error.log and PHP's own error log.",
    },
)
VERSIONS_MISSING: Final = Illness(
    id="options-without-versions",
    severity=Severity.BREAKS,
    says="{host} answers OPTIONS without the header MS-ASProtocolVersions, so that phones do not take it for "
    "an ActiveSync server.",
    cure="Let the server's own answer to OPTIONS through: a proxy or a module in front answers it or removes "
    "headers that begin with MS-.",
)
VERSIONS_TOO_OLD: Final = Illness(
    id="versions-too-old",
    severity=Severity.BREAKS,
    hits=CURRENT,
    says="{host} speaks ActiveSync {versions} at most, which current phones have given up.",
    cure="Update the server: Exchange 2003 speaks 2.5, Exchange 2007 12.1. Phones of today want "
    "14.0 or newer.",
)
VERSIONS_OLD: Final = Illness(
    id="versions-old",
    severity=Severity.IMPAIRS,
    hits=CURRENT,
    says="{host} speaks ActiveSync {versions} at most: some current phones and Outlook want 14.0 or newer.",
    cure="Update the server, or allow the newer versions in its settings.",
    cures={Product.Z_PUSH: "Update Z-Push to 2.1 or newer, which speaks 14.0."},
)
VERSIONS_TOO_NEW: Final = Illness(
    id="versions-too-new",
    severity=Severity.IMPAIRS,
    hits=EVERY - {Device.IOS},
    breaks=RETIRED,
    says="{host} speaks nothing older than ActiveSync {versions}: many phones and apps know 14.1 at most.",
    cure="Offer 12.1, 14.0 and 14.1 as well.",
)
COMMANDS_MISSING: Final = Illness(
    id="commands-missing",
    severity=Severity.BREAKS,
    says="{host} does not offer {commands}, which phones cannot do without.",
    cure="Let the header MS-ASProtocolCommands of the server's own answer to OPTIONS through.",
)
