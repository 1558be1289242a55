"""The policy: what phones are asked for, and when a request must wait until they have been."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from overair.devices.device import Device
from overair.protocol.http import Command, Request
from overair.protocol.policy import EASProvisionDoc
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, PolicyAcknowledgement
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.encode import encode
from overair.wbxml.pages import Provision

ASKS_NOTHING: Final = EASProvisionDoc(
    device_password_enabled=False,
    alphanumeric_device_password_required=False,
    password_recovery_enabled=False,
    require_storage_card_encryption=False,
    attachments_enabled=True,
    allow_simple_device_password=True,
    device_password_history=0,
    allow_storage_card=True,
    allow_camera=True,
    require_device_encryption=False,
    allow_unsigned_applications=True,
    allow_unsigned_installation_packages=True,
    allow_wifi=True,
    allow_text_messaging=True,
    allow_pop_imap_email=True,
    allow_bluetooth=2,
    allow_irda=True,
    require_manual_sync_when_roaming=False,
    allow_desktop_sync=True,
    max_calendar_age_filter=0,
    allow_html_email=True,
    max_email_age_filter=0,
    max_email_body_truncation_size=-1,
    max_email_html_body_truncation_size=-1,
    require_signed_smime_messages=False,
    require_encrypted_smime_messages=False,
    allow_smime_encryption_algorithm_negotiation=2,
    allow_smime_soft_certs=True,
    allow_browser=True,
    allow_consumer_email=True,
    allow_remote_desktop=True,
    allow_internet_sharing=True,
)
"""Every setting that has a value for "as you like", said aloud: so a device that was asked for more
before is relieved of it (MS-ASPROV_R652)."""


class PolicyError(ValueError):
    """A policy's settings are wrong; the message says which."""


class Policy:
    """One policy for all devices.

    ``settings`` are those of EASProvisionDoc by their names here, over ASKS_NOTHING. Raises
    PolicyError.
    """

    def __init__(
        self,
        settings: Mapping[str, object],
        *,
        required: bool = False,
        allow_partial: bool = True,
        allow_external: bool = True,
    ) -> None:
        self.document: Final = _document(settings)
        self._required: Final = required
        self._allowed: Final = {
            PolicyAcknowledgement.SUCCESS: True,
            PolicyAcknowledgement.PARTIAL_SUCCESS: allow_partial,
            PolicyAcknowledgement.NOT_APPLIED: not required,
            PolicyAcknowledgement.EXTERNALLY_MANAGED: allow_external,
        }
        self._digests: Final = {version: _digest(self.document, version) for version in Version}

    def digest(self, version: Version) -> str:
        """Names what the policy asks for in a protocol version; ``""`` where it asks nothing.

        Settings that the version cannot carry do not count, or a device would be sent to provision
        for ever.
        """
        return self._digests[version]

    def demand(self, device: Device, request: Request) -> CommonStatus | None:
        """The status that sends a device to provision, or None where the request may go on.

        A device that sends a policy key, 0 too, can provision, and does so when a policy asks for
        something. One that sends none cannot: it is let in unless the policy is required
        (MS-ASPROV_R685). One that did provision is told when the policy changed.
        """
        if request.command is Command.PROVISION:
            return None
        asked = self.digest(request.version)
        key = request.policy_key
        if key is None and request.command is Command.PING and (self._required or device.policy_key):
            key = device.policy_key  # Ping carries none (MS-ASPROV_R757)
        current = device.policy_digest == asked
        if not self._required and (key is None or not asked):
            return CommonStatus.INVALID_POLICY_KEY if device.policy_key and not current else None
        if key is None:
            return CommonStatus.LEGACY_DEVICE_ON_STRICT_POLICY
        if not device.policy_key or not key:
            return CommonStatus.DEVICE_NOT_PROVISIONED
        if key != device.policy_key or not current:
            return CommonStatus.INVALID_POLICY_KEY
        return None

    def objection(self, acknowledgement: PolicyAcknowledgement) -> CommonStatus | None:
        """What is said to a device that complies less than it must; None where that is enough."""
        if self._allowed[acknowledgement]:
            return None
        if acknowledgement is PolicyAcknowledgement.EXTERNALLY_MANAGED:
            return CommonStatus.EXTERNALLY_MANAGED_DEVICES_NOT_ALLOWED
        return CommonStatus.DEVICE_NOT_FULLY_PROVISIONABLE


def _document(settings: Mapping[str, object]) -> EASProvisionDoc:
    names = {bound.name for bound in EASProvisionDoc.fields()}
    unknown = sorted(set(settings) - names)
    if unknown:
        raise PolicyError(f"{unknown[0]} is not a setting of a policy")
    try:
        own = msgspec.convert(dict(settings), EASProvisionDoc)
        # The wire's own ranges decide what a value may be.
        EASProvisionDoc.from_children(own.to_children(Version.V16_0), Version.V16_0)
    except (msgspec.ValidationError, SchemaError) as error:
        raise PolicyError(str(error)) from None
    return msgspec.structs.replace(ASKS_NOTHING, **{name: getattr(own, name) for name in settings})


def _digest(document: EASProvisionDoc, version: Version) -> str:
    free = ASKS_NOTHING.to_children(version)
    asked = [child for child in document.to_children(version) if child not in free]
    if not asked:
        return ""
    return hashlib.sha256(encode(Element(Provision.EASProvisionDoc, asked))).hexdigest()
