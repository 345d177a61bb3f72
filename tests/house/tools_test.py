"""Tests of the checkers in tools/: a planted violation must be found, and a clean tree must pass."""
import bz2
import gzip
import lzma
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import arff_to_csv  # noqa: E402
import check_citations  # noqa: E402
import check_fuzz  # noqa: E402
import check_layers  # noqa: E402
import check_parity  # noqa: E402
import check_statements  # noqa: E402
import extract_doc_code  # noqa: E402
import rda_to_csv  # noqa: E402

TABLE = """# Architecture

| layer | may include | responsibility |
|---|---|---|
| `low` | | bottom |
| `mid` | `low` | middle |
| `top` | `mid` | top |
| `side` | `low` | beside |

| layer | may include |
|---|---|
| `not_read` | `low` |
"""
CMAKE = """tacit_layer(low PRIVATE x)
tacit_layer(mid DEPENDS low PRIVATE x)
tacit_layer(top DEPENDS low mid)
tacit_layer(side DEPENDS low)
"""


class TreeTest(unittest.TestCase):
    """A project in a temporary folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class LayerRule(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("docs/architecture.md", TABLE)
        self.write("CMakeLists.txt", CMAKE)

    def accepts(self, name, *lines):
        self.write(name, "\n".join(lines) + "\n")
        self.assertEqual(check_layers.check(self.root), [])

    def refuses(self, name, line, reason):
        self.write(name, "#pragma once\n" + line + "\n")
        problems = check_layers.check(self.root)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(reason, problems[0])
        self.assertTrue(problems[0].startswith(f"{name}:2:"), problems[0])

    def test_reads_the_table_of_the_project(self):
        rows = check_layers.read_table((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
        self.assertIn("base", check_layers.closure(rows)["ckks"])
        self.assertNotIn("ckks", check_layers.closure(rows)["circuit"])

    def test_own_lower_and_transitive_headers_pass(self):
        self.accepts("include/tacit/top/a.hpp", '#include "tacit/top/b.hpp"', '#include "tacit/low/c.hpp"', "#include <vector>")
        self.accepts("src/top/a.cpp", '#include "tacit/mid/b.hpp"', '#include "low/c.hpp"', "#include <fmt/format.h>")

    def test_a_header_that_gathers_the_layers_passes(self):
        self.accepts("include/tacit/tacit.hpp", '#include "tacit/top/b.hpp"')

    def test_upward_include_is_found(self):
        self.refuses("include/tacit/low/a.hpp", '#include "tacit/mid/b.hpp"', "`low` may not include `mid`")

    def test_sideways_include_is_found(self):
        self.refuses("src/side/a.cpp", '#include "tacit/mid/b.hpp"', "`side` may not include `mid`")

    def test_private_header_of_a_forbidden_layer_is_found(self):
        self.refuses("src/side/a.cpp", '  #  include "mid/b.hpp"', "`side` may not include `mid`")

    def test_angle_brackets_do_not_hide_an_include(self):
        self.refuses("src/side/a.cpp", "#include <tacit/mid/b.hpp>", "`side` may not include `mid`")

    def test_private_header_in_a_public_one_is_found(self):
        self.refuses("include/tacit/mid/a.hpp", '#include "low/b.hpp"', "includes no private header")

    def test_third_party_header_in_a_public_one_is_found(self):
        self.refuses("include/tacit/mid/a.hpp", "#include <fmt/format.h>", "standard library and tacit/ alone")

    def test_relative_include_is_found(self):
        self.refuses("src/mid/a.cpp", '#include "../low/b.hpp"', "not a header of a layer")

    def test_layer_without_a_row_is_found(self):
        self.write("src/unknown/a.cpp", "")
        self.assertIn("no row of the table", check_layers.check(self.root)[0])

    def test_private_header_in_a_program_is_found(self):
        self.refuses("apps/one/a.cpp", '#include "low/b.hpp"', "programs include public headers")

    def test_a_program_may_include_its_own_headers(self):
        self.write("apps/one/own.hpp", "")
        self.accepts("apps/one/sub/a.cpp", '#include "own.hpp"', '#include "one/own.hpp"', '#include "tacit/top/b.hpp"')

    def test_link_beyond_the_row_is_found(self):
        self.write("CMakeLists.txt", CMAKE.replace("tacit_layer(side DEPENDS low)", "tacit_layer(side DEPENDS mid)"))
        self.assertIn("`side` links", check_layers.check(self.root)[0])

    def test_missing_layer_in_cmake_is_found(self):
        self.write("CMakeLists.txt", CMAKE.replace("tacit_layer(side DEPENDS low)", ""))
        self.assertIn("no tacit_layer() for row `side`", check_layers.check(self.root)[0])

    def test_row_that_names_a_later_row_is_found(self):
        self.write("docs/architecture.md", TABLE.replace("| `low` | |", "| `low` | `mid` |"))
        self.assertIn("which no row above it defines", check_layers.check(self.root)[0])

    def test_missing_table_is_found(self):
        self.write("docs/architecture.md", "# Architecture\n")
        self.assertIn("no table", check_layers.check(self.root)[0])


class CitationRule(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("docs/references.md", "# R\n- **[HK20]** A.\n## Further reading\n- **[Old99]** B.\n")
        self.write("src/low/a.cpp", "// after [HK20] Alg. 2\n")

    def problems_with(self, name, text):
        self.write(name, text)
        return check_citations.check(self.root)

    def test_resolved_citations_pass(self):
        self.assertEqual(check_citations.check(self.root), [])

    def test_unknown_key_in_a_line_comment_is_found(self):
        self.assertEqual(self.problems_with("src/low/b.cpp", "int x;\nint y;  // see [ABC21]\n"),
                         ["src/low/b.cpp:2: [ABC21] is not in docs/references.md"])

    def test_unknown_key_in_a_block_comment_is_found(self):
        found = self.problems_with("include/tacit/low/b.hpp", "/* one\n two [HK20, ABC21; Alg. 3] */\n")
        self.assertEqual(found, ["include/tacit/low/b.hpp:2: [ABC21] is not in docs/references.md"])

    def test_unknown_key_in_a_document_is_found(self):
        self.assertIn("SECURITY.md:1: [ABC21]", self.problems_with("SECURITY.md", "after [ABC21]\n")[0])

    def test_code_strings_and_links_are_no_citations(self):
        code = 'auto s = "[ABC21]"; x[K20]; [[nodiscard]] int a;  // v[K20] and [0, 2q) and [i32]\n'
        self.assertEqual(self.problems_with("src/low/b.cpp", code), [])
        self.assertEqual(self.problems_with("README.md", "```\n[ABC21]\n```\n`[ABC21]` [ABC21](x)\n"), [])

    def test_a_slash_in_a_string_hides_no_comment(self):
        self.assertEqual(len(self.problems_with("src/low/b.cpp", 'f("http://x", \'"\');  // [ABC21]\n')), 1)

    def test_key_that_nothing_cites_is_found(self):
        self.write("src/low/a.cpp", "// nothing\n")
        self.assertIn("[HK20] is cited nowhere", check_citations.check(self.root)[0])

    def test_key_defined_twice_is_found(self):
        found = self.problems_with("docs/references.md", "- **[HK20]** A.\n- **[HK20]** B.\n")
        self.assertIn("[HK20] is defined twice", found[0])


class ArffToCsv(unittest.TestCase):
    HEADER = ["% a comment", "@RELATION people", "@attribute 'full name' string", "@ATTRIBUTE age NUMERIC",
              "@attribute town {Oslo, 'New York'}", "", "@data"]

    def test_reads_names_values_and_gaps(self):
        names, rows = arff_to_csv.read([*self.HEADER, "'O\\'Neill, A',41,'New York'", "% between", "Ada , ?,Oslo", ""])
        self.assertEqual(names, ["full name", "age", "town"])
        self.assertEqual(rows, [["O'Neill, A", "41", "New York"], ["Ada", None, "Oslo"]])

    def test_says_which_line_is_wrong(self):
        for line, why in (("a,1", "2 values for 3"), ("{0 a}", "sparse"), ("'a,1,Oslo", "cannot read")):
            with self.assertRaisesRegex(arff_to_csv.Refused, f"line 8: .*{why}"):
                arff_to_csv.read([*self.HEADER, line])
        with self.assertRaisesRegex(arff_to_csv.Refused, "line 1: 'nonsense' is no declaration"):
            arff_to_csv.read(["nonsense"])
        with self.assertRaisesRegex(arff_to_csv.Refused, "there is no @data"):
            arff_to_csv.read(self.HEADER[:-1])


class RdaToCsv(unittest.TestCase):
    """Files as save() of R writes them, made here item by item."""

    @staticmethod
    def integers(*values):
        return struct.pack(f">{len(values)}i", *values)

    def chars(self, text):
        return self.integers(9) + (self.integers(-1) if text is None else self.integers(len(text)) + text.encode())

    def strings(self, *texts):
        return self.integers(16, len(texts)) + b"".join(self.chars(text) for text in texts)

    def symbol(self, name):
        return self.integers(1) + self.chars(name)

    def pairs(self, *tagged):
        """Of (tag, value), both as bytes."""
        return b"".join(self.integers(0x402) + tag + value for tag, value in tagged) + self.integers(254)

    def file(self, klass="data.frame"):
        numbers = self.integers(14, 3) + struct.pack(">d", 1.5) + rda_to_csv.NA_REAL + struct.pack(">d", 3)
        factor = self.integers(0x200 | 13, 3, 2, 1, -2 ** 31) + self.pairs((self.symbol("levels"), self.strings("x", "y")))
        names = self.pairs((self.symbol("names"), self.strings("n", "f", "t")), (self.symbol("class"), self.strings(klass)))
        frame = self.integers(0x200 | 19, 3) + numbers + factor + self.strings("p", "q,r", None) + names
        return b"RDX2\nX\n" + self.integers(2, 0, 0) + self.pairs((self.symbol("frame"), frame))

    def test_reads_numbers_factors_texts_and_gaps(self):
        expected = (["n", "f", "t"], [("1.5", "y", "p"), ("", "x", "q,r"), ("3", "", "")])
        for compress in (bytes, gzip.compress, bz2.compress, lzma.compress):
            self.assertEqual(rda_to_csv.read(compress(self.file())), expected)

    def test_says_what_is_wrong(self):
        for data, why in ((self.file()[:-40], "ends in the middle"), (b"PK\x03\x04nothing", "no file of save"),
                          (self.file("list"), "'frame' is no data frame")):
            with self.assertRaisesRegex(rda_to_csv.Refused, why):
                rda_to_csv.read(data)


class Parity(TreeTest):
    ROW = "| {} | a point | done | `Suite.Works` |\n"

    def problems_with(self, text):
        self.write("tests/low/a_test.cpp", "TEST(Suite, Works) {}\nTEST_P(\n    Other, WorksToo) {}\n")
        self.write("docs/hit-parity.md", text)
        return check_parity.check(self.root)

    def document(self, points=85, tests=170, stated=170):
        return (f"{points} done, 0 partly, 0 missing.\n\n" +
                "".join(self.ROW.format(i + 1) for i in range(points)) +
                f"\n{tests} have a counterpart, 0 do not.\n"
                f"\n### LinearAlgebraTest ({stated})\n\n| test | in Tacit |\n|---|---|\n" +
                "".join(f"| Test{i} | `Other.WorksToo` |\n" for i in range(tests)))

    def test_a_complete_document_passes(self):
        self.assertEqual(self.problems_with(self.document()), [])

    def test_a_test_that_does_not_exist_is_found(self):
        found = self.problems_with(self.document().replace("`Suite.Works`", "`Suite.Worked`", 1))
        self.assertEqual(found, ["docs/hit-parity.md: there is no test Suite.Worked"])

    def test_rows_left_out_are_found(self):
        self.assertIn("do not count from 1 to 85", self.problems_with(self.document(points=84))[0])
        self.assertIn("169 different tests, its heading says 170", self.problems_with(self.document(tests=169))[0])
        self.assertIn("169 tests of HIT", self.problems_with(self.document(tests=169, stated=169))[0])

    def test_rows_that_say_nothing_are_found(self):
        empty = self.document().replace("| Test7 | `Other.WorksToo` |", "| Test7 | somewhere |")
        self.assertIn("LinearAlgebraTest.Test7 is neither missing nor mapped", self.problems_with(empty)[0])
        claimed = self.document().replace(self.ROW.format(3), "| 3 | a point | done | – |\n")
        self.assertEqual(self.problems_with(claimed), ["docs/hit-parity.md: point 3 is done and says –"])

    def test_totals_that_do_not_add_up_are_found(self):
        late = self.document().replace(self.ROW.format(3), "| 3 | a point | missing | –; later |\n")
        self.assertEqual(self.problems_with(late), ["docs/hit-parity.md: the totals of the points are 84, 0, 1"])
        self.assertEqual(self.problems_with(late.replace("85 done, 0 partly, 0", "84 done, 0 partly, 1")), [])
        lost = self.document().replace("| Test7 | `Other.WorksToo` |", "| Test7 | missing |")
        self.assertEqual(self.problems_with(lost), ["docs/hit-parity.md: the totals of the tests are 169, 1"])
        unstated = self.document().replace("170 have a counterpart, 0 do not.", "")
        self.assertEqual(self.problems_with(unstated), ["docs/hit-parity.md: the totals of the tests are 170, 0"])


class Statements(TreeTest):
    GOOD = """/// Parties two. Adversary none. Revealed nothing. 1 round, 8 bytes.
