#include "mpc_predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <variant>

#include "output.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/learn/offer.hpp"
#include "tacit/learn/score_roles.hpp"
#include "tacit/mpc/run_budget.hpp"
#include "tacit/table/table.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;
using nlohmann::json;

constexpr std::uint64_t largest_file = std::uint64_t{1} << 28;

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::invalid_argument, why); }

std::string text_of(const fs::path& path) {
    const auto bytes = read_file(path, largest_file);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool has_format(const std::string& text, const char* format) {
    const json object = json::parse(text, nullptr, false);
    return object.is_object() && object.value("format", json()) == format;
}

template <class Value>
Value value_in(const fs::path& path, Expected<Value> value) {
    if (!value) throw Error(value.error().code(), fmt::format("'{}': {}", path.string(), value.error().what()));
    return std::move(value).value();
}

/// What both sides know of a model.
class Offer {
public:
    explicit Offer(TreeOffer offer) : offer_(std::move(offer)) {}
    explicit Offer(learn::OfferRecord offer) : offer_(std::move(offer)) {}

    static Offer read(const fs::path& path) {
        const std::string text = text_of(path);
        if (has_format(text, "tacit tree offer")) return Offer(value_in(path, parse_tree_offer(text)));
        return Offer(learn::read_offer(path));
    }

    [[nodiscard]] ModelShape shape() const {
        if (const auto* trees = std::get_if<TreeOffer>(&offer_)) return trees->shape;
        const auto& linear = std::get<learn::OfferRecord>(offer_);
        return {.features = linear.features.features(), .outputs = linear.outputs()};
    }
    [[nodiscard]] std::vector<std::string> classes() const {
        if (const auto* trees = std::get_if<TreeOffer>(&offer_)) return trees->classes;
        return std::get<learn::OfferRecord>(offer_).features.class_names();
    }
    /// Equal for equal offers, however their files are laid out.
    [[nodiscard]] std::string fingerprint() const {
        std::string text;
        if (const auto* trees = std::get_if<TreeOffer>(&offer_)) {
            text = to_json(*trees);
        } else {
            const auto& linear = std::get<learn::OfferRecord>(offer_);
            text = fmt::format("{} {}", static_cast<int>(linear.model), to_json(linear.features));
        }
        Hasher hasher;
        hasher.update(std::as_bytes(std::span(text)));
        return to_hex(hasher.finish());
    }
    /// A score in the units of the column to predict.
    [[nodiscard]] double in_units(double score) const {
        const auto* linear = std::get_if<learn::OfferRecord>(&offer_);
        if (linear == nullptr || linear->model != learn::Model::linear) return score;
        return linear->features.target().mean + linear->features.target().deviation * score;
    }

    struct Rows {
        std::vector<double> values;
        std::vector<std::size_t> lines;
    };
    [[nodiscard]] Rows rows_of(const fs::path& path, char delimiter) const {
        const table::Table table = table::read_csv(path, {.delimiter = delimiter});
        Rows rows;
        if (const auto* trees = std::get_if<TreeOffer>(&offer_)) {
            rows.values = numbers(table, trees->features);
            for (std::size_t row = 0; row < table.rows(); ++row) rows.lines.push_back(table.line(row));
        } else {
            auto features = std::get<learn::OfferRecord>(offer_).features.apply(table);
            rows.values = std::move(features.values);
            for (const std::size_t row : features.rows) rows.lines.push_back(table.line(row));
        }
        if (rows.lines.empty()) refuse(fmt::format("{} has no row to ask about", table.name()));
        return rows;
    }

private:
    static std::vector<double> numbers(const table::Table& table, const std::vector<std::string>& names) {
        std::vector<std::size_t> columns;
        for (const std::string& name : names) columns.push_back(table.column(name));
        std::vector<double> values;
        for (std::size_t row = 0; row < table.rows(); ++row) {
            for (const std::size_t column : columns) {
                const std::string_view cell = table.cell(row, column);
                double value = 0;
                const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
                if (error != std::errc{} || end != cell.data() + cell.size()) {
                    refuse(fmt::format("{}: '{}' is no number; mend or drop the row", table.place(row, column), cell));
                }
                values.push_back(value);
            }
        }
        return values;
    }

    std::variant<TreeOffer, learn::OfferRecord> offer_;
};

/// A model file: trees, or what `tacit decrypt` wrote.
struct OpenModel {
    Offer offer;
    IntegerModel model;

    static OpenModel read(const fs::path& path) {
        const std::string text = text_of(path);
        if (has_format(text, "tacit tree ensemble")) {
            const TreeEnsemble trees = value_in(path, parse_tree_ensemble(text));
            return {Offer(offer_of(trees)), integer_model(trees)};
        }
        const auto record = learn::read_record<learn::ModelRecord>(path).value();
        return {Offer(learn::offer_of(record, path)), integer_model(learn::scoring_weights(record))};
    }
};

/// The two who compute, and which of them is the client: the one who receives.
struct Two {
    std::vector<party::Member> parties;
    int client = 0;

    explicit Two(const party::Roster& roster) : parties(party::computing(roster)) {
        if (parties.size() != 2) {
            refuse(fmt::format("{} parties compute in '{}'; it takes two", parties.size(), roster.name));
        }
        if (parties[0].roles.receive == parties[1].roles.receive) {
            refuse("give the role 'receive' to one of the two in the roster: the client");
        }
        client = parties[0].roles.receive ? 0 : 1;
    }
};

PredictTerms terms_of(const PredictCommand& command, const Two& two, const Offer& offer) {
    if (offer.classes().empty() && command.reveal == PredictOutput::label) {
        refuse(
            "the model predicts a number, not a class; if its owner is willing to show what some rows' numbers say of "
            "the model, both take --reveal score");
    }
    return {.shape = offer.shape(), .output = command.reveal, .client = two.client, .purpose = offer.fingerprint()};
}

void serve(const PredictCommand& command, const party::Roster& roster, const Two& two) {
    const OpenModel open = OpenModel::read(command.model);
    const PredictTerms terms = terms_of(command, two, open.offer);
    const party::Member& client = two.parties[static_cast<std::size_t>(two.client)];
    party::Session session = open_session(command.session, roster, terms.plan());
    RunBudget budget(command.session.identity_folder / "queries");
    const std::string who = fmt::format("{} {}", client.name, to_string(client.pin));
    const std::string what = fmt::format("model {}", open.offer.fingerprint().substr(0, 16));
    const std::uint64_t rows = serve_predictions(session.party(), terms, open.model, [&](std::uint64_t asked) {
        const std::uint64_t spent = budget.spent(who, what);
        if (asked > command.queries || spent > command.queries - asked) {
            throw Error(ErrorCode::budget_exceeded,
                        fmt::format("'{}' asks for {} rows, had {} and may have {}; every answer says something of the "
                                    "model: raise --queries with thought",
                                    client.name, asked, spent, command.queries));
        }
        budget.spend(who, what, command.queries, asked);
    });
    session.finish();
    const std::uint64_t left = command.queries - budget.spent(who, what);
    if (command.session.json) {
        fmt::print("{}\n",
                   json{{"rows", rows}, {"left", left}, {"bytes_sent", session.party().traffic().bytes_sent}}.dump());
        return;
    }
    print_step("predict", fmt::format("{} rows answered for '{}', who may ask for {} more\n{} sent", count_text(rows),
                                      client.name, count_text(left), bytes_text(session.party().traffic().bytes_sent)));
}

std::string answers_csv(const Offer& offer, const Offer::Rows& rows, const Predictions& found) {
    const auto classes = offer.classes();
    std::string text = "line,class\n";
    auto out = std::back_inserter(text);
    if (found.scores.empty()) {
        for (std::size_t i = 0; i < rows.lines.size(); ++i) {
            fmt::format_to(out, "{},{}\n", rows.lines[i], table::csv_field(classes.at(found.classes[i])));
        }
        return text;
    }
    const std::size_t outputs = offer.shape().outputs;
    text = "line";
    for (std::size_t k = 0; k < outputs; ++k) {
        text += outputs == 1 ? ",score" : "," + table::csv_field("score of " + classes.at(k));
    }
    for (std::size_t i = 0; i < found.scores.size(); ++i) {
        if (i % outputs == 0) fmt::format_to(out, "\n{}", rows.lines[i / outputs]);
        fmt::format_to(out, ",{:.9g}", offer.in_units(found.scores[i]));
    }
    return text + "\n";
}

void ask(const PredictCommand& command, const party::Roster& roster, const Two& two) {
    const Offer offer = Offer::read(command.offer);
    const PredictTerms terms = terms_of(command, two, offer);
    const Offer::Rows rows = offer.rows_of(command.data, command.delimiter);
    static_cast<void>(encode_rows(terms.shape, rows.values));  // refuse the file before anybody waits
    party::Session session = open_session(command.session, roster, terms.plan());
    const Predictions found = tacit::mpc::predict(session.party(), terms, rows.values);
    session.finish();
    const std::size_t classes = offer.classes().size();
    if (std::ranges::any_of(found.classes, [&](std::size_t number) { return number >= classes; })) {
        throw Error(ErrorCode::protocol_violation,
                    "the server answered a class that is none; it cheats, or its program is damaged");
    }
    const std::string csv = answers_csv(offer, rows, found);
    write_file_atomically(command.out, std::as_bytes(std::span(csv)), FileMode::owner_only);
    if (command.session.json) {
        fmt::print("{}\n", json{{"rows", rows.lines.size()},
                                {"bytes_sent", session.party().traffic().bytes_sent},
                                {"bytes_received", session.party().traffic().bytes_received}}
                               .dump());
        return;
    }
    print_step("predict", fmt::format("{} rows answered -> {}\n{} sent, {} received", count_text(rows.lines.size()),
                                      command.out.string(), bytes_text(session.party().traffic().bytes_sent),
                                      bytes_text(session.party().traffic().bytes_received)));
}

}  // namespace

