#!/usr/bin/python3
"""docs/hit-parity.md names tests that exist, and leaves no entry out.

The table of points counts from 1 to 85; the tables of HIT's tests have as many rows as their headings say, 170
together, each name once. An entry is "missing" or names something, a missing point says "–" and may say why; every
`Suite.Name` in the document is a TEST of tests/; the totals it states are those of its rows. Exit status 1 and one line
per violation.
"""
import argparse
import re
import sys
from pathlib import Path

DOCUMENT = "docs/hit-parity.md"
POINTS, TESTS = 85, 170
TEST = re.compile(r"^\s*TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
NAMED = re.compile(r"`([A-Z]\w+\.[A-Z]\w+)`")
POINT = re.compile(r"^\| (\d+) \| (.+?) \| (done|partly|missing) \| (.+) \|$", re.MULTILINE)
SUITE = re.compile(r"^### (\w+) \((\d+)\)\n\n\| test \| in Tacit \|\n\|---\|---\|\n((?:\|.*\n)*)", re.MULTILINE)
STATED_POINTS = re.compile(r"^(\d+) done, (\d+) partly, (\d+) missing\.$", re.MULTILINE)
STATED_TESTS = re.compile(r"^(\d+) have a counterpart, (\d+) do not\.", re.MULTILINE)
ROW = re.compile(r"^\| (\w+) \| (.+) \|$", re.MULTILINE)


def tests_of(root):
    """The names of all tests in tests/."""
    return {f"{suite}.{name}" for file in sorted((root / "tests").rglob("*.cpp"))
            for suite, name in TEST.findall(file.read_text(encoding="utf-8"))}


def check_suites(text):
    """Problems of the tables of HIT's tests."""
    problems, total, missing = [], 0, 0
    for suite, stated, table in SUITE.findall(text):
        rows = [name for name, _ in ROW.findall(table)]
        total += len(rows)
        missing += sum(ours == "missing" for _, ours in ROW.findall(table))
        if len(rows) != int(stated) or len(set(rows)) != len(rows) or len(rows) != table.count("\n"):
            problems.append(f"{DOCUMENT}: {suite} has {len(set(rows))} different tests, its heading says {stated}")
        problems += [f"{DOCUMENT}: {suite}.{name} is neither missing nor mapped to a test"
                     for name, ours in ROW.findall(table) if ours != "missing" and not NAMED.search(ours)]
    if total != TESTS:
        problems.append(f"{DOCUMENT}: {total} tests of HIT, it has {TESTS}")
    return problems + check_totals("tests", STATED_TESTS.findall(text), (total - missing, missing))


def check_totals(what, stated, counted):
    """A problem unless the document states these numbers, once."""
    numbers = ", ".join(map(str, counted))
    return [] if stated == [tuple(map(str, counted))] else [f"{DOCUMENT}: the totals of the {what} are {numbers}"]


def check(root):
    """One line for each problem."""
    text = (root / DOCUMENT).read_text(encoding="utf-8")
    problems = check_suites(text)
    points = POINT.findall(text)
    if [int(number) for number, *_ in points] != list(range(1, POINTS + 1)):
        problems.append(f"{DOCUMENT}: the points do not count from 1 to {POINTS}")
    problems += [f"{DOCUMENT}: point {number} is {state} and says {by}" for number, _, state, by in points
                 if (state == "missing") != by.startswith("–")]
    states = [state for _, _, state, _ in points]
    problems += check_totals("points", STATED_POINTS.findall(text),
                             tuple(map(states.count, ("done", "partly", "missing"))))
    existing = tests_of(root)
    problems += [f"{DOCUMENT}: there is no test {name}" for name in sorted(set(NAMED.findall(text)) - existing)]
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    problems = check(parser.parse_args().root)
    print("\n".join(problems) if problems else "every test that the parity table names exists")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
