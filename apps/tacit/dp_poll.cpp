// `tacit dp poll`: what to say, what people's reports say together, and how well a poll would do.
#include <charconv>
#include <optional>
#include <unordered_map>
#include <variant>

#include "dp.hpp"
#include "dp_output.hpp"
#include "tacit/base/error.hpp"
#include "tacit/dp/local.hpp"
#include "tacit/table/table.hpp"

namespace tacit::app::dp {

namespace {

using namespace tacit::dp;
using nlohmann::json;

/// A report as a word without spaces and commas, and what it supports. One type for each mechanism.
struct ResponsePoll {
    RandomisedResponse mechanism;
    const std::vector<std::string>* answers;
    std::vector<std::uint64_t> said = std::vector<std::uint64_t>(mechanism.choices());

    [[nodiscard]] std::string report(std::uint64_t own) const { return (*answers)[mechanism.answer(own)]; }
    bool count(std::string_view word) {
        const auto place = static_cast<std::size_t>(std::ranges::find(*answers, word) - answers->begin());
        if (place == said.size()) return false;
        ++said[place];
        return true;
    }
    [[nodiscard]] std::vector<std::uint64_t> supports() const { return said; }
};

struct UnaryPoll {
    UnaryEncoding mechanism;
    std::vector<std::uint64_t> said = std::vector<std::uint64_t>(mechanism.choices());

    [[nodiscard]] std::string report(std::uint64_t own) const {
        std::string word;
        for (const std::uint8_t bit : mechanism.answer(own)) word += bit == 1 ? '1' : '0';
        return word;
    }
    bool count(std::string_view word) {
        if (word.size() != said.size() || word.find_first_not_of("01") != std::string_view::npos) return false;
        for (std::size_t i = 0; i < word.size(); ++i) said[i] += word[i] == '1' ? 1 : 0;
        return true;
    }
    [[nodiscard]] std::vector<std::uint64_t> supports() const { return said; }
};

/// The number that begins a word, and the word without it and a separator behind.
std::optional<std::uint64_t> take_number(std::string_view& word, char separator) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc()) return std::nullopt;
    word.remove_prefix(static_cast<std::size_t>(end - word.data()));
    if (separator == '\0') return word.empty() ? std::optional(number) : std::nullopt;
    if (word.empty() || word.front() != separator) return std::nullopt;
    word.remove_prefix(1);
    return number;
}

struct HashingPoll {
    LocalHashing mechanism;
    std::vector<std::uint64_t> said = std::vector<std::uint64_t>(mechanism.choices());

    [[nodiscard]] std::string report(std::uint64_t own) const {
        const auto made = mechanism.answer(own);
        return fmt::format("{}:{}:{}", made.a, made.b, made.bucket);
    }
    bool count(std::string_view word) {
        const auto a = take_number(word, ':');
        const auto b = a ? take_number(word, ':') : std::nullopt;
        const auto bucket = b ? take_number(word, '\0') : std::nullopt;
        if (!bucket || !mechanism.is_valid({*a, *b, *bucket})) return false;
        for (std::uint64_t v = 0; v < said.size(); ++v) said[v] += mechanism.supports({*a, *b, *bucket}, v) ? 1 : 0;
        return true;
    }
    [[nodiscard]] std::vector<std::uint64_t> supports() const { return said; }
};

struct HadamardPoll {
    HadamardResponse mechanism;
    std::vector<std::uint64_t> points = std::vector<std::uint64_t>(mechanism.points());

    [[nodiscard]] std::string report(std::uint64_t own) const { return fmt::format("{}", mechanism.answer(own)); }
    bool count(std::string_view word) {
        const auto point = take_number(word, '\0');
        if (!point || *point >= points.size()) return false;
        ++points[*point];
        return true;
    }
    [[nodiscard]] std::vector<std::uint64_t> supports() const { return mechanism.support(points); }
};

using Poll = std::variant<ResponsePoll, UnaryPoll, HashingPoll, HadamardPoll>;

Poll poll_of(const PollOptions& options) {
    const std::uint64_t choices = options.answers.size();
    if (options.mechanism == "response" && options.epsilon.empty()) {
        return ResponsePoll{RandomisedResponse::with_truth(choices, parse_cost(options.truth).value()),
                            &options.answers};
    }
    const Cost epsilon =
        options.epsilon.empty() ? RandomisedResponse::two_coins().epsilon() : parse_cost(options.epsilon).value();
    if (options.mechanism == "response") {
        return ResponsePoll{RandomisedResponse::with_epsilon(choices, epsilon), &options.answers};
    }
    if (options.mechanism == "symmetric") return UnaryPoll{UnaryEncoding::symmetric(choices, epsilon)};
    if (options.mechanism == "unary") return UnaryPoll{UnaryEncoding::optimised(choices, epsilon)};
    if (options.mechanism == "hashing") return HashingPoll{LocalHashing::with_epsilon(choices, epsilon)};
    return HadamardPoll{HadamardResponse::with_epsilon(choices, epsilon)};
}

