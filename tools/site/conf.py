"""How Sphinx makes a site of docs/: `make docs`.

docs/README.md is its first page, and the lists of links there are its table of contents.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

import overair

project = "Overair"
version = release = overair.__version__
author = "The Overair authors"
extensions = ["myst_parser"]
root_doc = "README"
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = f"Overair {overair.__version__}"
html_show_copyright = False
html_copy_source = False
html_extra_path: list[str] = []
highlight_language = "none"
myst_heading_anchors = 4
myst_enable_extensions: list[str] = []
nitpicky = True

INDEX: Final = "README"
WITHOUT_COLOURS: Final = ("caddy", "cyrus", "dovecot", "haproxy", "haproxy-tcp", "imapd")
"""Languages that pages name so that tests find them."""
LINK: Final = re.compile(r"\]\(([\w/-]+)\.md\)")


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Give the first page a hidden table of contents, a part for each of its lists."""
    if page != INDEX:
        return
    listed: dict[str, list[str]] = {}
    caption = ""
    for line in source[0].splitlines():
        if line.endswith(":") and not line.startswith("-"):
            caption = line.removesuffix(":")
        elif line.startswith(("- ", "  - ")):
            listed.setdefault(caption, []).extend(LINK.findall(line))
    source[0] += "".join(
        f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(pages) + "\n```\n"
        for caption, pages in listed.items()
        if pages
    )


def add_start(app: Sphinx, error: Exception | None) -> None:
    """Have the site begin with its first page, where a browser looks for one."""
    if error is None:
        folder = Path(app.outdir)
        shutil.copy(folder / f"{INDEX}.html", folder / "index.html")


def setup(app: Sphinx) -> None:
    """As Sphinx asks for it."""
    for language in WITHOUT_COLOURS:
        app.add_lexer(language, TextLexer)
    app.connect("source-read", add_contents)
    app.connect("build-finished", add_start)
