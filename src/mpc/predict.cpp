#include "tacit/mpc/predict.hpp"

#include <algorithm>
#include <bit>

#include "base/fail.hpp"
#include "mpc/score_parts.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType rows_message{0x0600, "number of rows"};
constexpr party::MessageType score_message{0x0603, "the server's part of scores"};

constexpr std::uint64_t most_rows = std::uint64_t{1} << 20;
constexpr std::size_t score_bits = 64;
constexpr std::size_t labels_at_once = std::size_t{1} << 20;

void check(const party::Party& me, const PredictTerms& terms, bool client) {
    const auto refuse = [](const std::string& why) { fail(ErrorCode::invalid_argument, "prediction: {}", why); };
    const ModelShape& shape = terms.shape;
    if (me.count() != 2) refuse(fmt::format("{} parties; it is for two", me.count()));
    if ((terms.client == me.index()) != client || terms.client < 0 || terms.client > 1) {
        refuse(fmt::format("party {} is {} client", me.index(), client ? "no" : "the"));
    }
    const bool trees = shape.kind == ModelKind::trees;
    if (shape.features == 0 || shape.features > 65536 || shape.outputs == 0 || shape.outputs > 256 ||
        trees != (shape.trees > 0) || trees != (shape.depth > 0) || shape.depth > 12 || shape.trees > 10'000 ||
        ((shape.trees << shape.depth) * shape.features) >> 24 != 0) {
        refuse(
            fmt::format("a model of {} features, {} outputs, {} trees and {} levels; the limits are 65,536, 256, "
                        "10,000, 12, and 2^24 for features times leaves",
                        shape.features, shape.outputs, shape.trees, shape.depth));
    }
}

std::size_t class_bits(const ModelShape& shape) {
    return shape.outputs == 1 ? 1 : static_cast<std::size_t>(std::bit_width(shape.outputs - 1));
}

/// From the server's words of a row and then the client's to the number of the class. Of one score the server's part is
/// 1 less than it should be, so that the sign says whether the score is positive.
BooleanCircuit class_circuit(const ModelShape& shape) {
    GateBuilder builder;
    std::vector<Word> servers(shape.outputs);
    std::vector<Word> scores;
    for (Word& word : servers) word = builder.input(score_bits);
    for (const Word& word : servers) scores.push_back(builder.add(word, builder.input(score_bits)));
    if (shape.outputs == 1) return builder.build(std::vector{builder.negation(scores[0].back())});
    return builder.build(builder.argmax_signed(scores));
}

SecretVector<std::uint8_t> bits_of(std::span<const std::uint64_t> words) {
    SecretVector<std::uint8_t> bits;
    bits.reserve(words.size() * score_bits);
    for (const std::uint64_t word : words) {
        for (std::size_t i = 0; i < score_bits; ++i) bits.push_back((word >> i) & 1);
    }
    return bits;
}

/// The labels of the classes of all rows; open(labels) is called for some rows at a time.
template <class End, class Inputs, class Open>
void find_classes(End& end, const ModelShape& shape, const Parts& parts, const Inputs& inputs, const Open& open) {
    const BooleanCircuit circuit = class_circuit(shape);
    const std::size_t words_at_once =
        std::max<std::size_t>(1, labels_at_once / score_bits / shape.outputs) * shape.outputs;
    for (std::size_t first = 0; first < parts.size(); first += words_at_once) {
        const auto some = std::span(parts).subspan(first, std::min(words_at_once, parts.size() - first));
        const auto [servers, clients] = inputs(bits_of(some));
        Labels classes;
        const std::size_t row_labels = shape.outputs * score_bits;
        for (std::size_t at = 0; at < servers.size(); at += row_labels) {
            Labels row(servers.begin() + static_cast<std::ptrdiff_t>(at),
                       servers.begin() + static_cast<std::ptrdiff_t>(at + row_labels));
            row.insert(row.end(), clients.begin() + static_cast<std::ptrdiff_t>(at),
                       clients.begin() + static_cast<std::ptrdiff_t>(at + row_labels));
            const Labels out = end.run(circuit, row);
            classes.insert(classes.end(), out.begin(), out.end());
        }
        open(classes);
    }
}

}  // namespace

