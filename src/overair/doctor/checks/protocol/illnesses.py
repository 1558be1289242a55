"""What can be wrong with a phone's first minute."""

from __future__ import annotations

from typing import Final

from overair.doctor.illness import Illness, Product, Severity

LOG: Final = "Look into the server's log at the time of this examination, for the device {device}."

WIPE_ORDERED: Final = Illness(
    id="wipe-ordered",
    severity=Severity.BREAKS,
    says="{host} orders a remote wipe ({what}) from this device. The doctor has not acknowledged it, and "
    "nothing was wiped; a phone would be.",
    cure="Take the wipe back before anybody connects a phone that is not to be wiped.",
    cures={
        Product.EXCHANGE: "Clear-MobileDevice -Identity … -Cancel, or remove the partnership: "
        "Get-MobileDevice -Mailbox NAME, then Remove-MobileDevice.",
        Product.Z_PUSH: "z-push-admin -a list -u NAME, then z-push-admin -a remove -d DEVICE.",
    },
)
PROVISIONING_FAILS: Final = Illness(
    id="provisioning-fails",
    severity=Severity.BREAKS,
    says="{host} does not hand out its policies: {told}.",
    cure=LOG + " Assign the user another mobile device policy.",
)
PROVISIONING_ENDLESS: Final = Illness(
    id="provisioning-endless",
    severity=Severity.BREAKS,
    says="{host} demands its policies again each time they were accepted ({told}), so that phones never get "
    "any further.",
    cure="Look whether a proxy removes the header X-MS-PolicyKey or changes the query, whether several "
    "servers behind one name share their state, and whether the policy was changed in this minute.",
)
POLICIES_STRICT: Final = Illness(
    id="policies-strict",
    severity=Severity.ODDITY,
    says="{host} demands what not every device can do: {policies}.",
    cure="Devices that cannot do it are turned away, unless the policy allows non-provisionable devices.",
)
EAS_DISABLED: Final = Illness(
    id="eas-disabled",
    severity=Severity.BREAKS,
    says="{host} takes the password and says that the user may not synchronise: {told}.",
    cure="Switch ActiveSync on for the user, and look whether the mailbox is on a server of its own version.",
    cures={
        Product.EXCHANGE: "Set-CASMailbox NAME -ActiveSyncEnabled $true; status 127 or 128 says that the "
        "mailbox is on an older or newer Exchange than the front end serves."
    },
)
DEVICE_BLOCKED: Final = Illness(
    id="device-blocked",
    severity=Severity.BREAKS,
    says="{host} blocks this device for the user: {told}.",
    cure="Allow the device, or the kind of devices. The doctor shows itself as {device}.",
    cures={
        Product.EXCHANGE: "Look at Get-ActiveSyncDeviceAccessRule and Get-ActiveSyncOrganizationSettings "
        "(DefaultAccessLevel), then Set-CASMailbox NAME -ActiveSyncAllowedDeviceIDs @{{add='{device}'}}."
    },
)
DEVICE_QUARANTINED: Final = Illness(
    id="device-quarantined",
    severity=Severity.BREAKS,
    says="{host} shows this device nothing but an Inbox, as servers do while a new device waits to be let in "
    "(quarantine).",
    cure="Let the device in at the server, or take quarantine away for this user. The doctor shows itself as "
    "{device}.",
    cures={
        Product.EXCHANGE: "Exchange admin center, Mobile, Quarantined devices; or Set-CASMailbox NAME "
        "-ActiveSyncAllowedDeviceIDs @{{add='{device}'}}."
    },
)
DEVICES_TOO_MANY: Final = Illness(
    id="devices-too-many",
    severity=Severity.BREAKS,
    says="{host} takes no further device of this user (status 177).",
    cure="Remove devices that are not used any more.",
    cures={
        Product.EXCHANGE: "Get-MobileDeviceStatistics -Mailbox NAME shows them with their last sync; "
        "Remove-MobileDevice removes one. The limit is EasMaxDevices of the throttling policy."
    },
)
FOLDER_SYNC_FAILS: Final = Illness(
    id="folder-sync-fails",
    severity=Severity.BREAKS,
    says="{host} does not tell its folders: {told}.",
    cure=LOG,
)
FOLDER_MISSING: Final = Illness(
    id="folder-missing",
    severity=Severity.IMPAIRS,
    says="{host} shows no {folders}, so that phones leave it out.",
    cure="Switch the missing part on for the user, or configure its backend; a calendar or contacts in a "
    "folder that was made by hand has another type.",
    cures={
        Product.Z_PUSH: "Name a backend for calendar and contacts: BACKEND_PROVIDER 'BackendCombined' with "
        "CalDAV and CardDAV beside IMAP, in config.php and backend/combined/config.php.",
        Product.SOGO: "Calendar and contacts come from SOGo's own database: look at OCSFolderInfoURL and at "
        "SOGoProfileURL.",
    },
)
INBOX_MISSING: Final = Illness(
    id="inbox-missing",
    severity=Severity.BREAKS,
    says="{host} shows no Inbox.",
    cure="Look whether the mailbox is whole and its backend for mail answers. " + LOG,
)
SYNC_FAILS: Final = Illness(
    id="sync-fails",
    severity=Severity.BREAKS,
    says="{host} tells the folders, and nothing of what is in the Inbox: {told}.",
    cure=LOG + " A single broken message can stop a folder.",
)
CLASS_FAILS: Final = Illness(
    id="sync-of-a-class-fails",
    severity=Severity.IMPAIRS,
    says="{host} does not synchronise {folders}: {told}.",
    cure=LOG,
)
ESTIMATE_FAILS: Final = Illness(
    id="estimate-fails",
    severity=Severity.ODDITY,
    says="{host} does not estimate what a Sync would bring ({told}); some devices show no progress.",
    cure=LOG,
)
LIMITS_IGNORED: Final = Illness(
    id="limits-ignored",
    severity=Severity.ODDITY,
    says="{host} sends more than a phone asks for: {more}.",
    cure="Update the server. Devices with little memory, and slow lines, suffer from it.",
)
HEARTBEAT_LIMITED: Final = Illness(
    id="heartbeat-limited",
    severity=Severity.ODDITY,
    says="{host} lets phones wait {minutes} minutes at most.",
    cure="Nothing has to be done; longer waits save battery where the path holds them.",
    cures={
        Product.EXCHANGE: "MaxHeartbeatInterval (seconds) in the web.config of ClientAccess\\Sync says so.",
        Product.Z_PUSH: "PING_HIGHER_BOUND_LIFETIME in config.php says so.",
        Product.OVERAIR: "longest in [heartbeat] of overair.toml says so.",
    },
)
MESSAGE_NOT_SENT: Final = Illness(
    id="message-not-sent",
    severity=Severity.IMPAIRS,
    says="{host} does not send: {told}.",
    cure="Look at the server's outgoing mail: its relay, the user's right to send, and limits of size.",
)
MESSAGE_NOT_ARRIVING: Final = Illness(
    id="message-not-arriving",
    severity=Severity.IMPAIRS,
    says="{host} took a message of the user to the user's own address, and it was not in the Inbox within "
    "{seconds} seconds.",
    cure="Follow the message in the log of the mail server: it may wait in a queue, lie in Junk or in "
    "another folder by a rule, or have gone to another server by the MX record.",
)
ARRIVAL_NOT_TOLD: Final = Illness(
    id="arrival-not-told",
    severity=Severity.IMPAIRS,
    says="A message arrived and {host} did not answer the waiting Ping: mail is there only when the phone "
    "looks for it.",
    cure="Let the server notice changes: IDLE or NOTIFY in front of IMAP, notifications between the server "
    "and its mailbox store.",
    cures={
        Product.Z_PUSH: "PING_INTERVAL in config.php is how often it looks; it must be shorter than the "
        "heartbeat.",
        Product.SOGO: "SOGoInternalSyncInterval in sogo.conf is how often it looks; WOWorkersCount must be "
        "greater than the number of phones.",
    },
)
