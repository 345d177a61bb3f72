#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mpc.hpp"
#include "output.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/decimal.hpp"
#include "tacit/mpc/sum.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

constexpr std::uint64_t largest_file_bytes = std::uint64_t{1} << 33;
constexpr std::size_t most_printed = 20;

std::int64_t parse(const std::string& text, const SumOptions& options) {
    return parse_decimal(text, options.digits).value();
}

std::vector<std::int64_t> parse_lines(const SumOptions& options) {
    std::vector<std::byte> bytes = read_file(options.values, largest_file_bytes);
    std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<std::int64_t> values;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const auto value = parse_decimal(rest.substr(0, end), options.digits);
        if (!value) {
            throw Error(ErrorCode::malformed_input, fmt::format("'{}', line {}: {}", options.values.string(),
                                                                values.size() + 1, value.error().what()));
        }
        values.push_back(*value);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    wipe(bytes);
    return values;
}

/// This party's values; none if it gives none.
std::vector<std::int64_t> own_values(const SumOptions& options) {
    if (!options.values.empty()) return parse_lines(options);
    if (!options.value.empty()) return {parse(options.value, options)};
    return {};
}

std::vector<std::string> texts(const SumOptions& options, const SumPlan& plan, const std::vector<Int128>& sums) {
    std::vector<std::string> out;
    for (const Int128 value : sums) {
        out.push_back(options.average ? average_to_decimal(value, plan.inputs.size(), options.digits)
                                      : to_decimal(value, options.digits));
    }
    return out;
}

void report(const SumOptions& options, const SumPlan& plan, const std::vector<Int128>& sums, party::Party& party) {
    const std::vector<std::string> results = texts(options, plan, sums);
    const char* const command = options.average ? "average" : "sum";
    if (!options.out.empty()) {
        const std::string lines = fmt::format("{}\n", fmt::join(results, "\n"));
        write_file_atomically(options.out, std::as_bytes(std::span(lines)), FileMode::owner_only);
    }
    if (options.session.json) {
        nlohmann::json object{{command, results},
                              {"parties", plan.inputs.size()},
                              {"bytes_sent", party.traffic().bytes_sent},
                              {"session", to_hex(party.session())}};
        fmt::print("{}\n", object.dump());
        return;
    }
    std::string text = sums.empty() ? "done; the result went to those who receive"
                       : results.size() == 1
                           ? fmt::format("{} over {} parties", results[0], plan.inputs.size())
                           : fmt::format("{} entries over {} parties", count_text(results.size()), plan.inputs.size());
    if (!options.out.empty()) text += fmt::format(" -> {}", options.out.string());
    for (std::size_t i = 0; results.size() > 1 && i < std::min(results.size(), most_printed); ++i) {
        text += "\n" + results[i];
    }
    print_step(command, fmt::format("{}\n{} sent", text, bytes_text(party.traffic().bytes_sent)));
}

}  // namespace

void sum(const SumOptions& options) {
    const party::Roster roster = party::read_roster(options.session.roster);
    std::vector<std::int64_t> values = own_values(options);
    const std::uint64_t entries = options.values.empty() ? options.entries : values.size();
    SumPlan plan = plan_sum(roster, entries, parse(options.low, options), parse(options.high, options));
    party::Plan agreed = plan.plan();
    agreed.parameters += fmt::format("; digits {}; average {}", options.digits, options.average);
    const int self = roster.find(identity::Identity::open(options.session.identity_folder).fingerprint());
    if (self >= 0) check_values(plan, self, values);  // else the session says whose identity it is
    party::Session session = open_session(options.session, roster, agreed);
    const std::vector<Int128> sums = tacit::mpc::sum(session.party(), plan, values);
    wipe(std::as_writable_bytes(std::span(values)));
    session.finish();
    report(options, plan, sums, session.party());
}

}  // namespace tacit::app::mpc
