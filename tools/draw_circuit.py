#!/usr/bin/env python3
"""Draws a circuit: tools/draw_circuit.py [TITLE] < circuit.txt > picture.svg

Reads the text form (tacit/circuit/text.hpp). Columns are levels: a product stands one further to the right than its
deepest encrypted operand, everything else below its operands. Colours tell operations apart.
"""
import html
import re
import sys

COLOURS = {"input": "#dbe9f6", "constant": "#eeeeee", "add": "#e3f2d9", "sub": "#e3f2d9", "negate": "#e3f2d9",
           "mul": "#f9d6c4", "rotate": "#fff2c2", "conjugate": "#e6d9f2", "refresh": "#d4ead0"}
SIGNS = {"add": "+", "sub": "−", "negate": "−", "mul": "×", "conjugate": "conj"}
WIDTH, HEIGHT, COLUMN, ROW = 58, 22, 110, 34


def read(lines):
    """(operations, outputs): operations are (number, name, operands, label)."""
    operations, outputs = [], []
    for line in lines:
        line = line.split("#")[0].strip()
        if found := re.fullmatch(r"%(\d+) = (\w+) (.*)", line):
            number, name, rest = int(found[1]), found[2], found[3]
            operands = [int(x) for x in re.findall(r"%(\d+)", rest)]
            label = SIGNS.get(name, name)
            if name == "input":
                label = rest.strip('"')
            elif name == "rotate":
                label = "rot " + rest.split(",")[1].strip()
            elif name == "constant":
                label = rest if len(rest) < 9 else "[…]"
            operations.append((number, name, operands, label))
        elif found := re.match(r"output %(\d+)", line):
            outputs.append(int(found[1]))
    return operations, outputs


def place(operations):
    """Column (level) and row of every operation; constants stand in the column of their first reader."""
    level, row, used = {}, {}, {}
    for number, name, operands, _ in operations:
        known = [level[x] for x in operands if level[x] is not None]
        level[number] = None if name == "constant" else (max(known) if known else 0) + (name == "mul")
    for number, name, operands, _ in operations:
        for x in operands:
            if level[x] is None:
                level[x] = level[number]
    for number, *_ in operations:
        column = level[number] or 0
        row[number] = used[column] = used.get(column, -1) + 1
    return level, row


def draw(title, operations, outputs):
    level, row = place(operations)
    depth = max(level[x] for x in outputs)
    width = (max(level.values()) + 1) * COLUMN + 20
    height = (max(row.values()) + 1) * ROW + 60
    def at(number):
        return 10 + level[number] * COLUMN, 44 + row[number] * ROW
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="DejaVu Sans, sans-serif" '
           f'font-size="11"><rect width="100%" height="100%" fill="white"/>'
           f'<text x="10" y="18" font-size="13">{html.escape(title)}: depth {depth}, {len(operations)} values</text>']
    for number, _, operands, _ in operations:
        x, y = at(number)
        for operand in operands:
            a, b = at(operand)
            svg.append(f'<path d="M{a + WIDTH},{b + HEIGHT / 2} C{a + WIDTH + 20},{b + HEIGHT / 2} {x - 20},{y + HEIGHT / 2} '
                       f'{x},{y + HEIGHT / 2}" fill="none" stroke="#999" stroke-width="0.8"/>')
    for number, name, _, label in operations:
        x, y = at(number)
        border = "#c00" if number in outputs else "#666"
        svg.append(f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4" fill="{COLOURS[name]}" '
                   f'stroke="{border}"/><text x="{x + WIDTH / 2}" y="{y + 15}" text-anchor="middle">'
                   f'{html.escape(label)}</text>')
    return "\n".join(svg + ["</svg>", ""])


if __name__ == "__main__":
    sys.stdout.write(draw(sys.argv[1] if len(sys.argv) > 1 else "circuit", *read(sys.stdin)))
