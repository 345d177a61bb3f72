#!/usr/bin/python3
"""rda_to_csv.py DATA.rda [OUT.csv]: writes the data frame in a file that R's save() made as CSV with a header.

Columns of numbers, logical values, texts and factors (as their labels); what is missing becomes an empty cell. Files
compressed by gzip, bzip2 or xz or not at all, in R's binary format (XDR) of version 2 or 3. Files with several objects, or
with objects other than a data frame, are refused. Standard output without OUT.csv.
"""
import bz2
import csv
import gzip
import lzma
import struct
import sys

OPENERS = ((b"\xfd7zXZ\x00", lzma.decompress), (b"BZh", bz2.decompress), (b"\x1f\x8b", gzip.decompress))
NA_INTEGER = -(2 ** 31)
NA_REAL = struct.pack(">Q", 0x7FF00000000007A2)

# Types of R's items, by their numbers in the format.
SYMBOL, PAIRS, CHARS, LOGICAL, INTEGER, REAL, STRINGS, LIST = 1, 2, 9, 10, 13, 14, 16, 19
REFERENCE, NIL = 255, 254


class Refused(Exception):
    """The file is not what this converter reads; the message says why."""


class Vector:
    """The values of a column with their attributes."""

    def __init__(self, kind, values):
        self.kind, self.values, self.attributes = kind, values, {}


class Reader:
    """Items of a serialised R object, one after the other."""

    def __init__(self, data):
        self.data, self.at, self.symbols = data, 0, []

    def take(self, count):
        if count < 0 or self.at + count > len(self.data):
            raise Refused("the file ends in the middle")
        self.at += count
        return self.data[self.at - count:self.at]

    def integer(self):
        return struct.unpack(">i", self.take(4))[0]

    def integers(self):
        count = self.integer()
        return list(struct.unpack(f">{count}i", self.take(4 * count)))

    def reals(self):
        count = self.integer()
        raw = self.take(8 * count)
        values = struct.unpack(f">{count}d", raw)
        return [None if raw[8 * i:8 * i + 8] == NA_REAL else value for i, value in enumerate(values)]

    def text(self):
        count = self.integer()
        return None if count == -1 else self.take(count).decode("utf-8", "replace")

    def pairs(self, flags):
        """A list of tagged values, as (tag, value)."""
        found = []
        while flags & 0xFF == PAIRS:
            if flags & 0x200:
                self.item()
            tag = self.item() if flags & 0x400 else None
            found.append((tag, self.item()))
            flags = self.integer() & 0xFFFFFFFF
        if flags & 0xFF != NIL:
            raise Refused(f"a list that ends in an item of type {flags & 0xFF}")
        return found

    def item(self):
        flags = self.integer() & 0xFFFFFFFF
        kind = flags & 0xFF
        if kind == NIL:
            return None
        if kind == SYMBOL:
            self.symbols.append(self.item())
            return self.symbols[-1]
        if kind == REFERENCE:
            index = (flags >> 8 or self.integer()) - 1
            if not 0 <= index < len(self.symbols):
                raise Refused(f"a reference to symbol {index + 1} of {len(self.symbols)}")
            return self.symbols[index]
        if kind == PAIRS:
            return self.pairs(flags)
        if kind == CHARS:
            return self.text()
        return self.vector(kind, flags)

    def vector(self, kind, flags):
        if kind in (LOGICAL, INTEGER):
            made = Vector(kind, [None if value == NA_INTEGER else value for value in self.integers()])
        elif kind == REAL:
            made = Vector(kind, self.reals())
        elif kind in (STRINGS, LIST):
            made = Vector(kind, [self.item() for _ in range(self.integer())])
        else:
            raise Refused(f"an item of type {kind}; only vectors and data frames are read")
        if flags & 0x200:
            made.attributes = dict(self.item())
        return made


def values_of(attribute):
    return attribute.values if isinstance(attribute, Vector) else []


def shown(value, kind):
    if value is None:
        return ""
    if kind == LOGICAL:
        return "true" if value else "false"
    return repr(int(value)) if kind == REAL and value.is_integer() and abs(value) < 1e15 else str(value)


def column(vector):
    """The cells of a column."""
    if not isinstance(vector, Vector) or vector.kind == LIST:
        raise Refused("a column that is no vector of plain values")
    levels = values_of(vector.attributes.get("levels"))
    if levels:
        return ["" if value is None else levels[value - 1] for value in vector.values]
    return [shown(value, vector.kind) for value in vector.values]


def read(data):
    """(names, rows) of the one data frame of a file."""
    for magic, decompress in OPENERS:
        if data.startswith(magic):
            data = decompress(data)
            break
    reader = Reader(data)
    if reader.take(5) not in (b"RDX2\n", b"RDX3\n") or reader.take(2) != b"X\n":
        raise Refused("this is no file of save() in R's binary format")
    version = reader.integer()
    reader.take(8)
    if version == 3:
        reader.take(reader.integer())  # the name of an encoding
    objects = reader.item()
    if not isinstance(objects, list) or len(objects) != 1:
        raise Refused("not one object; save one data frame alone")
    frame = objects[0][1]
    if not isinstance(frame, Vector) or "data.frame" not in values_of(frame.attributes.get("class")):
        raise Refused(f"'{objects[0][0]}' is no data frame")
    columns = [column(vector) for vector in frame.values]
    return values_of(frame.attributes["names"]), list(zip(*columns))


def main(arguments):
    if len(arguments) not in (2, 3):
        print("usage: rda_to_csv.py DATA.rda [OUT.csv]", file=sys.stderr)
        return 2
    try:
        with open(arguments[1], "rb") as file:
            names, rows = read(file.read())
    except (OSError, EOFError, lzma.LZMAError, struct.error, Refused) as error:
        print(f"rda_to_csv.py: {arguments[1]}: {error}", file=sys.stderr)
        return 2
    out = open(arguments[2], "w", newline="", encoding="utf-8") if len(arguments) == 3 else sys.stdout
    with out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
