"""A contact: every element of MS-ASCNTC."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, ClassVar, Final

from overair.items.body import Body
from overair.items.item import Item, ItemClass
from overair.protocol.data_types import DATE_TIME, INTEGER, STRING, Base64
from overair.protocol.schema import Field, Nested, Sequence
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, Contacts, Contacts2

PICTURE_LIMIT: Final = 48 * 1024 // 4 * 3
"""The most bytes of a picture: 48 KB once they are base64 (MS-ASCNTC_R381)."""


LONGEST_ADDRESS: Final = 320
"""Characters: 64 before the @ and 255 behind it (RFC 5321, 4.5.3.1)."""
_IN_BRACKETS: Final = re.compile(r"<([^<>]*)>\s*\Z")


class Contact(Item):
    """A person in an address book. Dates of birth and weddings are instants in UTC, as on the wire."""

    item_class: ClassVar[ItemClass] = ItemClass.CONTACTS

    anniversary: Annotated[datetime | None, Field(Contacts.Anniversary, DATE_TIME, ghosted=True)] = None
    assistant_name: Annotated[str | None, Field(Contacts.AssistantName, STRING, ghosted=True)] = None
    assistant_phone_number: Annotated[
        str | None, Field(Contacts.AssistantPhoneNumber, STRING, ghosted=True)
    ] = None
    birthday: Annotated[datetime | None, Field(Contacts.Birthday, DATE_TIME, ghosted=True)] = None
    business2_phone_number: Annotated[
        str | None, Field(Contacts.Business2PhoneNumber, STRING, ghosted=True)
    ] = None
    business_address_city: Annotated[
        str | None, Field(Contacts.BusinessAddressCity, STRING, ghosted=True)
    ] = None
    business_address_country: Annotated[
        str | None, Field(Contacts.BusinessAddressCountry, STRING, ghosted=True)
    ] = None
    business_address_postal_code: Annotated[
        str | None, Field(Contacts.BusinessAddressPostalCode, STRING, ghosted=True)
    ] = None
    business_address_state: Annotated[
        str | None, Field(Contacts.BusinessAddressState, STRING, ghosted=True)
    ] = None
    business_address_street: Annotated[
        str | None, Field(Contacts.BusinessAddressStreet, STRING, ghosted=True)
    ] = None
    business_fax_number: Annotated[str | None, Field(Contacts.BusinessFaxNumber, STRING, ghosted=True)] = None
    business_phone_number: Annotated[
        str | None, Field(Contacts.BusinessPhoneNumber, STRING, ghosted=True)
    ] = None
    car_phone_number: Annotated[str | None, Field(Contacts.CarPhoneNumber, STRING, ghosted=True)] = None
    categories: Annotated[
        tuple[str, ...] | None,
        Field(Contacts.Categories, Sequence(Contacts.Category, STRING, limit=300), ghosted=True),
    ] = None
    children: Annotated[
        tuple[str, ...] | None,
        Field(Contacts.Children, Sequence(Contacts.Child, STRING, limit=300), ghosted=True),
    ] = None
    company_name: Annotated[str | None, Field(Contacts.CompanyName, STRING, ghosted=True)] = None
    department: Annotated[str | None, Field(Contacts.Department, STRING, ghosted=True)] = None
    email1_address: Annotated[str | None, Field(Contacts.Email1Address, STRING, ghosted=True)] = None
    email2_address: Annotated[str | None, Field(Contacts.Email2Address, STRING, ghosted=True)] = None
    email3_address: Annotated[str | None, Field(Contacts.Email3Address, STRING, ghosted=True)] = None
    file_as: Annotated[str | None, Field(Contacts.FileAs, STRING, ghosted=True)] = None
    first_name: Annotated[str | None, Field(Contacts.FirstName, STRING, ghosted=True)] = None
    home2_phone_number: Annotated[str | None, Field(Contacts.Home2PhoneNumber, STRING, ghosted=True)] = None
    home_address_city: Annotated[str | None, Field(Contacts.HomeAddressCity, STRING, ghosted=True)] = None
    home_address_country: Annotated[str | None, Field(Contacts.HomeAddressCountry, STRING, ghosted=True)] = (
        None
    )
    home_address_postal_code: Annotated[
        str | None, Field(Contacts.HomeAddressPostalCode, STRING, ghosted=True)
    ] = None
    home_address_state: Annotated[str | None, Field(Contacts.HomeAddressState, STRING, ghosted=True)] = None
    home_address_street: Annotated[str | None, Field(Contacts.HomeAddressStreet, STRING, ghosted=True)] = None
    home_fax_number: Annotated[str | None, Field(Contacts.HomeFaxNumber, STRING, ghosted=True)] = None
    home_phone_number: Annotated[str | None, Field(Contacts.HomePhoneNumber, STRING, ghosted=True)] = None
    job_title: Annotated[str | None, Field(Contacts.JobTitle, STRING, ghosted=True)] = None
    last_name: Annotated[str | None, Field(Contacts.LastName, STRING, ghosted=True)] = None
    middle_name: Annotated[str | None, Field(Contacts.MiddleName, STRING, ghosted=True)] = None
    mobile_phone_number: Annotated[str | None, Field(Contacts.MobilePhoneNumber, STRING, ghosted=True)] = None
    office_location: Annotated[str | None, Field(Contacts.OfficeLocation, STRING, ghosted=True)] = None
    other_address_city: Annotated[str | None, Field(Contacts.OtherAddressCity, STRING, ghosted=True)] = None
    other_address_country: Annotated[
        str | None, Field(Contacts.OtherAddressCountry, STRING, ghosted=True)
    ] = None
    other_address_postal_code: Annotated[
        str | None, Field(Contacts.OtherAddressPostalCode, STRING, ghosted=True)
    ] = None
    other_address_state: Annotated[str | None, Field(Contacts.OtherAddressState, STRING, ghosted=True)] = None
    other_address_street: Annotated[str | None, Field(Contacts.OtherAddressStreet, STRING, ghosted=True)] = (
        None
    )
    pager_number: Annotated[str | None, Field(Contacts.PagerNumber, STRING, ghosted=True)] = None
    radio_phone_number: Annotated[str | None, Field(Contacts.RadioPhoneNumber, STRING, ghosted=True)] = None
    spouse: Annotated[str | None, Field(Contacts.Spouse, STRING, ghosted=True)] = None
    suffix: Annotated[str | None, Field(Contacts.Suffix, STRING, ghosted=True)] = None
    title: Annotated[str | None, Field(Contacts.Title, STRING, ghosted=True)] = None
    web_page: Annotated[str | None, Field(Contacts.WebPage, STRING, ghosted=True)] = None
    yomi_company_name: Annotated[str | None, Field(Contacts.YomiCompanyName, STRING, ghosted=True)] = None
    yomi_first_name: Annotated[str | None, Field(Contacts.YomiFirstName, STRING, ghosted=True)] = None
    yomi_last_name: Annotated[str | None, Field(Contacts.YomiLastName, STRING, ghosted=True)] = None
    customer_id: Annotated[str | None, Field(Contacts2.CustomerId, STRING, ghosted=True)] = None
    government_id: Annotated[str | None, Field(Contacts2.GovernmentId, STRING, ghosted=True)] = None
    im_address: Annotated[str | None, Field(Contacts2.IMAddress, STRING, ghosted=True)] = None
    im_address2: Annotated[str | None, Field(Contacts2.IMAddress2, STRING, ghosted=True)] = None
    im_address3: Annotated[str | None, Field(Contacts2.IMAddress3, STRING, ghosted=True)] = None
    manager_name: Annotated[str | None, Field(Contacts2.ManagerName, STRING, ghosted=True)] = None
    company_main_phone: Annotated[str | None, Field(Contacts2.CompanyMainPhone, STRING, ghosted=True)] = None
    account_name: Annotated[str | None, Field(Contacts2.AccountName, STRING, ghosted=True)] = None
    nick_name: Annotated[str | None, Field(Contacts2.NickName, STRING, ghosted=True)] = None
    mms: Annotated[str | None, Field(Contacts2.MMS, STRING, ghosted=True)] = None
    picture: Annotated[bytes | None, Field(Contacts.Picture, Base64(max_length=PICTURE_LIMIT), kept=True)] = (
        None
    )
    # Only in the recipient information cache, which the server fills (MS-ASCNTC_R105, MS-ASCNTC_R415).
    alias: Annotated[
        str | None, Field(Contacts.Alias, STRING, since=Version.V14_0, kept=True, read_only=True)
    ] = None
    weighted_rank: Annotated[
        int | None, Field(Contacts.WeightedRank, INTEGER, since=Version.V14_0, kept=True, read_only=True)
    ] = None
    body: Annotated[Body | None, Field(AirSyncBase.Body, Nested(Body), kept=True)] = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The e-mail addresses."""
        written = (self.email1_address, self.email2_address, self.email3_address)
        return tuple(dict.fromkeys(key for one in written if one and (key := email_key(one)) is not None))


def email_key(written: str) -> str | None:
    """The key by which contacts with an address are found; None for a text that holds no address.

    Clients write an address alone, or behind a name and in angle brackets.
    """
    found = _IN_BRACKETS.search(written)
    address = (written if found is None else found[1]).strip().lower()
    is_one = "@" in address and len(address) <= LONGEST_ADDRESS and address.isprintable()
    return f"email:{address}" if is_one else None
