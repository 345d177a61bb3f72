#!/usr/bin/python3
"""The fuzzing rule: every parser of bytes from outside is called by a target in fuzz/.

A parser is a function in a header of include/ or src/ that is called parse_... or ..._from_bytes, or that returns an
Expected made from bytes or text; and what FURTHER names. It is called if NAME( stands in fuzz/*.cpp or fuzz/*.hpp.
BY_OTHERS names parsers that targets reach through another one, and says which. Exit status 1 and one line per violation.
"""
import argparse
import re
import sys
from pathlib import Path

# Parsers that do not look like one, with the header that has them.
FURTHER = {
    "read_record": "include/tacit/learn/records.hpp",           # JSON of trainings
    "read_score_record": "src/learn/score_files.hpp",
    "read_table": "include/tacit/study/submission.hpp",         # a contributor's CSV
    "read_sealing_key": "include/tacit/party/sealed.hpp",
    "settle": "include/tacit/study/compute.hpp",                # a server's record of studies
    "spent": "include/tacit/mpc/run_budget.hpp",                # the file of runs
    "stopped": "src/mpc/psi_checkpoint.hpp",                    # the files of a stopped intersection
    "size_of_other": "src/mpc/psi_checkpoint.hpp",
    "version_of": "src/party/greeting.hpp",                     # what a party greets with
    "poll": "apps/tacit/dp.hpp",                                # reports of a poll
    "open_part": "include/tacit/study/submission.hpp",
    "open_result": "include/tacit/study/compute.hpp",
    "parts_of_bundle": "include/tacit/study/compute.hpp",
    "plain_on_loopback": "include/tacit/study/web.hpp",         # requests to a study's server
    "intersect": "include/tacit/mpc/psi.hpp",                   # messages of protocols
    "serve_predictions": "include/tacit/mpc/predict.hpp",
    "predict": "include/tacit/mpc/predict.hpp",
    "sum": "include/tacit/mpc/sum.hpp",
    "toss_coins": "include/tacit/party/agreement.hpp",
    "hold_auction": "include/tacit/mpc/auction.hpp",
    "confirm_dealt": "include/tacit/mpc/replicated.hpp",
    "verify_init": "include/tacit/mpc/prio3.hpp",
    "unseal": "include/tacit/party/sealed.hpp",
    "apply": "include/tacit/table/feature_map.hpp",             # rows of a table
}

BY_OTHERS = {
    "parse_header": "parse_ciphertext",
    "parse_insecure_parameters_for_tests": "parse_parameters",
    "parse_json": "read_record",
}

PARAMETER = r"\s*(?:const\s+)?(?:std::span<const std::byte>|std::string_view|ByteView|std::string&)"
EXPECTED = re.compile(rf"Expected<[^;{{}}()]*>\s+(\w+)\({PARAMETER}")
NAMED = re.compile(r"^[ \t]*(?:\[\[nodiscard\]\]\s*)?(?:static\s+|inline\s+)*(?!return\b)[\w:<>,&\s]*[\w>&]\s+"
                   r"(parse_\w+|\w+_from_bytes)\(", re.MULTILINE)


def parsers_in(text):
    text = re.sub(r"//[^\n]*", "", text)
    return {match.group(1) for pattern in (EXPECTED, NAMED) for match in pattern.finditer(text)}


def find_parsers(root):
    """{name: header}"""
    found = {}
    for folder in ("include", "src"):
        for header in sorted((root / folder).rglob("*.hpp")):
            for name in parsers_in(header.read_text(encoding="utf-8")):
                found.setdefault(name, header.relative_to(root))
    return found


def problems_of(root, further, by_others):
    targets = [path for path in sorted((root / "fuzz").glob("*")) if path.suffix in (".cpp", ".hpp")]
    fuzzed = "\n".join(path.read_text(encoding="utf-8") for path in targets)
    found = find_parsers(root)
    for name, header in further.items():
        path = root / header
        if not path.is_file() or not re.search(rf"\b{name}\(", path.read_text(encoding="utf-8")):
            yield f"tools/check_fuzz.py: {header} has no {name}(); mend FURTHER"
    for name, other in by_others.items():
        if name not in found or other not in {**found, **further}:
            yield f"tools/check_fuzz.py: no header has the parsers {name}() and {other}(); mend BY_OTHERS"
    for name, header in sorted({**found, **further}.items()):
        if name not in by_others and not re.search(rf"\b{name}(?:<\w+>)?\(", fuzzed):
            yield f"{header}: no target in fuzz/ calls {name}(); write one, or say in tools/check_fuzz.py why none is due"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    problems = list(problems_of(parser.parse_args().root, FURTHER, BY_OTHERS))
    print("\n".join(problems) if problems else "every parser has a fuzz target")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
