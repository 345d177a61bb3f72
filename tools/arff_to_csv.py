#!/usr/bin/python3
"""arff_to_csv.py DATA.arff [OUT.csv]: writes the rows of a Weka file as CSV with a header.

Numeric, nominal and string attributes; missing values ("?") become empty cells. Sparse and relational data, which no
example of ours has, are refused. Standard output without OUT.csv.
"""
import csv
import re
import sys

# A name or value: in single or double quotes with backslash escapes, or bare.
TOKEN = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,{}'"]+"""
FIELD = re.compile(rf"\s*(?P<field>{TOKEN}|)\s*(?P<end>,|$)")
ATTRIBUTE = re.compile(rf"@attribute\s+({TOKEN})\s+(.+)$", re.IGNORECASE)


class Refused(Exception):
    """The file is not what this converter reads; the message says where."""


def plain(token):
    """A token without its quotes and escapes."""
    if token[:1] in ("'", '"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return token


def fields(line, number):
    """The values of a data line; None for a missing one."""
    row, at = [], 0
    while True:
        match = FIELD.match(line, at)
        if match is None:
            raise Refused(f"line {number}: cannot read a value at column {at + 1}")
        row.append(None if match["field"] in ("?", "") else plain(match["field"]))
        if match["end"] == "":
            return row
        at = match.end()


def read(lines):
    """(names, rows) of a file."""
    names, rows, in_data = [], [], False
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line.startswith("%"):
            continue
        if in_data:
            if line.startswith("{"):
                raise Refused(f"line {number}: sparse data; write the rows in full")
            row = fields(line, number)
            if len(row) != len(names):
                raise Refused(f"line {number}: {len(row)} values for {len(names)} attributes")
            rows.append(row)
        elif line.lower().startswith("@data"):
            in_data = True
        elif match := ATTRIBUTE.match(line):
            if match[2].lower().startswith("relational"):
                raise Refused(f"line {number}: a relational attribute; flatten the data first")
            names.append(plain(match[1]))
        elif not line.lower().startswith("@relation"):
            raise Refused(f"line {number}: '{line[:40]}' is no declaration")
    if not in_data:
        raise Refused("there is no @data")
    return names, rows


def main(arguments):
    if len(arguments) not in (2, 3):
        print("usage: arff_to_csv.py DATA.arff [OUT.csv]", file=sys.stderr)
        return 2
    try:
        with open(arguments[1], encoding="utf-8") as file:
            names, rows = read(file)
    except (OSError, UnicodeDecodeError, Refused) as error:
        print(f"arff_to_csv.py: {arguments[1]}: {error}", file=sys.stderr)
        return 2
    out = open(arguments[2], "w", newline="", encoding="utf-8") if len(arguments) == 3 else sys.stdout
    with out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([["" if value is None else value for value in row] for row in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
