#include "study/result.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fail.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/decimal.hpp"
#include "tacit/study/compute.hpp"
#include "tacit/table/table.hpp"

namespace tacit::study {

namespace {

std::vector<std::byte> place_of(const Study& study, std::size_t server) {
    ByteWriter out;
    out.string("tacit study result");
    out.bytes(study.hash());
    out.u64(server);
    return std::move(out).take();
}

struct Share {
    ResultHeader header;
    mpc::Numbers numbers;
};

Share parse_share(const Study& study, std::size_t server, std::span<const std::byte> bytes) {
    const Cube cube = cube_of(study);
    ByteReader in(bytes);
    Share share;
    share.header.contributors = in.bounded("the number of contributors", study.most);
    share.header.invalid = in.bounded("the number of invalid tables", study.most);
    std::vector<std::uint64_t> shown(cube.entries());
    in.packed(shown, 1, "what is shown");
    share.header.shown.assign(shown.begin(), shown.end());
    share.numbers.size =
        static_cast<std::size_t>(std::ranges::count(shown, std::uint64_t{1})) * (1 + study.columns.size());
    for (std::size_t m = 0; m < study.servers.size(); ++m) {
        if (m == server) continue;
        const auto words = in.bytes(8 * share.numbers.size, "a component of the result");
        share.numbers.parts[m].resize(share.numbers.size);
        std::ranges::copy(words, std::as_writable_bytes(std::span(share.numbers.parts[m])).begin());
    }
    in.expect_end();
    return share;
}

Share open_share(const Study& study, const party::SealingKey& analyst, std::size_t server,
                 std::span<const std::byte> sealed) {
    auto message = party::unseal(analyst, sealed, place_of(study, server));
    if (!message) {
        fail(ErrorCode::malformed_input, "the result of '{}': {}", study.servers[server].name, message.error().what());
    }
    Share share = parse_share(study, server, *message);
    wipe(*message);
    return share;
}

/// What each row of the result says about one column.
struct Texts {
    std::string sum;
    std::string mean;  ///< empty if it is over nothing
};

Texts texts_of(const Study& study, const Entry& entry, std::size_t k) {
    const Column& column = study.columns[k];
    Texts out{.sum = mpc::to_decimal(entry.sums[k], column.digits), .mean = {}};
    Int128 value = entry.sums[k];
    auto count = static_cast<std::int64_t>(entry.contributors);
    if (!column.per.empty()) {
        const auto per = static_cast<std::size_t>(study.find_column(column.per));
        count = entry.sums[per];
        for (int d = 0; d < study.columns[per].digits; ++d) value *= 10;
    }
    if (count > 0) out.mean = mpc::average_to_decimal(value, static_cast<std::uint64_t>(count), column.digits);
    return out;
}

/// The level of each group, or "all".
std::vector<std::string> names_of(const Study& study, const Cube& cube, std::size_t entry) {
    const auto at = cube.coordinates(entry);
    std::vector<std::string> names;
    for (std::size_t g = 0; g < at.size(); ++g) {
        names.push_back(at[g] == cube.levels(g) ? "all" : study.groups[g].levels[at[g]]);
    }
    return names;
}

}  // namespace

std::vector<std::byte> seal_result(const Study& study, std::size_t server, const ResultHeader& header,
                                   const mpc::Numbers& share, Rng& rng) {
    ByteWriter out;
    out.u64(header.contributors);
    out.u64(header.invalid);
    out.packed(std::vector<std::uint64_t>(header.shown.begin(), header.shown.end()), 1);
    for (const auto& part : share.parts) out.bytes(std::as_bytes(std::span(part)));
    std::vector<std::byte> message = std::move(out).take();
    std::vector<std::byte> sealed = party::seal(study.analyst, message, place_of(study, server), rng);
    wipe(message);
    return sealed;
}

Expected<Result> open_result(const Study& study, const party::SealingKey& analyst,
                             std::span<const std::vector<std::byte>> shares) {
    return catching([&]() -> Expected<Result> {
        if (shares.size() != study.servers.size() || analyst.public_key() != study.analyst) {
            fail(ErrorCode::invalid_argument, "{} shares of {} servers, for the analyst's key; give all, and that key",
                 shares.size(), study.servers.size());
        }
        std::vector<mpc::Numbers> numbers;
        std::optional<ResultHeader> header;
        for (std::size_t server = 0; server < shares.size(); ++server) {
            Share share = open_share(study, analyst, server, shares[server]);
            if (header && *header != share.header) {
                fail(ErrorCode::protocol_violation, "'{}' and '{}' sent results of different runs, or one cheats",
                     study.servers.front().name, study.servers[server].name);
            }
            header = std::move(share.header);
            numbers.push_back(std::move(share.numbers));
        }
        const auto words = mpc::combine(numbers);
        if (!words) return words.error();
        Result result{.contributors = header->contributors, .invalid = header->invalid, .entries = {}};
        auto word = words->begin();
        for (const bool shown : header->shown) {
            result.entries.emplace_back();
            if (!shown) continue;
            Entry entry{.contributors = *word++, .sums = {}};
            for (std::size_t k = 0; k < study.columns.size(); ++k) {
                entry.sums.push_back(static_cast<std::int64_t>(*word++));
            }
            result.entries.back() = std::move(entry);
        }
        return result;
    });
}

std::string to_csv(const Study& study, const Result& result) {
    const Cube cube = cube_of(study);
    std::string out;
    for (const Group& group : study.groups) out += table::csv_field(group.name) + ",";
    out += "shown,contributors";
    for (const Column& column : study.columns) {
        out += fmt::format(",{},{}", table::csv_field(column.name), table::csv_field("mean " + column.name));
    }
    out += '\n';
    for (std::size_t i = 0; i < result.entries.size(); ++i) {
        const auto& entry = result.entries[i];
        for (const std::string& name : names_of(study, cube, i)) out += table::csv_field(name) + ",";
        out += entry ? fmt::format("yes,{}", entry->contributors) : "no,";
        for (std::size_t k = 0; k < study.columns.size(); ++k) {
            const Texts texts = entry ? texts_of(study, *entry, k) : Texts{};
            out += fmt::format(",{},{}", texts.sum, texts.mean);
        }
        out += '\n';
    }
    return out;
}

std::string to_json(const Study& study, const Result& result) {
    using nlohmann::json;
    const Cube cube = cube_of(study);
    json entries = json::array();
    for (std::size_t i = 0; i < result.entries.size(); ++i) {
        json row{{"shown", result.entries[i].has_value()}};
        const auto names = names_of(study, cube, i);
        for (std::size_t g = 0; g < names.size(); ++g) row["groups"][study.groups[g].name] = names[g];
        if (const auto& entry = result.entries[i]) {
            row["contributors"] = entry->contributors;
            for (std::size_t k = 0; k < study.columns.size(); ++k) {
                const Texts texts = texts_of(study, *entry, k);
                row["columns"][study.columns[k].name] = {{"sum", texts.sum}, {"mean", texts.mean}};
            }
        }
        entries.push_back(std::move(row));
    }
    const json object{{"study", study.name},
                      {"number", number_of(study)},
                      {"contributors", result.contributors},
                      {"invalid", result.invalid},
                      {"entries", entries}};
    return object.dump();
}

}  // namespace tacit::study
