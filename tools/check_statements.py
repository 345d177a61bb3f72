#!/usr/bin/env python3
"""Checks that protocols say what they promise: parties, adversary, what is revealed, rounds and bytes.

    check_statements.py [ROOT] [--help-of BINARY]

Headers: every public header of the layers mpc and study that declares a function among parties (it takes a Party or a
Replicated) has all of WORDS in its comments. Help: every application under `BINARY mpc` has all of LINES, each at the
beginning of a line; commands that compute nothing with others are named in NO_PROTOCOL.
"""
import re
import subprocess
import sys
from pathlib import Path

LAYERS = ("mpc", "study")
AMONG_PARTIES = re.compile(r"\b(?:Party|Replicated)& \w+[,)]")
WORDS = {"parties": r"\bparties|\bservers|\btwo\b", "adversary": r"\badversary", "what is revealed": r"\breveal",
         "rounds": r"\brounds?\b", "bytes": r"\bbytes?\b"}
LINES = ("Parties", "Adversary", "Revealed", "A cheater could", "Rounds, bytes")
NO_PROTOCOL = {"roster", "doctor", "offer", "reveal"}


def comments(text):
    return "\n".join(re.findall(r"//.*", text))


def header_violations(root):
    for layer in LAYERS:
        for header in sorted((root / "include" / "tacit" / layer).glob("*.hpp")):
            text = header.read_text(encoding="utf-8")
            if not AMONG_PARTIES.search(text):
                continue
            said = comments(text)
            for word, pattern in WORDS.items():
                if not re.search(pattern, said, re.IGNORECASE):
                    yield f"{header.relative_to(root)}: a function among parties, and no comment on {word}"


def help_of(binary, *words):
    return subprocess.run([binary, *words, "--help"], capture_output=True, text=True, check=True).stdout


def subcommands(text):
    """Names under "Subcommands:", which CLI11 indents by two."""
    listed = text.partition("Subcommands:")[2].partition("\n\n")[0]
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)


def help_violations(applications):
    """`applications`: help text by name."""
    for name, text in applications.items():
        for line in LINES:
            if not re.search(rf"^{line}\b", text, re.MULTILINE):
                yield f"tacit mpc {name} --help: no line '{line}'"


def main(arguments):
    binary = None
    if "--help-of" in arguments:
        at = arguments.index("--help-of")
        binary = arguments[at + 1]
        arguments = arguments[:at] + arguments[at + 2:]
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = list(header_violations(root))
    if binary:
        names = [name for name in subcommands(help_of(binary, "mpc")) if name not in NO_PROTOCOL]
        if not names:
            found.append("tacit mpc --help lists no applications")
        found += help_violations({name: help_of(binary, "mpc", name) for name in names})
    for one in found:
        print(one)
    if not found:
        print("every protocol states what it promises")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
