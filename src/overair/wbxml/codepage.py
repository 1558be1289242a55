"""What a code page is: a class whose attributes are its tags."""

from __future__ import annotations

from typing import ClassVar, Final

from overair.wbxml.element import Tag

CODE_PAGES: Final[dict[int, type[CodePage]]] = {}
"""Every code page by its number; filled as the classes are made."""


class CodePage:
    """Base of the code pages; ``class AirSync(CodePage, page=0, namespace="AirSync")``."""

    page: ClassVar[int]
    namespace: ClassVar[str]
    tags: ClassVar[dict[int, Tag]]
    """The page's tags by token."""

    def __init_subclass__(cls, page: int, namespace: str) -> None:
        cls.page, cls.namespace, cls.tags = page, namespace, {}
        for name, tag in vars(cls).items():
            if isinstance(tag, Tag):
                tag.page, tag.namespace, tag.name = page, namespace, name.rstrip("_")
                tag.key = page << 8 | tag.token
                cls.tags[tag.token] = tag
        CODE_PAGES[page] = cls
