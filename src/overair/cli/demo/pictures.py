"""Pictures painted by code: portraits for contacts, scenes for letters. All are PNG."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

Colour = tuple[float, float, float]
Shade = Callable[[float, float], Colour]
"""The colour (0 to 255 per channel) at a point; x and y run from 0 to 1, y downwards."""


def colour(text: str) -> Colour:
    """The colour of a ``#rrggbb``."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def paint(width: int, height: int, shade: Shade, samples: int = 1) -> bytes:
    """A PNG of ``width`` by ``height`` pixels; each is the mean of ``samples`` squared points."""
    rows = bytearray()
    steps = [(step + 0.5) / samples for step in range(samples)]
    for row in range(height):
        rows.append(0)  # no filter
        for column in range(width):
            points = [shade((column + dx) / width, (row + dy) / height) for dy in steps for dx in steps]
            rows.extend(int(sum(channel) / len(points)) for channel in zip(*points, strict=True))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def portrait(background: Colour, skin: Colour, hair: Colour, clothes: Colour, size: int = 96) -> bytes:
    """A person: shoulders, a head with hair, two eyes and a smile."""

    def shade(x: float, y: float) -> Colour:
        from_middle = abs(x - 0.5)
        if math.hypot(from_middle - 0.075, y - 0.42) < 0.022:
            return 40, 30, 30
        if 0.07 < math.hypot(x - 0.5, y - 0.48) < 0.09 and y > 0.51:
            return tuple(channel * 0.7 for channel in skin)  # type: ignore[return-value]  # three channels
        in_head = math.hypot(from_middle / 0.19, (y - 0.43) / 0.24) < 1
        in_hair = math.hypot(from_middle / 0.23, (y - 0.38) / 0.27) < 1 and (y < 0.34 or from_middle > 0.16)
        if in_hair and y < 0.55:
            return hair
        if in_head or (from_middle < 0.075 and 0.6 < y < 0.74):
            return skin
        if math.hypot(from_middle / 0.38, (y - 1.0) / 0.3) < 1:
            return clothes
        return background

    return paint(size, size, shade, samples=2)


def lake() -> bytes:
    """A lake at sunrise."""

    def shade(x: float, y: float) -> Colour:
        if math.hypot((x - 0.62) * 1.6, y - 0.38) < 0.12:
            return 255, 236, 170
        hills = 0.46 - 0.1 * math.sin(x * 5.5) - 0.04 * math.sin(x * 17)
        if y < hills:
            return 250 - 60 * y, 190 + 60 * y, 150 + 160 * y
        if y < 0.55:
            return 52, 84, 80
        glitter = 40 * (math.sin(y * 160) * math.sin(x * 23 + y * 60) > 0.4) * (abs(x - 0.62) < 0.25)
        return 70 + glitter, 130 + glitter, 160 - 70 * (y - 0.55) + glitter

    return paint(320, 200, shade)


def mountain() -> bytes:
    """Two mountains with snow."""

    def shade(x: float, y: float) -> Colour:
        near = 0.35 + 1.1 * abs(x - 0.36) + 0.03 * math.sin(x * 60)
        far = 0.42 + 0.8 * abs(x - 0.75) + 0.02 * math.sin(x * 45)
        if y > near:
            return (245, 248, 252) if y < near + 0.02 + 0.22 * (0.6 - near) else (88, 96, 110)
        if y > far:
            return (228, 234, 244) if y < far + 0.1 else (132, 142, 160)
        return 120 + 110 * y, 170 + 70 * y, 235

    return paint(320, 200, shade)


def garden() -> bytes:
    """Beds, rows of leaves and a scarecrow."""

    def shade(x: float, y: float) -> Colour:
        if abs(x - 0.72) < 0.012 and 0.3 < y < 0.8:
            return 110, 76, 44
        if abs(y - 0.45) < 0.016 and abs(x - 0.72) < 0.11:
            return 110, 76, 44
        if math.hypot((x - 0.72) * 1.6, y - 0.3) < 0.07:
            return 238, 210, 150
        if y < 0.42:
            return 190, 214 + 30 * y, 235
        leaf = math.sin(x * 70) * math.sin((y - 0.42) * 50)
        return (96, 140 + 30 * leaf, 60) if leaf > 0.15 else (122, 88, 58)

    return paint(320, 200, shade)


def dog() -> bytes:
    """A dog that looks as if it had not eaten the sausage."""

    def shade(x: float, y: float) -> Colour:
        from_middle = abs(x - 0.5)
        if math.hypot(x - 0.5, (y - 0.62) * 1.3) < 0.06 or math.hypot(from_middle - 0.12, y - 0.42) < 0.035:
            return 30, 24, 22
        if math.hypot((from_middle - 0.3) * 1.9, y - 0.5) < 0.24:
            return 120, 78, 42
        if math.hypot(from_middle, (y - 0.62) * 1.2) < 0.17:
            return 246, 234, 214
        if math.hypot(from_middle, y - 0.5) < 0.3:
            return 190, 134, 78
        return 205, 228, 210

    return paint(160, 160, shade, samples=2)


def chart() -> bytes:
    """Bars: visitors from April to September."""
    bars = (0.3, 0.34, 0.42, 0.36, 0.9, 0.5)

    def shade(x: float, y: float) -> Colour:
        column = (x - 0.06) / 0.88 * len(bars)
        if y > 0.92 or not 0 <= column < len(bars):
            return 255, 255, 255
        if y > 0.91:
            return 120, 120, 120
        if column % 1 < 0.7 and y > 0.91 - 0.8 * bars[int(column)]:
            return (179, 38, 30) if int(column) == 4 else (23, 94, 84)
        return (232, 232, 232) if (y * 5) % 1 < 0.02 else (255, 255, 255)

    return paint(320, 200, shade)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
