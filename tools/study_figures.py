"""Charts of docs/studies/ as SVG, drawn without any library so that they are the same anywhere.

Text and axes follow the reader's light or dark; colours are those of Okabe and Ito, and every
series has a marker of its own.
"""

import math
from typing import NamedTuple

COLOURS = ["#0072B2", "#E69F00", "#009E73", "#D55E00"]
STYLE = """\
  text { font: 12px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 13px; }
  .axis { stroke: #57606a; fill: none; }
  .grid { stroke: #57606a; opacity: 0.18; }
  .bound { stroke: #57606a; stroke-dasharray: 5 4; }
  .note { font-size: 11px; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis, .grid, .bound { stroke: #9198a1; }
  }
"""


class Series(NamedTuple):
    """A line of points; `bars` are the least and the most of y, or nothing."""

    name: str
    points: list  # (x, y)
    bars: list = []  # (x, least, most)


class Axis(NamedTuple):
    title: str
    low: float
    high: float
    text: str = "{:g}"

    def ticks(self, count=5):
        """Round numbers inside the range, about so many."""
        raw = (self.high - self.low) / count
        scale = 10 ** math.floor(math.log10(raw))
        step = next(s * scale for s in (1, 2, 2.5, 5, 10) if s * scale >= raw * 0.999)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(i * step, 12) for i in range(first, last + 1)]


class Panel(NamedTuple):
    """One chart. `bounds` are horizontal lines with their names."""

    title: str
    x: Axis
    y: Axis
    series: list
    bounds: list = []


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def marker(kind, x, y, colour):
    """A filled shape around a point, of about the same area whatever its kind."""
    if kind == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    if kind == 1:
        return f'<rect x="{x - 3.6:.1f}" y="{y - 3.6:.1f}" width="7.2" height="7.2" fill="{colour}"/>'
    reach = 5.2
    corners = [(0, -reach), (reach, reach * 0.8), (-reach, reach * 0.8)] if kind == 2 else \
        [(0, -reach), (reach, 0), (0, reach), (-reach, 0)]
    path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{path}" fill="{colour}"/>'


class Frame:
    """Where a panel lies on the page, and its scales."""

    def __init__(self, panel, left, top, width, height):
        self.panel, self.left, self.top, self.width, self.height = panel, left, top, width, height

    def x(self, value):
        axis = self.panel.x
        return self.left + self.width * (value - axis.low) / (axis.high - axis.low)

    def y(self, value):
        axis = self.panel.y
        return self.top + self.height * (axis.high - value) / (axis.high - axis.low)

    def axes(self):
        bottom, right = self.top + self.height, self.left + self.width
        out = [f'<text class="title" x="{self.left}" y="{self.top - 12}">{escaped(self.panel.title)}'
               "</text>"]
        for value in self.panel.y.ticks():
            y = self.y(value)
            out += [f'<line class="grid" x1="{self.left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>',
                    f'<text x="{self.left - 7}" y="{y + 4:.1f}" text-anchor="end">'
                    f"{self.panel.y.text.format(value)}</text>"]
        for value in self.panel.x.ticks():
            x = self.x(value)
            out += [f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 4}"/>',
                    f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">'
                    f"{self.panel.x.text.format(value)}</text>"]
        middle = self.top + self.height / 2
        return out + [
            f'<path class="axis" d="M{self.left},{self.top}V{bottom}H{right}"/>',
            f'<text x="{self.left + self.width / 2:.1f}" y="{bottom + 36}" text-anchor="middle">'
            f"{escaped(self.panel.x.title)}</text>",
            f'<text transform="translate({self.left - 44},{middle:.1f}) rotate(-90)" '
            f'text-anchor="middle">{escaped(self.panel.y.title)}</text>']

    def bounds(self):
        out = []
        for name, value in self.panel.bounds:
            y, right = self.y(value), self.left + self.width
            out += [f'<line class="bound" x1="{self.left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>',
                    f'<text class="note" x="{self.left + 4}" y="{y - 3:.1f}">'
                    f"{escaped(name)}</text>"]
        return out

    def inside(self, x, y):
        axes = self.panel
        return axes.x.low <= x <= axes.x.high and axes.y.low <= y <= axes.y.high

    def marks(self, clip):
        """Lines are cut at the frame; points outside it are left out."""
        out = [f'<clipPath id="{clip}"><rect x="{self.left}" y="{self.top - 6}" '
               f'width="{self.width}" height="{self.height + 6}"/></clipPath>',
               f'<g clip-path="url(#{clip})">']
        for kind, series in enumerate(self.panel.series):
            colour = COLOURS[kind]
            path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in series.points)
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                       'stroke-width="1.6"/>')
            out += [f'<line x1="{self.x(x):.1f}" x2="{self.x(x):.1f}" y1="{self.y(least):.1f}" '
                    f'y2="{self.y(most):.1f}" stroke="{colour}" stroke-width="1.6"/>'
                    for x, least, most in series.bars]
        out.append("</g>")
        for kind, series in enumerate(self.panel.series):
            out += [marker(kind, self.x(x), self.y(y), COLOURS[kind])
                    for x, y in series.points if self.inside(x, y)]
        return out


def legend(names, left, top):
    out = []
    for kind, name in enumerate(names):
        x = left + 84 * kind
        out += [marker(kind, x, top - 4, COLOURS[kind]),
                f'<text x="{x + 10}" y="{top}">{escaped(name)}</text>']
    return out


def svg(panels, description, columns=1, size=(560, 300)):
    """Panels in a grid under one legend."""
    width, height = size
    step_x, step_y = width + 86, height + 88
    rows = -(-len(panels) // columns)
    total = (columns * step_x + 14, rows * step_y + 34)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total[0]} {total[1]}" '
           f'width="{total[0]}" height="{total[1]}" role="img">',
           f"<title>{escaped(description)}</title>", f"<style>\n{STYLE}</style>"]
    out += legend([s.name for s in panels[0].series], 70, 20)
    for i, panel in enumerate(panels):
        frame = Frame(panel, 64 + step_x * (i % columns), 60 + step_y * (i // columns), width, height)
        out += frame.axes() + frame.bounds() + frame.marks(f"frame{i}")
    return "\n".join(out + ["</svg>"]) + "\n"
