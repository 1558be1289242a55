"""Rich Text Format: bodies of type 3, and what Outlook keeps messages in."""

from overair.items.rtf.compression import decompress, is_compressed
from overair.items.rtf.html import to_html
from overair.items.rtf.text import to_text

__all__ = ["decompress", "is_compressed", "to_html", "to_text"]
