#include "tacit/table/table.hpp"

#include <filesystem>
#include <random>

#include "base/throws.hpp"
#include "tacit/base/files.hpp"

namespace tacit::table {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Table parse(std::string_view text, const CsvFormat& format = {}) { return parse_csv(text, "'t.csv'", format).value(); }

/// All cells, row by row.
std::vector<std::string> cells(const Table& table) {
    std::vector<std::string> all;
    for (std::size_t r = 0; r < table.rows(); ++r) {
        for (std::size_t c = 0; c < table.columns(); ++c) all.emplace_back(table.cell(r, c));
    }
    return all;
}

std::string refusal(std::string_view text, const CsvFormat& format = {}) {
    const auto parsed = parse_csv(text, "'t.csv'", format);
    EXPECT_FALSE(parsed.has_value()) << text;
    if (parsed) return {};
    EXPECT_EQ(parsed.error().code(), ErrorCode::malformed_input);
    return parsed.error().what();
}

TEST(Csv, ReadsAHeaderAndRows) {
    const Table table = parse("age,name\n41,Ada\n36,Alan\n");
    EXPECT_THAT(table.header(), ElementsAre("age", "name"));
    EXPECT_THAT(cells(table), ElementsAre("41", "Ada", "36", "Alan"));
    EXPECT_EQ(table.line(0), 2U);
    EXPECT_EQ(table.line(1), 3U);
    EXPECT_EQ(table.place(1, 0), "'t.csv', line 3, column 'age'");
}

TEST(Csv, ReadsQuotedFieldsAsRfc4180Says) {
    const Table table = parse("a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",\"\"\r\nlast,row\r\n");
    EXPECT_THAT(cells(table), ElementsAre("x,y", "say \"hi\"", "two\r\nlines", "", "last", "row"));
    EXPECT_EQ(table.line(1), 3U);
    EXPECT_EQ(table.line(2), 5U);  // the quoted line end counts
}

TEST(Csv, ReadsWhatFilesInUseHaveBesides) {
    const std::vector<std::string> expected{"1", "2", "3", ""};
    EXPECT_EQ(cells(parse("\xef\xbb\xbf"
                          "a,b\n1,2\n3,")),
              expected);  // byte order mark, no last line end
    EXPECT_EQ(cells(parse("a;b\n1;2\n3;\n", {.delimiter = ';'})), expected);
    EXPECT_EQ(cells(parse("a\tb\n1\t2\n3\t\n", {.delimiter = '\t'})), expected);
    EXPECT_EQ(cells(parse("a b\n1 2\n3 \n", {.delimiter = ' '})), expected);
    EXPECT_EQ(cells(parse(" a , b\n1 ,  2\n 3,  \n")), expected);     // spaces around
    EXPECT_EQ(cells(parse("\n\na,b\n1,2\n\r\n3,\n\n\n")), expected);  // lines without any character
    EXPECT_THAT(cells(parse("a\n\" kept \"\n")), ElementsAre(" kept "));
    EXPECT_EQ(parse("a,b\n").rows(), 0U);
}

TEST(Csv, ReadsBackWhatAWriterQuotes) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const std::string alphabet = "a\",\r\n \xc3\xa9;";
        const std::size_t columns = 1 + random() % 4;
        std::string text;
        for (std::size_t c = 0; c < columns; ++c) text += (c > 0 ? ",c" : "c") + std::to_string(c);
        std::vector<std::string> expected;
        for (std::size_t r = 0; r < 6; ++r) {
            for (std::size_t c = 0; c < columns; ++c) {
                std::string field, quoted;
                for (std::size_t i = random() % 6; i > 0; --i) {
                    const std::size_t pick = random() % alphabet.size();
                    const std::string next = alphabet[pick] < 0 ? "\xc3\xa9" : std::string(1, alphabet[pick]);
                    field += next;
                    quoted += next == "\"" ? "\"\"" : next;
                }
                text.append(c > 0 ? ",\"" : "\n\"").append(quoted).append("\"");
                expected.push_back(field);
            }
        }
        EXPECT_EQ(cells(parse(text)), expected);
    }
}