int f(party::Party& me);
"""

    def test_headers_without_a_statement_are_found(self):
        self.write("include/tacit/mpc/a.hpp", self.GOOD)
        self.write("include/tacit/study/plain.hpp", "int f(int x);\n")
        self.assertEqual(list(check_statements.header_violations(self.root)), [])
        self.write("include/tacit/mpc/b.hpp", self.GOOD.replace("Adversary none. ", "").replace("8 bytes", "8"))
        self.write("include/tacit/mpc/c.hpp", "int f(Replicated& ring, int adversary);  // rounds, bytes, parties\n")
        self.assertEqual(list(check_statements.header_violations(self.root)), [
            f"include/tacit/mpc/{name}: a function among parties, and no comment on {what}"
            for name, what in (("b.hpp", "adversary"), ("b.hpp", "bytes"), ("c.hpp", "adversary"),
                               ("c.hpp", "what is revealed"))])

    def test_help_without_a_line_is_found(self):
        good = "Usage\n\n" + "".join(f"{line}  something\n" for line in check_statements.LINES)
        self.assertEqual(list(check_statements.help_violations({"sum": good})), [])
        bad = good.replace("A cheater could", "  A cheater could").replace("Revealed", "Reveals")
        self.assertEqual(list(check_statements.help_violations({"sum": bad})), [
            f"tacit mpc sum --help: no line '{line}'" for line in ("Revealed", "A cheater could")])

    def test_applications_are_those_that_the_help_lists(self):
        text = "Compute\n\nSubcommands:\n  roster                      Who\n  sum                         The\n\nNotes\n  no\n"
        self.assertEqual(check_statements.subcommands(text), ["roster", "sum"])


class FuzzRule(TreeTest):
    HEADER = """[[nodiscard]] Expected<Thing> parse_thing(std::string_view text);
