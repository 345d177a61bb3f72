#include "mpc_predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <variant>

#include "output.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/learn/offer.hpp"
#include "tacit/learn/score_roles.hpp"
#include "tacit/mpc/run_budget.hpp"
#include "tacit/party/serve.hpp"
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

/// Of those who compute, the one who does not receive; all others are clients.
party::Member server_of(const party::Roster& roster) {
    const auto parties = party::computing(roster);
    const auto is_server = [](const party::Member& party) { return !party.roles.receive; };
    if (std::ranges::count_if(parties, is_server) != 1) {
        refuse(
            fmt::format("{} of the {} who compute in '{}' are without the role 'receive'; one has to be: the server, "
                        "and all others are its clients",
                        std::ranges::count_if(parties, is_server), parties.size(), roster.name));
    }
    return *std::ranges::find_if(parties, is_server);
}

PredictTerms terms_of(const PredictCommand& command, const Offer& offer) {
    if (offer.classes().empty() && command.reveal == PredictOutput::label) {
        refuse(
            "the model predicts a number, not a class; if its owner is willing to show what some rows' numbers say of "
            "the model, both take --reveal score");
    }
    return {.shape = offer.shape(), .output = command.reveal, .client = 1, .purpose = offer.fingerprint()};
}

/// A model, and what each client has had of it.
class PredictionServer {
public:
    explicit PredictionServer(const PredictCommand& command)
        : command_(command),
          open_(OpenModel::read(command.model)),
          terms_(terms_of(command, open_.offer)),
          budget_(command.session.identity_folder / "queries"),
          what_(fmt::format("model {}", open_.offer.fingerprint().substr(0, 16))) {}

    void run(const party::Roster& roster, const identity::Identity& identity) {
        const std::chrono::seconds patience(command_.session.patience);
        if (!command_.once && !command_.session.json) {
            print_step("predict", fmt::format("answers clients of '{}' until Ctrl-C", roster.name));
        }
        party::serve_clients(
            roster, identity, terms_.plan(),
            {.patience = {patience, patience}, .once = command_.once, .at_once = command_.at_once},
            [&](party::Session& session, const party::Member& client) { answer(session, client); },
            [&](const party::Member& client, const Error& error) { report_failure(client, error); });
    }

private:
    [[nodiscard]] static std::string key_of(const party::Member& client) {
        return fmt::format("{} {}", client.name, to_string(client.pin));
    }
    [[nodiscard]] std::uint64_t left(const party::Member& client) const {
        return command_.queries - std::min(command_.queries, budget_.spent(key_of(client), what_));
    }
    /// Any thread.
    void answer(party::Session& session, const party::Member& client) {
        const std::string who = key_of(client);
        const std::uint64_t rows = serve_predictions(session.party(), terms_, open_.model, [&](std::uint64_t asked) {
            const std::uint64_t spent = budget_.spent(who, what_);
            if (asked > command_.queries || spent > command_.queries - asked) {
                throw Error(ErrorCode::budget_exceeded,
                            fmt::format("'{}' asks for {} rows, had {} and may have {}; every answer says something of "
                                        "the model: raise --queries with thought",
                                        client.name, asked, spent, command_.queries));
            }
            budget_.spend(who, what_, command_.queries, asked);
        });
        session.finish();
        const std::uint64_t sent = session.party().traffic().bytes_sent;
        if (command_.session.json) {
            print_line(json{{"client", client.name}, {"rows", rows}, {"left", left(client)}, {"bytes_sent", sent}});
            return;
        }
        const std::lock_guard lock(printing_);
        print_step("predict", fmt::format("{} rows answered for '{}', who may ask for {} more\n{} sent",
                                          count_text(rows), client.name, count_text(left(client)), bytes_text(sent)));
    }
    void report_failure(const party::Member& client, const Error& error) {
        if (command_.session.json) {
            print_line(json{{"client", client.name}, {"error", error.what()}, {"left", left(client)}});
            return;
        }
        const std::lock_guard lock(printing_);
        print_step("predict",
                   fmt::format("the session with '{}' ended early: {}\nthe rows that it asked for stay spent; "
                               "it may ask for {} more",
                               client.name, error.what(), count_text(left(client))));
    }
    void print_line(const json& object) {
        const std::lock_guard lock(printing_);
        fmt::print("{}\n", object.dump());
        std::fflush(stdout);
    }

    const PredictCommand& command_;
    OpenModel open_;
    PredictTerms terms_;
    RunBudget budget_;
    std::string what_;
    std::mutex printing_;
};

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

void ask(const PredictCommand& command, const party::Roster& roster, const party::Member& server,
         const identity::Identity& identity) {
    const Offer offer = Offer::read(command.offer);
    const PredictTerms terms = terms_of(command, offer);
    const Offer::Rows rows = offer.rows_of(command.data, command.delimiter);
    static_cast<void>(encode_rows(terms.shape, rows.values));  // refuse the file before anybody waits
    const std::chrono::seconds patience(command.session.patience);
    party::Session session = party::Session::open_with(server, roster, identity, terms.plan(), {patience, patience});
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
    const party::Member server = server_of(roster);
    const auto identity = identity::Identity::open(command.session.identity_folder);
    if (server.pin == identity.fingerprint()) {
        if (command.model.empty())
            refuse("the roster says that you do not receive, so you are the server: give --model");
        return PredictionServer(command).run(roster, identity);
    }
    if (!command.model.empty()) {
        refuse("the roster says that you receive, so you are the client: give --offer, not --model");
    }
    if (command.offer.empty() || command.data.empty() || command.out.empty()) {
        refuse("a client gives --offer, --data and --out");
    }
    ask(command, roster, server, identity);
}

}  // namespace tacit::app::mpc
