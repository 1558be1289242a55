"""Rich Text Format: bodies of type 3, and what Outlook keeps messages in."""

from overair.items.rtf.compression import decompress, is_compressed
from overair.items.rtf.html import to_html
from overair.items.rtf.text import to_text
from overair.items.rtf.writing import cut, from_html, from_text

__all__ = ["cut", "decompress", "from_html", "from_text", "is_compressed", "to_html", "to_text"]
