#include <string>
#include <string_view>

#include "base/fail.hpp"
#include "base/from_hex.hpp"
#include "tacit/base/files.hpp"
#include "tacit/study/compute.hpp"

namespace tacit::study {

namespace {

constexpr std::uint64_t largest_record = std::uint64_t{1} << 24;
constexpr std::size_t digits = 2 * sizeof(Digest);
constexpr std::size_t line_bytes = 2 * digits + 2;

bool is_record(std::string_view text) {
    if (text.size() % line_bytes != 0) return false;
    for (; !text.empty(); text.remove_prefix(line_bytes)) {
        const bool hashes = from_hex<sizeof(Digest)>(text.substr(0, digits)) &&
                            from_hex<sizeof(Digest)>(text.substr(digits + 1, digits));
        if (!hashes || text[digits] != ' ' || text[line_bytes - 1] != '\n') return false;
    }
    return true;
}

}  // namespace

/// Lines are "study<SPACE>contributors<LF>", hashes in hex.
void settle(const std::filesystem::path& record, const Study& study, const Digest& contributors) {
    std::string text;
    if (std::filesystem::exists(record)) {
        const auto bytes = read_file(record, largest_record);
        text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    if (!is_record(text)) {
        fail(ErrorCode::malformed_input,
             "'{}' is no record of studies; mend it from a copy: without it a second "
             "answer could be given",
             record.string());
    }
    const std::string which = to_hex(study.hash());
    const std::string line = which + " " + to_hex(contributors) + "\n";
    for (std::size_t at = 0; at < text.size(); at += line_bytes) {
        if (text.compare(at, digits, which) != 0) continue;
        if (text.compare(at, line_bytes, line) == 0) return;
        fail(ErrorCode::budget_exceeded,
             "this study was computed with other contributors ('{}'): the difference of two results shows what those "
             "have who are in one alone",
             record.string());
    }
    text += line;
    write_file_atomically(record, std::as_bytes(std::span(text)), FileMode::owner_only);
}

}  // namespace tacit::study