party::Plan PredictTerms::plan() const {
    return {"predict/1", fmt::format("kind {}; features {}; outputs {}; trees {}; depth {}; output {}; client {}; {}",
                                     static_cast<int>(shape.kind), shape.features, shape.outputs, shape.trees,
                                     shape.depth, static_cast<int>(output), client, purpose)};
}

Predictions predict(party::Party& me, const PredictTerms& terms, std::span<const double> rows) {
    check(me, terms, true);
    const ModelShape& shape = terms.shape;
    const std::size_t count = rows.size() / shape.features;
    if (count == 0 || count > most_rows || count * shape.features != rows.size()) {
        fail(ErrorCode::invalid_argument, "prediction: {} numbers for rows of {} features; take 1 to {} whole rows",
             rows.size(), shape.features, most_rows);
    }
    const auto encoded = encode_rows(shape, rows);
    const int server = 1 - me.index();
    me.send(server, rows_message, std::uint64_t{count});
    Evaluator evaluator(me);
    const Parts parts = shape.kind == ModelKind::linear ? linear_parts(me, evaluator, shape, encoded)
                                                        : tree_parts(me, evaluator, shape, encoded);
    Predictions result;
    if (terms.output == PredictOutput::score) {
        const auto rest = me.receive<std::uint64_t>(server, score_message, parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            result.scores.push_back(score_value(shape, static_cast<std::int64_t>(parts[i] + rest[i])));
        }
        return result;
    }
    const auto inputs = [&](const SecretVector<std::uint8_t>& bits) {
        Labels servers = evaluator.others_input(bits.size());
        return std::pair(std::move(servers), evaluator.own_input(bits));
    };
    find_classes(evaluator, shape, parts, inputs, [&](const Labels& labels) {
        const auto bits = evaluator.open(labels);
        for (std::size_t at = 0; at < bits.size(); at += class_bits(shape)) {
            std::size_t number = 0;
            for (std::size_t i = 0; i < class_bits(shape); ++i) number |= std::size_t{bits[at + i]} << i;
            result.classes.push_back(number);
        }
    });
    return result;
}

std::uint64_t serve_predictions(party::Party& me, const PredictTerms& terms, const IntegerModel& model,
                                const std::function<void(std::uint64_t rows)>& admit) {
    check(me, terms, false);
    if (model.shape != terms.shape) {
        fail(ErrorCode::invalid_argument, "prediction: the model has another shape than the terms say");
    }
    const ModelShape& shape = terms.shape;
    const int client = 1 - me.index();
    const auto rows = me.receive<std::uint64_t>(client, rows_message);
    if (rows == 0 || rows > most_rows) {
        me.accuse(client, fmt::format("asked for {} rows; the limit is {}", rows, most_rows));
    }
    admit(rows);
    Garbler garbler(me);
    Parts parts =
        shape.kind == ModelKind::linear ? linear_parts(me, garbler, model, rows) : tree_parts(me, garbler, model, rows);
    if (terms.output == PredictOutput::score) {
        me.send(client, score_message, std::span<const std::uint64_t>(parts));
        return rows;
    }
    if (shape.outputs == 1) {
        for (std::uint64_t& part : parts) --part;
    }
    const auto inputs = [&](const SecretVector<std::uint8_t>& bits) {
        Labels servers = garbler.own_input(bits);
        return std::pair(std::move(servers), garbler.others_input(bits.size()));
    };
    find_classes(garbler, shape, parts, inputs, [&](const Labels& labels) { garbler.open(labels); });
    return rows;
}

}  // namespace tacit::mpc
