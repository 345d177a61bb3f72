// Prio3 byte for byte: against tools/prio3_model.py, and against the draft's own vectors where they are at hand.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/hex.hpp"
#include "tacit/mpc/prio3.hpp"

namespace tacit::mpc {
namespace {

using nlohmann::json;

/// Bytes of a field.
Bytes bytes(const json& hex) { return from_hex(hex.get<std::string>()); }

std::vector<std::uint64_t> numbers(const json& value) {
    if (!value.is_array()) return {value.get<std::uint64_t>()};
    std::vector<std::uint64_t> result;
    for (const json& entry : value)
        result.push_back(entry.is_boolean() ? entry.get<bool>() : entry.get<std::uint64_t>());
    return result;
}

/// The instance that a file of vectors is about.
std::optional<Prio3> instance(const std::string& name, const json& file) {
    const auto number = [&](const char* key) { return file[key].get<std::uint64_t>(); };
    const auto shares = file["shares"].get<int>();
    if (name.starts_with("Prio3Count")) return Prio3::count(shares);
    if (name.starts_with("Prio3Sum_")) return Prio3::sum(shares, number("max_measurement"));
    if (name.starts_with("Prio3SumVec_")) {
        return Prio3::sum_vec(shares, number("length"), number("max_measurement"), number("chunk_length"));
    }
    if (name.starts_with("Prio3Histogram")) return Prio3::histogram(shares, number("length"), number("chunk_length"));
    if (name.starts_with("Prio3MultihotCountVec")) {
        return Prio3::multihot_count_vec(shares, number("length"), number("max_weight"), number("chunk_length"));
    }
    return {};  // experimental variants of the draft
}

/// Whether the file expects this operation to succeed; true if it does not name it.
bool succeeds(const json& file, const std::string& operation) {
    for (const json& step : file["operations"]) {
        if (step["operation"].get<std::string>() == operation && !step["success"].get<bool>()) return false;
    }
    return true;
}

/// Runs a report of a file through all steps; the output shares, or nothing where the file expects a failure.
std::vector<Bytes> verify(const Prio3& prio3, const json& file, const json& report) {
    const Bytes context = bytes(file["ctx"]), key = bytes(file["verify_key"]), nonce = bytes(report["nonce"]);
    const Bytes public_share = bytes(report["public_share"]);
    const json& expected_shares = report["verifier_shares"][0];
    std::vector<Bytes> shares;
    std::vector<Prio3::State> states;
    for (std::size_t j = 0; j < expected_shares.size(); ++j) {
        auto begun =
            prio3.verify_init(key, context, static_cast<int>(j), nonce, public_share, bytes(report["input_shares"][j]));
        shares.push_back(begun.value().verifier_share);
        states.push_back(std::move(begun.value().state));
        EXPECT_EQ(shares.back(), bytes(expected_shares[j]));
    }
    Bytes message;
    if (std::ssize(shares) == prio3.shares()) {
        const auto combined = prio3.verifier_shares_to_message(context, shares);
        EXPECT_EQ(combined.has_value(), succeeds(file, "verifier_shares_to_message"));
        if (!combined) return {};
        EXPECT_EQ(*combined, bytes(report["verifier_messages"][0]));
        message = *combined;
    } else {  // a file about what one aggregator does with a message
        message = bytes(report["verifier_messages"][0]);
    }
    std::vector<Bytes> outputs;
    for (auto& state : states) {
        auto output = prio3.verify_next(std::move(state), message);
        EXPECT_EQ(output.has_value(), succeeds(file, "verify_next"));
        if (output) outputs.push_back(std::move(*output));
    }
    return outputs;
}

void check(const Prio3& prio3, const json& file) {
    std::vector<Bytes> totals(static_cast<std::size_t>(prio3.shares()), prio3.empty_aggregate());
    for (const json& report : file["reports"]) {
        if (!report["measurement"].is_null()) {
            const auto made = prio3.shard(bytes(file["ctx"]), numbers(report["measurement"]), bytes(report["nonce"]),
                                          bytes(report["rand"]));
            EXPECT_EQ(made.public_share, bytes(report["public_share"]));
            for (std::size_t j = 0; j < made.input_shares.size(); ++j) {
                EXPECT_EQ(made.input_shares[j], bytes(report["input_shares"][j]));
                EXPECT_EQ(made.input_shares[j].size(), prio3.input_share_bytes(static_cast<int>(j)));
            }
        }
        const std::vector<Bytes> outputs = verify(prio3, file, report);
        for (std::size_t j = 0; j < outputs.size(); ++j) {
            EXPECT_EQ(outputs[j], bytes(report["out_shares"][j]));
            prio3.aggregate(totals[j], outputs[j]);
        }
    }
    if (file["agg_result"].is_null()) return;
    for (std::size_t j = 0; j < totals.size(); ++j) EXPECT_EQ(totals[j], bytes(file["agg_shares"][j]));
    EXPECT_EQ(prio3.unshard(totals).value(), numbers(file["agg_result"]));
}

TEST(Prio3Vectors, AreThoseOfTheDraft) {
    const std::filesystem::path folder = TACIT_SOURCE_DIR "/../shared/data/vdaf";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the draft's vectors are not here";
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().stem().string();
        const json file = json::parse(std::ifstream(entry.path()));
        if (!name.starts_with("Prio3")) continue;
        const auto prio3 = instance(name, file);
        if (!prio3) continue;
        SCOPED_TRACE(name);
        check(*prio3, file);
        ++files;
    }
    EXPECT_EQ(files, 22);
}

/// The instance that a case of the model is about.
Prio3 model_instance(const json& file) {
    const auto shares = file["shares"].get<int>();
    const auto kind = file["kind"].get<std::string>();
    const json& parameters = file["parameters"];
    const auto number = [&](const char* key) { return parameters[key].get<std::uint64_t>(); };
    if (kind == "count") return Prio3::count(shares);
    if (kind == "sum") return Prio3::sum(shares, number("max"));
    if (kind == "sum_vec") return Prio3::sum_vec(shares, number("length"), number("max"), number("chunk"));
    if (kind == "histogram") return Prio3::histogram(shares, number("length"), number("chunk"));
    return Prio3::multihot_count_vec(shares, number("length"), number("max_weight"), number("chunk"));
}

TEST(Prio3Vectors, AreThoseOfTheModel) {
    const json cases = json::parse(std::ifstream(TACIT_SOURCE_DIR "/tests/vectors/prio3.json"));
    EXPECT_EQ(cases.size(), 9U);
    for (const json& file : cases) {
        SCOPED_TRACE(file["kind"].get<std::string>() + " " + file["shares"].dump());
        const Prio3 prio3 = model_instance(file);
        const Bytes context = bytes(file["context"]), nonce = bytes(file["nonce"]);
        const auto report = prio3.shard(context, numbers(file["measurement"]), nonce, bytes(file["rand"]));
        EXPECT_EQ(report.public_share, bytes(file["public_share"]));
        std::vector<Bytes> shares;
        std::vector<Prio3::State> states;
        for (std::size_t j = 0; j < report.input_shares.size(); ++j) {
            EXPECT_EQ(report.input_shares[j], bytes(file["input_shares"][j]));
            auto begun = prio3.verify_init(bytes(file["verify_key"]), context, static_cast<int>(j), nonce,
                                           report.public_share, report.input_shares[j]);
            shares.push_back(begun.value().verifier_share);
            states.push_back(std::move(begun.value().state));
            EXPECT_EQ(shares.back(), bytes(file["verifier_shares"][j]));
        }
        const Bytes message = prio3.verifier_shares_to_message(context, shares).value();
        EXPECT_EQ(message, bytes(file["verifier_message"]));
        for (std::size_t j = 0; j < states.size(); ++j) {
            EXPECT_EQ(prio3.verify_next(std::move(states[j]), message).value(), bytes(file["out_shares"][j]));
        }
    }
}

}  // namespace
}  // namespace tacit::mpc
