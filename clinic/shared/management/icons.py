"""The icon of the home screen, drawn from the mark in `img/logo.svg`.

Phones want PNG. The mark is a few strokes, so a few lines draw it: lines and curves with round
ends, at four times the size and then made smaller.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parents[2] / "static" / "img"
GROUND, STROKE, ACCENT = "#0d3b43", "#ffffff", "#f2a07b"
# A maskable icon may be cut to a circle: what matters keeps within 80 % of it.
SIZES = {
    "app-192.png": (192, 0.68),
    "app-512.png": (512, 0.68),
    "app-maskable-512.png": (512, 0.52),
}
_BOX = 32.0
_FINE = 4
_STEPS = 60

Point = tuple[float, float]


def draw_icons(folder: Path = STATIC) -> None:
    """Write every icon into the folder."""
    strokes = list(_strokes(STATIC / "logo.svg"))
    for name, (size, share) in SIZES.items():
        _icon(strokes, size, share).save(folder / name, optimize=True)


def _strokes(logo: Path) -> Iterator[tuple[list[list[Point]], float, str]]:
    """The lines of each path of the mark, their width and colour."""
    root = ET.fromstring(logo.read_text())  # noqa: S314 - our own file
    mark = next(node for node in root if node.get("id") == "mark")
    for path in mark:
        if path.get("d"):
            colour = ACCENT if path.get("stroke") else STROKE
            yield _lines(path.get("d", "")), float(path.get("stroke-width", "1")), colour


def _lines(data: str) -> list[list[Point]]:
    """A path's lines; it knows what the mark uses: M, h and c."""
    lines: list[list[Point]] = []
    for command, numbers in re.findall(r"([Mhc])([^Mhc]*)", data):
        values = [float(n) for n in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "M":
            lines.append([(values[0], values[1])])
            continue
        x, y = lines[-1][-1]
        if command == "h":
            lines[-1].append((x + values[0], y))
        else:
            ends = [
                (x, y),
                *((x + a, y + b) for a, b in zip(values[::2], values[1::2], strict=True)),
            ]
            lines[-1] += [_on_curve(ends, step / _STEPS) for step in range(1, _STEPS + 1)]
    return lines


def _on_curve(ends: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    pairs = list(zip(weights, ends, strict=True))
    return sum(w * x for w, (x, _y) in pairs), sum(w * y for w, (_x, y) in pairs)


def _icon(
    strokes: list[tuple[list[list[Point]], float, str]], size: int, share: float
) -> Image.Image:
    image = Image.new("RGB", (size * _FINE, size * _FINE), GROUND)
    pen = ImageDraw.Draw(image)
    scale = size * _FINE * share / _BOX
    edge = size * _FINE * (1 - share) / 2
    for lines, width, colour in strokes:
        thick = width * scale
        for line in lines:
            points = [(edge + x * scale, edge + y * scale) for x, y in line]
            pen.line(points, fill=colour, width=round(thick), joint="curve")
            # Round ends, and no gaps where a curve is made of short lines.
            for x, y in points:
                half = thick / 2
                pen.ellipse((x - half, y - half, x + half, y + half), fill=colour)
    return image.resize((size, size), Image.Resampling.LANCZOS)
