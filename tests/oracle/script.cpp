#include "oracle/script.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "tacit/base/bytes.hpp"
#include "tacit/base/files.hpp"

namespace tacit::oracle {

namespace {

std::string json_list(const Steps& steps) {
    std::vector<std::string> json;
    for (const Step& step : steps) json.push_back(step.json());
    return fmt::format("[{}]", fmt::join(json, ","));
}

std::vector<double> real_parts(const Complexes& values) {
    std::vector<double> real;
    for (const auto& value : values) real.push_back(value.real());
    return real;
}

void put(ByteWriter& out, const std::vector<double>& values) {
    for (const double value : values) out.f64(value);
}

}  // namespace

void Step::add(const std::string& text) { json_ += fmt::format(",\"{}\"", text); }
void Step::add(const char* text) { json_ += fmt::format(",\"{}\"", text); }
void Step::add(std::int64_t number) { json_ += fmt::format(",{}", number); }
void Step::add(int number) { json_ += fmt::format(",{}", number); }
void Step::add(std::uint64_t number) { json_ += fmt::format(",{}", number); }
void Step::add(const std::vector<Step>& steps) { json_ += fmt::format(",{}", json_list(steps)); }

Script::Script(std::filesystem::path folder, std::string prefix, const Predictor& predictor)
    : folder_(std::move(folder)), prefix_(std::move(prefix)), predictor_(&predictor) {}

std::string Script::file(const std::string& name, std::span<const std::byte> bytes) {
    write_file_atomically(folder_ / (prefix_ + name), bytes, FileMode::owner_only);
    return prefix_ + name;
}

std::string Script::file(const std::string& name, const Complexes& values) {
    ByteWriter out;
    put(out, predictor_->slots().to_seal(real_parts(values)));
    return file(name, std::move(out).take());
}

std::string Script::file(const ckks::Ciphertext& ciphertext) {
    return file(fmt::format("{}.ct", counter_++), write_ciphertext(ciphertext));
}

void Script::expect(const std::string& title, const Steps& steps, const Expectation& expected, const char* secret) {
    add(title, steps, expected, fmt::format("{}{}", prefix_, counter_++), secret, "close");
}

void Script::save(const std::string& title, const Steps& steps, const Expectation& expected, const std::string& name,
                  const char* secret) {
    Steps all = steps;
    all.emplace_back("save", name + ".ct");
    add(title, all, expected, name, secret, "close");
}

void Script::expect_garbage(const std::string& title, const Steps& steps, const Expectation& expected,
                            const char* secret) {
    add(title, steps, expected, fmt::format("{}{}", prefix_, counter_++), secret, "garbage");
}

void Script::add(const std::string& title, const Steps& steps, const Expectation& expected, const std::string& name,
                 const char* secret, const char* kind) {
    ByteWriter out;
    put(out, predictor_->slots().to_seal(real_parts(expected.values)));
    std::vector<double> deviations;
    for (const double variance : expected.variance) deviations.push_back(std::sqrt(variance));
    put(out, predictor_->slots().to_seal(deviations));
    write_file_atomically(folder_ / (name + ".f64"), std::move(out).take());
    cases_ += fmt::format(R"({}{{"title":"{}","secret":"{}","kind":"{}","expected":"{}.f64","steps":{}}})",
                          cases_.empty() ? "" : ",\n", title, secret, kind, name, json_list(steps));
}

void Script::set(const std::string& name, const std::string& json) {
    members_ += fmt::format("\"{}\":{},\n", name, json);
}

void Script::write(const std::string& name) {
    set("allowed_deviations", std::to_string(allowed_deviations));
    set("rms", fmt::format("[{},{}]", least_rms, most_rms));
    const std::string json = fmt::format("{{{}\"cases\":[\n{}]}}\n", members_, cases_);
    write_file_atomically(folder_ / name, std::as_bytes(std::span(json)));
}

Expectation read_expectation(const std::filesystem::path& path, const SlotMap& slots) {
    const auto bytes = read_file(path, std::uint64_t{1} << 24);
    ByteReader in(bytes);
    std::vector<double> values(bytes.size() / 16);
    std::vector<double> variance(values.size());
    for (double& value : values) value = in.f64();
    for (double& deviation : variance) {
        const double read = in.f64();
        deviation = read * read;
    }
    in.expect_end();
    const std::vector<double> ordered = slots.from_seal(values);
    return {Complexes(ordered.begin(), ordered.end()), slots.from_seal(variance)};
}

}  // namespace tacit::oracle
