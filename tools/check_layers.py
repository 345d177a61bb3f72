#!/usr/bin/python3
"""The layer rule: who may include whom.

Reads the table of layers from docs/architecture.md, every #include in include/, src/, apps/ and
examples/, and every tacit_layer() in CMakeLists.txt. A layer may include its own headers, those of the
layers in its row, and what those rows name in turn.

    include/tacit/LAYER/   public headers: the standard library and "tacit/ALLOWED/...", nothing else
    src/LAYER/             the same, private headers "ALLOWED/...", and third-party headers <...>
    apps/, examples/       public headers of every layer, their own headers, and third-party headers <...>

tests/, bench/ and fuzz/ may include anything. Exit status 1 and one line per violation.
"""
import argparse
import re
import sys
from pathlib import Path

STANDARD = frozenset("""
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception filesystem format forward_list fstream functional
future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view strstream
syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
variant vector version
""".split())

ROW = re.compile(r"^\|\s*`(\w+)`\s*\|([^|]*)\|")
NAME = re.compile(r"`(\w+)`")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
LAYER_CALL = re.compile(r"^\s*tacit_layer\((\w+)([^)]*)\)", re.MULTILINE)
SUFFIXES = {".hpp", ".cpp", ".h", ".inc", ".ipp"}


def read_table(text):
    """The first table whose header begins with `layer`: {layer: [named layers]} in order."""
    rows, inside = {}, False
    for line in text.splitlines():
        if re.match(r"^\|\s*layer\s*\|", line):
            inside = True
        elif inside and (row := ROW.match(line)):
            rows[row.group(1)] = NAME.findall(row.group(2))
        elif inside and not line.startswith("|"):
            break
    return rows


def closure(rows):
    """{layer: the layers it may include, itself among them}; rows may only name rows above them."""
    allowed = {}
    for layer, named in rows.items():
        allowed[layer] = {layer}
        for other in named:
            if other not in allowed:
                raise ValueError(f"docs/architecture.md: row `{layer}` names `{other}`, which no row above it defines")
            allowed[layer] |= allowed[other]
    return allowed


def public_layer(target):
    """The layer of "tacit/LAYER/x.hpp"; "" for "tacit/x.hpp"; None for anything else."""
    parts = target.split("/")
    if parts[0] != "tacit" or len(parts) < 2:
        return None
    return parts[1] if len(parts) > 2 else ""


def private_layer(target, layers):
    first = target.split("/")[0]
    return first if "/" in target and first in layers else None


def refuse_in_layer(layer, public, style, target, allowed):
    """Why a file of a layer may not include target, or None."""
    if style == "<" and not target.startswith("tacit/"):
        if public and target not in STANDARD:
            return "a public header includes the standard library and tacit/ alone"
        return None
    other = public_layer(target)
    if other is None:
        if public:
            return "a public header includes no private header; write \"tacit/LAYER/...\""
        other = private_layer(target, allowed)
        if other is None:
            return "not a header of a layer; write \"tacit/LAYER/...\" or \"LAYER/...\""
    if other not in allowed[layer]:
        return f"`{layer}` may not include `{other}`" if other else "a layer does not include a header above the layers"
    return None


def refuse_in_program(file, style, target):
    """Why a file of apps/ or examples/ may not include target, or None."""
    if style == "<" or public_layer(target) is not None:
        return None
    folders = [file.parent, *file.parents]
    own = next((f for f in folders if f.name in ("apps", "examples")), file.parent)
    if any((folder / target).is_file() for folder in folders if folder == own or own in folder.parents):
        return None
    return "programs include public headers and their own alone"


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES) if folder.is_dir() else []


def includes(file):
    text = file.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2)


def check_tree(root, folder, public, allowed):
    """Violations of the layers under include/tacit or src."""
    problems = []
    base = root / folder
    for file in sources(base):
        parts = file.relative_to(base).parts
        if public and len(parts) == 1:
            continue  # include/tacit/*.hpp gathers the layers
        name = file.relative_to(root)
        if parts[0] not in allowed:
            problems.append(f"{name}: folder `{parts[0]}` is no row of the table in docs/architecture.md")
            continue
        for line, style, target in includes(file):
            reason = refuse_in_layer(parts[0], public, style, target, allowed)
            if reason:
                problems.append(f"{name}:{line}: includes {target}: {reason}")
    return problems


def check_programs(root):
    return [f"{file.relative_to(root)}:{line}: includes {target}: {reason}"
            for folder in ("apps", "examples") for file in sources(root / folder)
            for line, style, target in includes(file)
            if (reason := refuse_in_program(file, style, target))]


def check_cmake(text, rows, allowed):
    """The links that CMake is told must allow what the table allows, no more and no less."""
    calls = {name: rest.split() for name, rest in LAYER_CALL.findall(text)}
    problems = [f"CMakeLists.txt: tacit_layer({name}) has no row in docs/architecture.md" for name in calls.keys() - rows]
    problems += [f"CMakeLists.txt: no tacit_layer() for row `{name}`" for name in rows.keys() - calls]
    for name in calls.keys() & rows:
        words = calls[name]
        start = words.index("DEPENDS") + 1 if "DEPENDS" in words else len(words)
        stop = words.index("PRIVATE") if "PRIVATE" in words else len(words)
        linked = {name}.union(*(allowed.get(d, {d}) for d in words[start:stop]))
        if linked != allowed[name]:
            problems.append(f"CMakeLists.txt: `{name}` links {sorted(linked)}, its row allows {sorted(allowed[name])}")
    return problems


def check(root):
    rows = read_table((root / "docs/architecture.md").read_text(encoding="utf-8"))
    if not rows:
        return ["docs/architecture.md: no table that begins with | layer |"]
    try:
        allowed = closure(rows)
    except ValueError as error:
        return [str(error)]
    cmake = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    return (check_cmake(cmake, rows, allowed) + check_tree(root, "include/tacit", True, allowed)
            + check_tree(root, "src", False, allowed) + check_programs(root))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parent.parent)
    problems = check(parser.parse_args().root)
    print("\n".join(problems) or "the layer rule holds")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
