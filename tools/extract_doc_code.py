#!/usr/bin/python3
"""Turns the C++ of README.md and docs/*.md into programs, so that the tests can compile and run them.

    ```cpp            a block with main() is a program; without, its #include lines go to the top and
                      the rest becomes the body of main()
    ```cpp fragment   shown, not compiled: a declaration out of context

Writes OUT/NAME.cpp per block and prints NAME=PATH lines for CMake. #line directives make the compiler
speak of the document. A file is only rewritten when it changed, so builds stay incremental.
"""
import argparse
import re
import sys
from pathlib import Path

FENCE = re.compile(r"^```(\w*)[ \t]*(.*)$")
INCLUDE = re.compile(r"^\s*#\s*include\b")
MAIN = re.compile(r"\bint\s+main\s*\(")
USES = {"cpp", "c++", "cxx"}


class Block:
    """One fenced block: the line of its first code line, its language, what follows it, its lines."""

    def __init__(self, line, language, info):
        self.line, self.language, self.info, self.lines = line, language, info.strip(), []


def blocks_of(text):
    found, current = [], None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if current is not None and line.rstrip() == "```":
            found.append(current)
            current = None
        elif current is not None:
            current.lines.append(line)
        elif fence:
            current = Block(number + 1, fence.group(1).lower(), fence.group(2))
    if current is not None:
        raise ValueError(f"the block that begins in line {current.line - 1} is never closed")
    return found


def program_of(block, document):
    """A complete translation unit for one block."""
    here = f'"{document}"'
    if any(MAIN.search(line) for line in block.lines):
        return "\n".join([f"#line {block.line} {here}", *block.lines, ""])
    top, body = [], []
    for number, line in enumerate(block.lines, block.line):
        if INCLUDE.match(line):
            top += [f"#line {number} {here}", line]
            body.append("")  # keeps the numbers of the lines below
        else:
            body.append(line)
    return "\n".join([*top, "int main() {", f"#line {block.line} {here}", *body, "}", ""])


def extract(document, text):
    """{name: program} of a document's blocks that are to compile."""
    programs = {}
    stem = re.sub(r"\W+", "_", str(document.with_suffix(""))).lower()
    for block in blocks_of(text):
        if block.language not in USES or block.info == "fragment":
            continue
        if block.info:
            raise ValueError(f"line {block.line - 1}: unknown word {block.info!r}; only `fragment` has a meaning")
        programs[f"{stem}_line_{block.line}"] = program_of(block, document)
    return programs


def write_if_changed(path, text):
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    root, out = arguments.root, arguments.out
    out.mkdir(parents=True, exist_ok=True)
    programs = {}
    for file in sorted([*root.glob("README.md"), *(root / "docs").rglob("*.md")]):
        document = file.relative_to(root)
        try:
            programs |= extract(document, file.read_text(encoding="utf-8"))
        except ValueError as error:
            print(f"{document}: {error}", file=sys.stderr)
            return 1
    for old in out.glob("*.cpp"):
        if old.stem not in programs:
            old.unlink()
    for name, text in programs.items():
        write_if_changed(out / f"{name}.cpp", text)
        print(f"{name}={out / (name + '.cpp')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