std::uint64_t number_of(const PollOptions& options, std::string_view own, const std::string& place) {
    const auto found = std::ranges::find(options.answers, own);
    if (found != options.answers.end()) return static_cast<std::uint64_t>(found - options.answers.begin());
    throw Error(ErrorCode::malformed_input, fmt::format("{}: '{}' is none of the answers", place, own));
}

/// The reports of a file, or, in a trial run, reports made of the own answers that it holds; with the exact shares
/// then.
template <class Mechanism>
std::vector<double> collect(const PollOptions& options, const table::Table& table, Mechanism& poll) {
    const std::size_t column = table.column(options.column);
    std::vector<double> exact(options.simulate ? options.answers.size() : 0);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string_view cell = table.cell(row, column);
        if (options.simulate) {
            const std::uint64_t own = number_of(options, cell, table.place(row, column));
            exact[own] += 1 / static_cast<double>(table.rows());
            poll.count(poll.report(own));
        } else if (!poll.count(cell)) {
            throw Error(ErrorCode::malformed_input,
                        fmt::format("{}: '{}' is none of the reports of this poll", table.place(row, column), cell));
        }
    }
    return exact;
}

void print(const PollOptions& options, std::uint64_t people, const Cost& epsilon, const SupportRates& rates,
           const std::vector<std::uint64_t>& said, const std::vector<double>& exact) {
    std::vector<KeyedEstimate> shares;
    for (std::size_t i = 0; i < said.size(); ++i) {
        shares.push_back({options.answers[i], rates.estimate(said[i], people)});
    }
    if (options.json) {
        json object = {{"answer", as_json(shares)},
                       {"people", people},
                       {"epsilon", to_string(epsilon)},
                       {"standard_error", rates.standard_error(people)}};
        for (std::size_t i = 0; i < exact.size(); ++i) object["exact"][options.answers[i]] = exact[i];
        fmt::print("{}\n", object.dump());
        return;
    }
    fmt::print("{}\n", shown(shares));
    for (std::size_t i = 0; i < exact.size(); ++i) {
        fmt::print("{}{} {:.6g}", i == 0 ? "  exactly: " : ", ", options.answers[i], exact[i]);
    }
    fmt::print(
        "{}  {} people; epsilon {:.7f} for each, against everybody, the collector too; standard error at most "
        "{:.4g}, {:.4g} for a rare answer\n",
        exact.empty() ? "" : "\n", people, epsilon.approximate(), rates.standard_error(people),
        rates.standard_error(people, 0));
}

/// What each mechanism's standard error would be, without any reports.
void compare(PollOptions options) {
    json lines = json::array();
    if (options.epsilon.empty()) options.epsilon = to_string(RandomisedResponse::two_coins().epsilon());
    for (const char* name : {"response", "symmetric", "unary", "hashing", "hadamard"}) {
        options.mechanism = name;
        const SupportRates rates =
            std::visit([](const auto& poll) { return poll.mechanism.rates(); }, poll_of(options));
        lines.push_back({{"mechanism", name},
                         {"standard_error_rare", rates.standard_error(options.people, 0)},
                         {"standard_error_most", rates.standard_error(options.people)}});
    }
    if (options.json) return fmt::print("{}\n", lines.dump());
    fmt::print("standard errors of a share, {} people, {} answers\n", options.people, options.answers.size());
    for (const json& line : lines) {
        fmt::print("  {:<9}  {:.4g} for a rare answer, at most {:.4g}\n", line["mechanism"].get<std::string>(),
                   line["standard_error_rare"].get<double>(), line["standard_error_most"].get<double>());
    }
}

}  // namespace

void poll(const PollOptions& options) {
    if (options.people > 0) return compare(options);
    Poll chosen = poll_of(options);
    if (options.data.empty()) {
        if (options.say.empty()) {
            throw Error(ErrorCode::invalid_argument,
                        "state --say with one of the answers, --data with what people said, or --people to compare "
                        "mechanisms");
        }
        const std::uint64_t own = number_of(options, options.say, "--say");
        fmt::print("{}\n", std::visit([&](const auto& poll) { return poll.report(own); }, chosen));
        return;
    }
    const table::Table table = table::read_csv(options.data);
    std::visit(
        [&](auto& poll) {
            const auto exact = collect(options, table, poll);
            print(options, table.rows(), poll.mechanism.epsilon(), poll.mechanism.rates(), poll.supports(), exact);
        },
        chosen);
}

}  // namespace tacit::app::dp
