"""Bytes to element trees and back, as MS-ASWBXML says.

``decode`` and ``encode`` go between bytes and Element; the tags are the attributes of the code
pages in ``overair.wbxml.pages``.
"""

from overair.wbxml.decode import Limits, decode
from overair.wbxml.element import Element, Tag
from overair.wbxml.encode import encode
from overair.wbxml.errors import WbxmlError

__all__ = ["Element", "Limits", "Tag", "WbxmlError", "decode", "encode"]
