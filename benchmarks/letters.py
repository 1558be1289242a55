"""Generated mail that looks like mail; the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

SEED: Final = 20261122
SMALLEST: Final = 2_000
LARGEST: Final = 200_000
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)

ALPHABET: Final = (
    "an be ca de en fa ge hi in ja ko la me no or pa qui re sa te un ve wi zu är öl üb ßen sch ung keit "
    "tion ment ing er el ch st tr br gl pl mor lin dor van ster burg feld hof"
)
SYLLABLES: Final = ALPHABET.split()
NAMES: Final = ("Anna Gärtner", "Otto Weiß", "Zoë Martin", "Jürgen Öhl", "Mei Lin", "Sam Oduya", "Ada Ray")


class Letters:
    """A source of messages with a seed of its own."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        words = ("".join(self._random.choices(SYLLABLES, k=self._random.randint(1, 4))) for _ in range(4000))
        self._words = list(words)

    def messages(self, number: int) -> Iterator[tuple[bytes, datetime]]:
        """Messages from 2 to 200 KB, most of them small, with the time of their arrival."""
        random.seed(SEED)  # where the standard library takes its boundaries from
        for count in range(number):
            size = int(SMALLEST * (LARGEST / SMALLEST) ** self._random.random())
            received = BEGIN + timedelta(minutes=13 * count, seconds=self._random.randint(0, 59))
            yield self._message(count, size, received), received

    def text(self, size: int) -> str:
        """Paragraphs of about that many characters."""
        paragraphs: list[str] = []
        while size > 0:
            sentences = [self._sentence() for _ in range(self._random.randint(2, 7))]
            paragraphs.append(" ".join(sentences))
            size -= len(paragraphs[-1]) + 2
        return "\n\n".join(paragraphs) + "\n"

    def _sentence(self) -> str:
        words = self._random.choices(self._words, k=self._random.randint(4, 18))
        return " ".join(words).capitalize() + self._random.choice("....!?")

    def html(self, size: int) -> str:
        """A newsletter of about that many characters: tables in tables, styles on everything."""
        rows: list[str] = []
        while size > 0:
            row = (
                '<tr><td style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-size:14px">'
                f'<h2 style="margin:0 0 8px;color:#1a73e8">{self._sentence()}</h2><p>{self._sentence()} '
                f'<a href="https://example.org/{self._random.getrandbits(64):x}?utm_source=mail" '
                f'style="color:#1a73e8;text-decoration:none">{self._random.choice(self._words)}</a> '
                f"{self._sentence()}&nbsp;{self._sentence()}</p>"
                '<img src="cid:logo" width="120" alt=""></td></tr>'
            )
            rows.append(row)
            size -= len(row)
        return (
            '<html><head><meta charset="utf-8"><style>body{margin:0} .x td{border:0}</style></head>'
            '<body bgcolor="#ffffff"><table width="600" align="center" class="x"><tbody>'
            + "\n".join(rows)
            + "</tbody></table></body></html>\n"
        )

    def _message(self, count: int, size: int, received: datetime) -> bytes:
        """One message: plain, with HTML beside, or with an attachment that fills it up."""
        message = EmailMessage(policy=SMTP)
        sender = self._random.choice(NAMES)
        message["Received"] = f"from mx.example.net by mail.example.org with ESMTPS id {count:X}"
        message["Received"] = f"from localhost by mx.example.net with SMTP id {count * 7:X}"
        signature = self._random.randbytes(128).hex(" ", 24)
        message["DKIM-Signature"] = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; b={signature}"
        message["From"] = f"{sender} <{count % 97}@example.net>"
        message["To"] = "Device <device@example.org>, Team <team@example.org>"
        message["Subject"] = self._sentence()[:120]
        message["Date"] = format_datetime(received)
        message["Message-ID"] = f"<{count}.{self._random.getrandbits(64):x}@example.net>"
        if count % 3:
            message["References"] = f"<{count - 1}.1@example.net> <{count - 2}.2@example.net>"
        kind = self._random.random()
        if kind < 0.35:
            encoding = self._random.choice(("quoted-printable", "8bit", "base64"))
            message.set_content(self.text(min(size, 30_000)), cte=encoding)
            size -= 30_000
        else:
            text = min(size // 4, 20_000)
            message.set_content(self.text(text), cte="quoted-printable")
            html = min(int(0.7 * size), 80_000)
            message.add_alternative(self.html(html), subtype="html", cte="quoted-printable")
            size -= text + html
        if size > 10_000:
            content = self._random.randbytes(int(size / 1.37))
            message.add_attachment(content, "application", "pdf", filename=f"Angebot {count}.pdf")
        return message.as_bytes()


def letters(number: int) -> list[tuple[bytes, datetime]]:
    """That many messages, the same in every run."""
    return list(Letters().messages(number))
