#!/usr/bin/python3
"""The citation rule: every [KEY] leads to docs/references.md, and every key there is wanted.

A key is letters followed by two digits of a year, such as [HK20] or [CKKS17b]. Keys are looked for in the
comments of C++ sources and in the text of Markdown files (code blocks apart). docs/references.md defines
keys in entries that begin with "- **[KEY]**"; keys under a heading that says "Further reading" need not be
used. Exit status 1 and one line per violation.
"""
import argparse
import re
import sys
from pathlib import Path

FOLDERS = ("include", "src", "apps", "examples", "tests", "bench", "fuzz")
SUFFIXES = {".hpp", ".cpp", ".h", ".inc", ".ipp"}
REFERENCES = "docs/references.md"

KEY = r"[A-Za-z][A-Za-z+-]*[0-9]{2}[a-z]?"
# Several keys may share a bracket, "[HK20, HPS18]", with a place in the paper behind, "[HK20, Alg. 2]".
BRACKET = re.compile(rf"(?<![\w\]\[`])\[({KEY}(?:[,;][^\]\n]*)?)\](?!\()")
ENTRY = re.compile(rf"^[-*] \*\*\[({KEY})\]\*\*")
TOKEN = re.compile(
    r'//(?:[^\n\\]|\\.)*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'',
    re.DOTALL)


def only_newlines(text):
    return "\n" * text.count("\n")


def comments_of(text):
    """The text with everything but comments blanked out; lines keep their numbers."""
    parts, position = [], 0
    for token in TOKEN.finditer(text):
        parts.append(only_newlines(text[position:token.start()]))
        body = token.group()
        parts.append(body if body.startswith(("//", "/*")) else only_newlines(body))
        position = token.end()
    return "".join(parts)


def prose_of(text):
    """Markdown with its code blocks and code spans blanked out."""
    text = re.sub(r"^```.*?^```", lambda m: only_newlines(m.group()), text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def keys_in(text):
    """(line, key) of every citation."""
    for bracket in BRACKET.finditer(text):
        line = text.count("\n", 0, bracket.start()) + 1
        for part in re.split(r"[,;]\s*", bracket.group(1)):
            if re.fullmatch(KEY, part) and any(c.isupper() for c in part):
                yield line, part


def read_references(text):
    """({key: line}, the keys of further reading, problems)."""
    defined, further, problems, optional = {}, set(), [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            optional = "further reading" in line.lower()
        entry = ENTRY.match(line)
        if not entry:
            continue
        key = entry.group(1)
        if key in defined:
            problems.append(f"{REFERENCES}:{number}: [{key}] is defined twice, first in line {defined[key]}")
        defined.setdefault(key, number)
        if optional:
            further.add(key)
    return defined, further, problems


def citations(root):
    """(file, line, key) of every citation in the tree, docs/references.md apart."""
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in SUFFIXES:
                for line, key in keys_in(comments_of(file.read_text(encoding="utf-8"))):
                    yield file.relative_to(root), line, key
    for file in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")]):
        name = file.relative_to(root)
        if name != Path(REFERENCES):
            for line, key in keys_in(prose_of(file.read_text(encoding="utf-8"))):
                yield name, line, key


def check(root):
    references = root / REFERENCES
    defined, further, problems = read_references(references.read_text(encoding="utf-8"))
    used = set()
    for file, line, key in citations(root):
        used.add(key)
        if key not in defined:
            problems.append(f"{file}:{line}: [{key}] is not in {REFERENCES}")
    problems += [f"{REFERENCES}:{line}: [{key}] is cited nowhere; cite it or move it to further reading"
                 for key, line in defined.items() if key not in used and key not in further]
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    problems = check(parser.parse_args().root)
    print("\n".join(problems) or "every citation resolves")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