/// parse_nothing(std::string_view) is a comment.
[[nodiscard]] Expected<std::vector<int>> from_text(
    std::string_view text, int digits);
Bits share_from_bytes(std::span<const std::byte> bytes);
Expected<int> open(const std::filesystem::path& path);
void settle(int);
"""

    def problems_with(self, target, further=None, by_others=None):
        self.write("include/tacit/low/thing.hpp", self.HEADER)
        self.write("fuzz/thing.cpp", target)
        return [one.split(";")[0] for one in check_fuzz.problems_of(self.root, further or {}, by_others or {})]

    def test_parsers_that_targets_call_pass(self):
        self.assertEqual(self.problems_with("parse_thing(x); low::from_text(x, 1); share_from_bytes(x);"), [])

    def test_a_parser_without_a_target_is_found(self):
        self.assertEqual(self.problems_with("parse_thing(x); my_from_text(x); share_from_bytes<3>(x);"),
                         ["include/tacit/low/thing.hpp: no target in fuzz/ calls from_text()"])

    def test_the_tables_of_the_checker_are_held_to_the_headers(self):
        target = "parse_thing(x); from_text(x); "
        header = "include/tacit/low/thing.hpp"
        self.assertEqual(self.problems_with(target, {"settle": header}, {"share_from_bytes": "parse_thing"}),
                         [f"{header}: no target in fuzz/ calls settle()"])
        self.assertEqual(self.problems_with(target + "share_from_bytes(settle(x));", {"settled": header},
                                            {"gone": "parse_thing", "from_text": "gone"})[:3],
                         [f"tools/check_fuzz.py: {header} has no settled()",
                          "tools/check_fuzz.py: no header has the parsers gone() and parse_thing()",
                          "tools/check_fuzz.py: no header has the parsers from_text() and gone()"])


class DocumentCode(unittest.TestCase):
    def extract(self, text):
        return list(extract_doc_code.extract(Path("docs/some-page.md"), text).items())

    def test_a_program_is_kept_as_it_is(self):
        [(name, text)] = self.extract("a\n```cpp\n#include <x>\nint main() {}\n```\n")
        self.assertEqual(name, "docs_some_page_line_3")
        self.assertEqual(text, '#line 3 "docs/some-page.md"\n#include <x>\nint main() {}\n')

    def test_a_block_without_main_becomes_its_body(self):
        [(_, text)] = self.extract("```cpp\n#include <x>\nf();\n```\n")
        self.assertEqual(text, '#line 2 "docs/some-page.md"\n#include <x>\nint main() {\n'
                               '#line 2 "docs/some-page.md"\n\nf();\n}\n')

    def test_fragments_and_other_languages_are_left_out(self):
        self.assertEqual(self.extract("```cpp fragment\nx\n```\n```sh\nmake\n```\n```\ny\n```\n"), [])

    def test_mistyped_marks_and_open_blocks_are_found(self):
        with self.assertRaisesRegex(ValueError, "unknown word 'fragmnt'"):
            self.extract("```cpp fragmnt\nx\n```\n")
        with self.assertRaisesRegex(ValueError, "never closed"):
            self.extract("```cpp\nx\n")


if __name__ == "__main__":
    os.chdir(ROOT)
    unittest.main()
