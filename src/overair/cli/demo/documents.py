"""The files and pictures that the demo's letters carry."""

from __future__ import annotations

from email.message import EmailMessage, MIMEPart

from overair.cli.demo import pictures

PAGE = "0 0 420 595"  # A5, in points
TEXT_TYPES = {"csv": "csv", "txt": "plain"}
KEYS = "keys.eml"


def pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """A one-page PDF of a title and lines of text in Latin characters."""
    text = [f"BT /F1 18 Tf 40 540 Td ({_escape(title)}) Tj ET"]
    text += [f"BT /F1 11 Tf 40 {505 - 18 * row} Td ({_escape(line)}) Tj ET" for row, line in enumerate(lines)]
    stream = "\n".join(text).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{PAGE}] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    file = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(file)


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _letter_about_keys() -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "Ines Duarte <ines@duarte-boats.example>"
    letter["To"] = "Ben Okafor <ben@overair.test>"
    letter["Subject"] = "Keys for the boat house"
    letter["Date"] = "Tue, 06 Oct 2026 08:15:00 +0100"
    letter["Message-ID"] = "<keys@duarte-boats.example>"
    letter.set_content(
        "The small key is for the padlock, the big one for nothing any more.\nGate code: 4-1-1-7.\n\nInes\n"
    )
    return letter


TEXTS = {
    "visitors.csv": "month,visitors,talks\nApril,998,2\nMay,1121,3\nJune,1390,4\n"
    "July,1204,3\nAugust,2981,2\nSeptember,1655,5\n",
    "voices.csv": "name,voice\nAnna,alto\nBen,bass\nClara,soprano\nSalma,soprano\nTomasz,tenor (loud)\n",
    "checklist.txt": "Bilge plug SHUT\nOars (2)\nLife jackets (4, one with parrot)\nRope\nLemons\n",
    "notes.txt": "Tuesday\n\n1. The sign. Still wrong.\n2. The projector. Still alive.\n"
    "3. The printer's quote: 412, a joke or a typing error.\n4. Any other business: cake.\n",
}
PAGES = {
    "booking.pdf": (
        "Buchungsbestätigung",
        ("Zimmer mit Seeblick, 2 Nächte", "Frühstück inklusive", "240,00 €"),
    ),
    "invoice.pdf": (
        "Harbour Café: invoice 2204",
        ("Soup for 24: 132.00", "Bread and cheese: 78.00", "One jug (broken): 0.00"),
    ),
    "ticket.pdf": (
        "Lakeside Railways",
        ("Brenwick 08:12 to Lower Marsh 11:47", "Coach 7, seat 42", "Booking LR-7Q4K2"),
    ),
}
PICTURES = {
    "chart.png": pictures.chart,
    "dog.png": pictures.dog,
    "garden.png": pictures.garden,
    "lake.png": pictures.lake,
    "mountain.png": pictures.mountain,
}


def attach(letter: EmailMessage, name: str) -> None:
    """Add one of the demo's files to a letter as an attachment. Raises KeyError for an unknown name."""
    if name in TEXTS:
        letter.add_attachment(TEXTS[name], subtype=TEXT_TYPES[name.rpartition(".")[2]], filename=name)
    elif name in PAGES:
        letter.add_attachment(pdf(*PAGES[name]), "application", "pdf", filename=name)
    elif name == KEYS:
        letter.add_attachment(_letter_about_keys(), filename=name)
    else:
        letter.add_attachment(PICTURES[name](), "image", "png", filename=name)


def show(page: MIMEPart, name: str) -> None:
    """Add a picture that an HTML part shows as ``cid:name``. Raises KeyError for an unknown name."""
    page.add_related(PICTURES[name](), "image", "png", cid=f"<{name}>", filename=name, disposition="inline")
