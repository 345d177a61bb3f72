#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/rotations.hpp"
#include "tacit/circuit/text.hpp"

// Each file in tests/golden/*.circuit holds a circuit and what passes make of it, in sections that
// begin with "--- pass", perhaps followed by ": remark".

namespace tacit::circuit {
namespace {

const std::filesystem::path folder = std::filesystem::path(TACIT_SOURCE_DIR) / "tests/golden";

const std::map<std::string, std::function<Circuit(const Circuit&)>> passes{
    {"eliminate_dead", eliminate_dead},
    {"simplify", simplify},
    {"balance", balance},
    {"factor_rotations", factor_rotations},
    {"optimise", optimise},
    {"widen_rotation_sums",
     [](const Circuit& circuit) { return widen_rotation_sums(circuit, {.raise = 2, .each = 1}); }}};

struct Section {
    std::string pass;  // empty: the circuit before
    std::string text;
};

std::vector<Section> read_sections(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::vector<Section> sections(1);
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with("--- ")) {
            sections.push_back({line.substr(4, line.find(':') - 4), {}});
        } else {
            sections.back().text += line + "\n";
        }
    }
    return sections;
}

TEST(Golden, PassesDoWhatTheFilesShow) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".circuit") continue;
        SCOPED_TRACE(entry.path().filename());
        ++files;
        const auto sections = read_sections(entry.path());
        const Circuit before = parse(sections[0].text);
        EXPECT_GT(sections.size(), 1U);
        for (std::size_t i = 1; i < sections.size(); ++i) {
            EXPECT_EQ(print(passes.at(sections[i].pass)(before)), print(parse(sections[i].text))) << sections[i].pass;
        }
    }
    EXPECT_GE(files, 14U);
}

Circuit before_of(const char* file) { return parse(read_sections(folder / file)[0].text); }

TEST(Golden, TheArticlesExampleGoesFromDepth3To2) {
    const Circuit before = before_of("article.circuit");
    EXPECT_EQ(depth(before), 3);
    EXPECT_EQ(depth(balance(before)), 2);
    EXPECT_EQ(operation_count(balance(before)).products(), 2U);
}

TEST(Golden, TheConstantOfACubeGoesToItsShallowOperand) {
    const Circuit before = before_of("constant_factor.circuit");
    EXPECT_EQ(depth(before), 4);
    EXPECT_EQ(depth(balance(before)), 3);
    EXPECT_EQ(depth(before_of("score.circuit")), 4);
    EXPECT_EQ(depth(optimise(before_of("score.circuit"))), 3);
}

TEST(Golden, UnevenFactorsMeetTheHuffmanBound) {
    const Circuit before = before_of("uneven_product.circuit");
    EXPECT_EQ(depth(before), 6);
    EXPECT_EQ(depth(balance(before)), 4);
}

TEST(Golden, ASharedProductIsDuplicatedForALevelAndNotWithoutOne) {
    const Circuit gains = before_of("shared_product.circuit"), idle = before_of("shared_off_path.circuit");
    EXPECT_EQ(depth(gains), 3);
    EXPECT_EQ(depth(balance(gains)), 2);
    EXPECT_EQ(operation_count(balance(gains)).products(), operation_count(gains).products() + 1);
    EXPECT_EQ(operation_count(balance(idle)).products(), operation_count(idle).products());
}

}  // namespace
}  // namespace tacit::circuit
