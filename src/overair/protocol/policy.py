"""The policy settings of EASProvisionDoc (MS-ASPROV 2.2.2.28), in the order of the schema."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import (
    BOOLEAN,
    STRING,
    UNSIGNED_INTEGER,
    Integer,
    text_of,
)
from overair.protocol.schema import Content, DataType, Field, Record, Sequence
from overair.versions import Version
from overair.wbxml.pages import Provision


class OrEmpty(DataType[int | None]):
    """A number, or an empty element, which sets no limit just as a missing one does."""

    def __init__(self, number: Integer) -> None:
        self.number = number

    def decode(self, content: Content, version: Version) -> int | None:
        return self.number.decode(content, version) if text_of(content).strip() else None

    def encode(self, value: int | None, version: Version) -> Content:
        return None if value is None else self.number.encode(value, version)


INTEGER_OR_EMPTY = OrEmpty(UNSIGNED_INTEGER)


class EASProvisionDoc(Record):
    """What a policy asks of a device; None asks nothing."""

    element_tag = Provision.EASProvisionDoc

    device_password_enabled: Annotated[bool | None, Field(Provision.DevicePasswordEnabled, BOOLEAN)] = None
    alphanumeric_device_password_required: Annotated[
        bool | None, Field(Provision.AlphanumericDevicePasswordRequired, BOOLEAN)
    ] = None
    password_recovery_enabled: Annotated[bool | None, Field(Provision.PasswordRecoveryEnabled, BOOLEAN)] = (
        None
    )
    require_storage_card_encryption: Annotated[
        bool | None, Field(Provision.RequireStorageCardEncryption, BOOLEAN)
    ] = None
    attachments_enabled: Annotated[bool | None, Field(Provision.AttachmentsEnabled, BOOLEAN)] = None
    min_device_password_length: Annotated[
        int | None, Field(Provision.MinDevicePasswordLength, OrEmpty(Integer(1, 16)))
    ] = None
    max_inactivity_time_device_lock: Annotated[
        int | None, Field(Provision.MaxInactivityTimeDeviceLock, INTEGER_OR_EMPTY)
    ] = None
    max_device_password_failed_attempts: Annotated[
        int | None, Field(Provision.MaxDevicePasswordFailedAttempts, OrEmpty(Integer(4, 16)))
    ] = None
    max_attachment_size: Annotated[int | None, Field(Provision.MaxAttachmentSize, INTEGER_OR_EMPTY)] = None
    allow_simple_device_password: Annotated[
        bool | None, Field(Provision.AllowSimpleDevicePassword, BOOLEAN)
    ] = None
    device_password_expiration: Annotated[
        int | None, Field(Provision.DevicePasswordExpiration, INTEGER_OR_EMPTY)
    ] = None
    device_password_history: Annotated[
        int | None, Field(Provision.DevicePasswordHistory, UNSIGNED_INTEGER)
    ] = None
    allow_storage_card: Annotated[bool | None, Field(Provision.AllowStorageCard, BOOLEAN)] = None
    allow_camera: Annotated[bool | None, Field(Provision.AllowCamera, BOOLEAN)] = None
    require_device_encryption: Annotated[bool | None, Field(Provision.RequireDeviceEncryption, BOOLEAN)] = (
        None
    )
    allow_unsigned_applications: Annotated[
        bool | None, Field(Provision.AllowUnsignedApplications, BOOLEAN)
    ] = None
    allow_unsigned_installation_packages: Annotated[
        bool | None, Field(Provision.AllowUnsignedInstallationPackages, BOOLEAN)
    ] = None
    min_device_password_complex_characters: Annotated[
        int | None, Field(Provision.MinDevicePasswordComplexCharacters, Integer(1, 4))
    ] = None
    allow_wifi: Annotated[bool | None, Field(Provision.AllowWiFi, BOOLEAN)] = None
    allow_text_messaging: Annotated[bool | None, Field(Provision.AllowTextMessaging, BOOLEAN)] = None
    allow_pop_imap_email: Annotated[bool | None, Field(Provision.AllowPOPIMAPEmail, BOOLEAN)] = None
    allow_bluetooth: Annotated[int | None, Field(Provision.AllowBluetooth, Integer(0, 2))] = None
    allow_irda: Annotated[bool | None, Field(Provision.AllowIrDA, BOOLEAN)] = None
    require_manual_sync_when_roaming: Annotated[
        bool | None, Field(Provision.RequireManualSyncWhenRoaming, BOOLEAN)
    ] = None
    allow_desktop_sync: Annotated[bool | None, Field(Provision.AllowDesktopSync, BOOLEAN)] = None
    max_calendar_age_filter: Annotated[
        int | None, Field(Provision.MaxCalendarAgeFilter, Integer(allowed=(0, 4, 5, 6, 7)))
    ] = None
    allow_html_email: Annotated[bool | None, Field(Provision.AllowHTMLEmail, BOOLEAN)] = None
    max_email_age_filter: Annotated[int | None, Field(Provision.MaxEmailAgeFilter, Integer(0, 5))] = None
    max_email_body_truncation_size: Annotated[
        int | None, Field(Provision.MaxEmailBodyTruncationSize, Integer(minimum=-1))
    ] = None
    max_email_html_body_truncation_size: Annotated[
        int | None, Field(Provision.MaxEmailHTMLBodyTruncationSize, Integer(minimum=-1))
    ] = None
    require_signed_smime_messages: Annotated[
        bool | None, Field(Provision.RequireSignedSMIMEMessages, BOOLEAN)
    ] = None
    require_encrypted_smime_messages: Annotated[
        bool | None, Field(Provision.RequireEncryptedSMIMEMessages, BOOLEAN)
    ] = None
    require_signed_smime_algorithm: Annotated[
        int | None, Field(Provision.RequireSignedSMIMEAlgorithm, Integer(0, 1))
    ] = None
    require_encryption_smime_algorithm: Annotated[
        int | None, Field(Provision.RequireEncryptionSMIMEAlgorithm, Integer(0, 4))
    ] = None
    allow_smime_encryption_algorithm_negotiation: Annotated[
        int | None, Field(Provision.AllowSMIMEEncryptionAlgorithmNegotiation, Integer(0, 2))
    ] = None
    allow_smime_soft_certs: Annotated[bool | None, Field(Provision.AllowSMIMESoftCerts, BOOLEAN)] = None
    allow_browser: Annotated[bool | None, Field(Provision.AllowBrowser, BOOLEAN)] = None
    allow_consumer_email: Annotated[bool | None, Field(Provision.AllowConsumerEmail, BOOLEAN)] = None
    allow_remote_desktop: Annotated[bool | None, Field(Provision.AllowRemoteDesktop, BOOLEAN)] = None
    allow_internet_sharing: Annotated[bool | None, Field(Provision.AllowInternetSharing, BOOLEAN)] = None
    unapproved_in_rom_application_list: Annotated[
        tuple[str, ...] | None,
        Field(Provision.UnapprovedInROMApplicationList, Sequence(Provision.ApplicationName, STRING)),
    ] = None
    approved_application_list: Annotated[
        tuple[str, ...] | None, Field(Provision.ApprovedApplicationList, Sequence(Provision.Hash, STRING))
    ] = None
