"""Element trees as XML text: for traces, for schema validation, and to compare with other tools."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Literal
from xml.sax.saxutils import escape

from overair.wbxml.element import Element
from overair.wbxml.encode import xml_text

_RETURN = {"\r": "&#13;"}
"""A carriage return that stands in XML as it is would be read as a line feed."""


def to_xml(
    element: Element,
    *,
    opaque: Literal["base64", "text"] = "base64",
    indent: str = "",
    redact: frozenset[int] = frozenset(),
) -> str:
    """A tree as XML with every namespace declared on the root.

    The root's namespace is the default one; the others have their name in lower case as prefix.
    Opaque bytes become base64, or text as far as they are UTF-8. With ``indent`` each element has
    its own line. The content of tags whose key is in ``redact`` is replaced by its length.
    """
    default = element.tag.namespace
    namespaces = sorted({node.tag.namespace for node in _walk(element)} - {default})
    declarations = "".join(f' xmlns:{namespace.lower()}="{namespace}"' for namespace in namespaces)
    parts: list[str] = []
    # What is still to be written, last first: elements with their depth, and end tags.
    waiting: list[tuple[Element, int] | str] = [(element, 0)]
    attributes = f' xmlns="{default}"{declarations}'
    while waiting:
        step = waiting.pop()
        if isinstance(step, str):
            parts.append(step)
            continue
        node, depth = step
        namespace = node.tag.namespace
        name = node.tag.name if namespace == default else f"{namespace.lower()}:{node.tag.name}"
        line = f"\n{indent * depth}" if indent else ""
        content = node.content
        parts.append(f"{line if depth else ''}<{name}{attributes}")
        attributes = ""
        if not content:
            parts.append("/>")
        elif node.tag.key in redact:
            parts.append(f"><!-- {len(content)} --></{name}>")
        elif isinstance(content, list):
            parts.append(">")
            waiting.append(f"{line or (indent and chr(10))}</{name}>")
            waiting.extend((child, depth + 1) for child in reversed(content))
        else:
            parts.append(f">{escape(_text(content, opaque), _RETURN)}</{name}>")
    return "".join(parts)


def _walk(element: Element) -> Iterator[Element]:
    waiting = [element]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def _text(content: str | bytes, opaque: Literal["base64", "text"]) -> str:
    if isinstance(content, str):
        return xml_text(content)
    if opaque == "base64":
        return b64encode(content).decode("ascii")
    return xml_text(content.decode("utf-8", "replace"))