void offer(const OfferCommand& command) {
    const std::string text = text_of(command.model);
    if (has_format(text, "tacit tree ensemble")) {
        const std::string json = to_json(offer_of(value_in(command.model, parse_tree_ensemble(text)))) + "\n";
        write_file_atomically(command.out, std::as_bytes(std::span(json)), FileMode::shared);
    } else {
        learn::offer_scoring(command.model, command.out);
    }
    const ModelShape shape = Offer::read(command.out).shape();
    print_step("offer",
               fmt::format("{} features, {} outputs, {} trees; no weights, no thresholds -> {}",
                           count_text(shape.features), shape.outputs, count_text(shape.trees), command.out.string()));
}

void predict(const PredictCommand& command) {
    const InterruptGuard guard;
    const party::Roster roster = party::read_roster(command.session.roster);
    const Two two(roster);
    const auto own = identity::Identity::open(command.session.identity_folder).fingerprint();
    const bool client = two.parties[static_cast<std::size_t>(two.client)].pin == own;
    if (client) {
        if (!command.model.empty())
            refuse("the roster says that you receive, so you are the client: give --offer, not --model");
        if (command.offer.empty() || command.data.empty() || command.out.empty()) {
            refuse("a client gives --offer, --data and --out");
        }
        return ask(command, roster, two);
    }
    if (command.model.empty()) refuse("the roster says that you do not receive, so you are the server: give --model");
    serve(command, roster, two);
}

}  // namespace tacit::app::mpc
