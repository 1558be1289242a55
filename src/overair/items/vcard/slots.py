"""Which property, TYPE or label of a vCard says which field of a contact: for reading and for writing."""

from __future__ import annotations

from typing import Final

NAME: Final = ("last_name", "first_name", "middle_name", "title", "suffix")
"""The components of N."""
ADDRESS: Final = ("street", "city", "state", "postal_code", "country")
"""The components of ADR after the post-office box and the extended address."""
ADDRESSES: Final = {"WORK": "business", "HOME": "home", "OTHER": "other"}
"""TYPE of ADR, and the start of its fields' names."""
EMAILS: Final = ("email1_address", "email2_address", "email3_address")
IM_ADDRESSES: Final = ("im_address", "im_address2", "im_address3")

PHONES: Final[tuple[tuple[frozenset[str], tuple[str, ...], tuple[str, ...]], ...]] = (
    (frozenset({"ASSISTANT"}), ("assistant_phone_number",), ()),
    (frozenset({"ASSISTANTPHONE"}), ("assistant_phone_number",), ()),
    (frozenset({"MMS"}), ("mms",), ()),
    (frozenset({"FAX", "HOME"}), ("home_fax_number",), ()),
    (frozenset({"FAX"}), ("business_fax_number",), ("home_fax_number",)),
    (frozenset({"HOMEFAX"}), ("home_fax_number",), ()),
    (frozenset({"WORKFAX"}), ("business_fax_number",), ()),
    (frozenset({"PAGER"}), ("pager_number",), ()),
    (frozenset({"CAR"}), ("car_phone_number",), ()),
    (frozenset({"RADIO"}), ("radio_phone_number",), ()),
    (frozenset({"MAIN"}), ("company_main_phone",), ()),
    (frozenset({"COMPANY"}), ("company_main_phone",), ()),
    (frozenset({"COMPANY-MAIN"}), ("company_main_phone",), ()),
    (frozenset({"CELL"}), ("mobile_phone_number",), ("home2_phone_number", "business2_phone_number")),
    (frozenset({"IPHONE"}), ("mobile_phone_number",), ("home2_phone_number", "business2_phone_number")),
    (frozenset({"MOBILE"}), ("mobile_phone_number",), ("home2_phone_number", "business2_phone_number")),
    (frozenset({"WORK"}), ("business_phone_number", "business2_phone_number"), ("home2_phone_number",)),
    (frozenset({"HOME"}), ("home_phone_number", "home2_phone_number"), ("business2_phone_number",)),
)
"""TYPE (or label) of TEL, the fields for it, and those that take it when they are free at the end.

The first row whose types a number has is its own.
"""
ANY_PHONE: Final = (
    "mobile_phone_number",
    "home_phone_number",
    "business_phone_number",
    "home2_phone_number",
    "business2_phone_number",
)
"""The fields that take a number of no kind, when they are free at the end."""
PHONES_WRITTEN: Final = {
    ("business_phone_number", "business2_phone_number"): "WORK,VOICE",
    ("home_phone_number", "home2_phone_number"): "HOME,VOICE",
    ("mobile_phone_number",): "CELL,VOICE",
    ("business_fax_number",): "WORK,FAX",
    ("home_fax_number",): "HOME,FAX",
    ("pager_number",): "PAGER",
    ("car_phone_number",): "CAR",
    ("radio_phone_number",): "X-RADIO",
    ("company_main_phone",): "MAIN",
    ("assistant_phone_number",): "X-ASSISTANT",
    ("mms",): "X-MMS",
}
"""TYPE of TEL for the fields with a number; those of one kind together."""

SLOT: Final = "X-OVERAIR-SLOT"
"""The parameter with the place (from 1) of a value whose fields before it are empty."""

TEXTS: Final = {
    "NICKNAME": "nick_name",
    "TITLE": "job_title",
    "URL": "web_page",
    "X-PHONETIC-FIRST-NAME": "yomi_first_name",
    "X-PHONETIC-LAST-NAME": "yomi_last_name",
    "X-PHONETIC-ORG": "yomi_company_name",
    "X-EVOLUTION-FILE-AS": "file_as",
    "X-OVERAIR-CUSTOMER-ID": "customer_id",
    "X-OVERAIR-GOVERNMENT-ID": "government_id",
    "X-OVERAIR-ACCOUNT-NAME": "account_name",
}
"""Properties of one text, both ways."""
TEXTS_READ: Final = TEXTS | {
    "X-FILE-AS": "file_as",
    "ROLE": "job_title",
    "X-SPOUSE": "spouse",
    "X-EVOLUTION-SPOUSE": "spouse",
    "X-MS-SPOUSE": "spouse",
    "X-KADDRESSBOOK-X-SPOUSESNAME": "spouse",
    "X-MANAGER": "manager_name",
    "X-EVOLUTION-MANAGER": "manager_name",
    "X-MS-MANAGER": "manager_name",
    "X-KADDRESSBOOK-X-MANAGERSNAME": "manager_name",
    "X-ASSISTANT": "assistant_name",
    "X-EVOLUTION-ASSISTANT": "assistant_name",
    "X-MS-ASSISTANT": "assistant_name",
    "X-KADDRESSBOOK-X-ASSISTANTSNAME": "assistant_name",
    "X-KADDRESSBOOK-X-OFFICE": "office_location",
}
RELATED: Final = {
    "SPOUSE": "spouse",
    "HUSBAND": "spouse",
    "WIFE": "spouse",
    "MANAGER": "manager_name",
    "ASSISTANT": "assistant_name",
}
"""TYPE (or label) of a related person; CHILD is apart, since there may be several."""
CHILD: Final = frozenset({"CHILD", "SON", "DAUGHTER"})
RELATED_WRITTEN: Final = {"spouse": "Spouse", "manager_name": "Manager", "assistant_name": "Assistant"}
"""The label of a related person, as Apple and Google write it."""
DATES: Final = {
    "BDAY": "birthday",
    "ANNIVERSARY": "anniversary",
    "X-ANNIVERSARY": "anniversary",
    "X-EVOLUTION-ANNIVERSARY": "anniversary",
    "X-MS-ANNIVERSARY": "anniversary",
    "X-KADDRESSBOOK-X-ANNIVERSARY": "anniversary",
}
IM_SCHEMES: Final = {
    "IMPP": "",
    "X-MS-IMADDRESS": "",
    "X-AIM": "aim",
    "X-GADUGADU": "gg",
    "X-GOOGLE-TALK": "xmpp",
    "X-GROUPWISE": "groupwise",
    "X-GTALK": "xmpp",
    "X-ICQ": "icq",
    "X-JABBER": "xmpp",
    "X-MSN": "msnim",
    "X-QQ": "qq",
    "X-SKYPE": "skype",
    "X-SKYPE-USERNAME": "skype",
    "X-YAHOO": "ymsgr",
}
"""Properties with an address for instant messages, and the URI scheme that says which service it is."""
NO_YEAR: Final = 1604
"""The year of a date that has none: a leap year before everyone's birth, as Apple has it."""
