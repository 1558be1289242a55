"""Code page 3, AirNotify (MS-ASWBXML 2.1.2.1.4)."""

from overair.wbxml.codepage import CodePage


class AirNotify(CodePage, page=3, namespace="AirNotify"):
    """The tags of AirNotify."""
