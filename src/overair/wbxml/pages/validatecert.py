"""Code page 11, ValidateCert (MS-ASWBXML 2.1.2.1.12)."""

from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class ValidateCert(CodePage, page=11, namespace="ValidateCert"):
    """The tags of ValidateCert."""

    ValidateCert = Tag(0x05)
    Certificates = Tag(0x06)
    Certificate = Tag(0x07)
    CertificateChain = Tag(0x08)
    CheckCRL = Tag(0x09)
    Status = Tag(0x0A)
