# SPDX-License-Identifier: MIT
"""Charts as SVG, drawn by hand: bars in panels side by side, and lines. They bring their own background, light or dark as the
reader's system is, so that they can be read on any page."""
import html
import math

WIDTH, MARGIN = 860, 24
STYLE = """
  .card { fill: #ffffff; stroke: #d9dde3 } .grid { stroke: #e6e9ee }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2733 }
  .title { font-size: 17px; font-weight: 600 } .quiet { fill: #667083 } .small { font-size: 11.5px } .ours { font-weight: 600 }
  .bar, .dot0, .dot1 { fill: #b4bdca } .bar.ours, .dot0 { fill: #2f6fde } .dot1 { fill: #d97a1f }
  .line0 { stroke: #2f6fde } .line1 { stroke: #d97a1f } .line0, .line1 { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .card { fill: #161b22; stroke: #30363d } .grid { stroke: #2b313a } text { fill: #e6edf3 } .quiet { fill: #98a4b3 }
    .bar { fill: #4d5866 } .bar.ours, .dot0 { fill: #5b9bff } .line0 { stroke: #5b9bff }
  }
"""


def text(x, y, said, classes="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}" text-anchor="{anchor}">{html.escape(str(said))}</text>'


def card(title, note, height, drawn):
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
            f"<title>{html.escape(title)}</title>", f"<style>{STYLE}</style>",
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="10" class="card"/>',
            text(MARGIN, 36, title, "title")]
    return "\n".join([*head, *drawn, text(MARGIN, height - 16, note, "quiet small"), "</svg>\n"])


def bars(title, note, labels, panels, ours=()):
    """A row for each label, and a bar in each panel. Panels: (heading, values, what is written beside each bar); a value of None
    has no bar. Lengths are to scale within a panel. Rows named in `ours` stand out."""
    names = max(len(label) for label in labels) * (7.9 if ours else 7.2) + 12
    step = (WIDTH - 2 * MARGIN - names) / len(panels)
    top, row = 84, 27
    drawn = []
    for number, (heading, values, said) in enumerate(panels):
        left = MARGIN + names + number * step
        longest = step - 22 - max(len(each) for each in said) * 7.8
        scale = longest / max(value for value in values if value is not None)
        drawn.append(text(left, top - 18, heading, "quiet"))
        for index, (label, value, words) in enumerate(zip(labels, values, said)):
            mine = " ours" if label in ours else ""
            y = top + index * row
            if number == 0:
                drawn.append(text(left - 12, y + 14, label, mine.strip(), "end"))
            length = 0 if value is None else max(value * scale, 2)
            if length:
                drawn.append(f'<rect x="{left:.1f}" y="{y}" width="{length:.1f}" height="19" rx="3" class="bar{mine}"/>')
            drawn.append(text(left + length + (7 if length else 0), y + 14, words, mine.strip() if length else "quiet"))
    return card(title, note, top + len(labels) * row + 38, drawn)


def lines(title, note, names, panels, x_label):
    """Panels: (heading, unit, for each name its points). Each axis begins at zero."""
    step = (WIDTH - 2 * MARGIN) / len(panels)
    top, high = 92, 170
    drawn = []
    for number, (heading, unit, series) in enumerate(panels):
        left, wide = MARGIN + number * step + 44, step - 66
        points = [point for each in series for point in each]
        most_x, tick = max(x for x, _ in points), tick_for(max(y for _, y in points))
        most_y = tick * math.ceil(max(y for _, y in points) / tick)
        drawn.append(text(left - 44, top - 22, f"{heading} [{unit}]", "quiet"))
        for mark in range(round(most_y / tick) + 1):
            y = top + high - mark * tick / most_y * high
            drawn.append(f'<line x1="{left}" x2="{left + wide:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
            drawn.append(text(left - 7, y + 4, f"{mark * tick:g}", "quiet small", "end"))
        for x, anchor in ((0, "start"), (most_x // 2, "middle"), (most_x, "end")):
            drawn.append(text(left + x / most_x * wide, top + high + 18, f"{x:g}", "quiet small", anchor))
        for index, each in enumerate(series):
            at = [(left + x / most_x * wide, top + high - y / most_y * high) for x, y in each]
            drawn.append(f'<polyline class="line{index}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}"/>')
            drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" class="dot{index}"/>' for x, y in at]
    for index, name in enumerate(names):
        drawn.append(f'<circle cx="{WIDTH - MARGIN - 90 * (len(names) - index)}" cy="31" r="4.5" class="dot{index}"/>')
        drawn.append(text(WIDTH - MARGIN - 90 * (len(names) - index) + 10, 36, name))
    drawn.append(text(WIDTH / 2, top + high + 40, x_label, "quiet", "middle"))
    return card(title, note, top + high + 76, drawn)


def tick_for(most):
    """A round number that divides an axis up to `most` into three to six parts."""
    power = 10 ** math.floor(math.log10(most))
    return next(power * factor for factor in (0.2, 0.5, 1, 2) if most / (power * factor) <= 5)
