#include "mpc_results.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "output.hpp"
#include "tacit/base/files.hpp"
#include "tacit/mpc/private_answers.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

constexpr std::uint64_t largest_result_bytes = std::uint64_t{1} << 28;

std::string text_of(const Revealed& revealed) {
    const std::string& kind = revealed.label.kind;
    if (kind == result_kinds::auction) return auction_text(revealed);
    if (kind == result_kinds::won || kind == result_kinds::winners) return winners_text(revealed);
    if (kind == result_kinds::decision || kind == result_kinds::counts) return vote_text(revealed);
    if (kind == private_answer_kind) return private_answer_text(revealed);
    throw Error(ErrorCode::malformed_input, "these files are no results that this version reads");
}

}  // namespace

void write_results(const fs::path& out, const party::Party& me, const std::vector<ResultFile>& files) {
    if (files.empty()) return;
    std::error_code error;
    fs::create_directories(out, error);
    for (const ResultFile& file : files) {
        write_file_atomically(out / fmt::format("{}.{}.result", file.name, me.name(me.index())), file.bytes);
    }
}

void check_folder_for_results(const fs::path& out, bool needed) {
    if (!needed || !out.empty()) return;
    throw Error(ErrorCode::invalid_argument,
                "results for people who are no parties need a folder to be written to: give --out");
}

const ClearBits& bits_of(const Revealed& revealed, std::optional<BitShape> due) {
    const auto* const bits = std::get_if<ClearBits>(&revealed.value);
    if (bits != nullptr && (!due || bits->shape == *due)) return *bits;
    throw Error(ErrorCode::malformed_input,
                fmt::format("these files hold no result of kind '{}'", revealed.label.kind));
}

void reveal(const RevealOptions& options) {
    const party::SealingKey key = options.key.empty()
                                      ? party::sealing_key_of(identity::Identity::open(options.identity_folder))
                                      : party::read_sealing_key(options.key);
    std::vector<std::vector<std::byte>> files;
    for (const fs::path& path : options.files) files.push_back(read_file(path, largest_result_bytes));
    const Revealed revealed = tacit::mpc::reveal(key, files).value();
    std::string text = fmt::format("{}\nfor {}, of '{}'", text_of(revealed), revealed.label.name, revealed.label.task);
    std::ranges::replace_if(
        text, [](unsigned char c) { return (c < ' ' && c != '\n') || c == 0x7f; }, '?');  // others wrote it
    print_step("reveal", text);
}

}  // namespace tacit::app::mpc