TEST(Csv, SaysWhereAndWhyAFileIsRefused) {
    EXPECT_EQ(refusal("a,b\n1,2\n1,2,3\n"),
              "'t.csv', line 3: 3 fields under a header of 2; put fields that hold ',' in quotes");
    EXPECT_THAT(refusal("a;b\n1,5;2\n"), HasSubstr("line 2: 2 fields under a header of 1"));
    EXPECT_THAT(refusal("a;b\n1,5;2\n"), HasSubstr("or state the delimiter"));
    EXPECT_THAT(refusal("a,\n1,2\n"), HasSubstr("line 1: column 2 has no name"));
    EXPECT_THAT(refusal("a,b,a\n1,2,3\n"), HasSubstr("line 1: two columns are called 'a'"));
    EXPECT_THAT(refusal("a,b\n1,2\"3\n"), HasSubstr("line 2: field 2 has a quote inside"));
    EXPECT_THAT(refusal("a,b\n1,\"2\"3\n"), HasSubstr("line 2: field 2 goes on after its closing quote"));
    EXPECT_THAT(refusal("a,b\n1,2\n\"x,\n\n1,2\n"), HasSubstr("line 3: the quote that begins field 1 is never closed"));
    EXPECT_THAT(refusal("a,b\r1,2\r"), HasSubstr("line 1: a carriage return without a line feed"));
    EXPECT_THAT(refusal(std::string_view("a,b\n1,\0\n", 8)), HasSubstr("line 2: a NUL byte"));
    EXPECT_THAT(refusal("a,b\n1,caf\xe9\n"), HasSubstr("line 2: bytes that are no UTF-8"));
    EXPECT_THAT(refusal(""), HasSubstr("it holds nothing"));
    EXPECT_THAT(refusal("\n\n"), HasSubstr("it holds nothing"));
}

TEST(Csv, RefusesBytesThatAreNoUtf8) {
    for (const char* bad : {"\x80", "\xc1\x81", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xff\xfe"}) {
        EXPECT_THAT(refusal(std::string("a\n") + bad), HasSubstr("UTF-8")) << bad;
    }
    for (const char* good : {"\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_THAT(cells(parse(std::string("a\n") + good)), ElementsAre(good));
    }
}

TEST(Csv, KeepsToTheLimits) {
    const std::string text = "a,b\n1,2\n3,4\n";
    EXPECT_THAT(refusal(text, {.largest_bytes = 5}), HasSubstr("12 bytes are more than the 5 allowed"));
    EXPECT_THAT(refusal(text, {.most_rows = 1}), HasSubstr("line 3: more than 1 rows"));
    EXPECT_THAT(refusal(text, {.most_columns = 1}), HasSubstr("line 1: more than 1 fields"));
    EXPECT_THAT(refusal("a\nlong\n", {.longest_field = 3}), HasSubstr("line 2: field 1 has more than 3 bytes"));
    EXPECT_EQ(parse(text, {.largest_bytes = 12, .most_rows = 2, .most_columns = 2, .longest_field = 1}).rows(), 2U);
}

TEST(Csv, RefusesADelimiterThatCannotBeOne) {
    for (const char c : {'"', '\n', '\r', '\0'}) {
        expect_throws(ErrorCode::invalid_argument, "cannot separate fields",
                      [&] { return parse_csv("a\n", "t", {.delimiter = c}).value(); });
    }
}

TEST(Csv, ReadsFilesAndSaysWhichOneIsMissing) {
    const auto path = std::filesystem::temp_directory_path() / "tacit-table-test.csv";
    const std::string text = "a,b\n1,2\n";
    write_file_atomically(path, std::as_bytes(std::span(text)));
    EXPECT_THAT(cells(read_csv(path)), ElementsAre("1", "2"));
    std::filesystem::remove(path);
    expect_throws(ErrorCode::io_failure, path.string(), [&] { return read_csv(path); });
}

TEST(Csv, VisitsTheRowsOfAFileAsItReadsThem) {
    const auto path = std::filesystem::temp_directory_path() / "tacit-table-visit.csv";
    const std::string text = "a,b\n1,\"x\ny\"\n\n3,4\n";
    write_file_atomically(path, std::as_bytes(std::span(text)));
    std::vector<std::string> seen;
    std::vector<std::size_t> lines;
    const auto collect = [&](std::span<const std::string_view> fields) {
        for (const std::string_view field : fields) seen.emplace_back(field);
    };
    visit_csv(path, {}, collect, [&](std::span<const std::string_view> fields, std::size_t line) {
        collect(fields);
        lines.push_back(line);
    });
    EXPECT_THAT(seen, ElementsAre("a", "b", "1", "x\ny", "3", "4"));
    EXPECT_THAT(lines, ElementsAre(2, 5));
    expect_throws(ErrorCode::malformed_input, "line 5: more than 1 rows", [&] {
        visit_csv(path, {.most_rows = 1}, collect, [](std::span<const std::string_view>, std::size_t) {});
        return 0;
    });
    std::filesystem::remove(path);
}

TEST(Csv, NamesTheColumnsThatThereAre) {
    const Table table = parse("a,b\n1,2\n");
    EXPECT_EQ(table.column("b"), 1U);
    EXPECT_EQ(table.find("c"), std::nullopt);
    EXPECT_EQ(message_of(ErrorCode::invalid_argument, [&] { (void)table.column("c"); }),
              "'t.csv' has no column 'c'; its columns are 'a', 'b'");
}

}  // namespace
}  // namespace tacit::table
