#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "oracle/prediction.hpp"
#include "oracle/seal_format.hpp"

namespace tacit::oracle {

/// One step of a case: an operation of oracle.mjs and its arguments, as a JSON list.
class Step {
public:
    template <class... Arguments>
    explicit Step(const std::string& operation, const Arguments&... arguments) : json_("[\"" + operation + "\"") {
        (add(arguments), ...);
        json_.push_back(']');
    }
    [[nodiscard]] const std::string& json() const { return json_; }

private:
    void add(const std::string& text);
    void add(const char* text);
    void add(std::int64_t number);
    void add(int number);
    void add(std::uint64_t number);
    void add(const std::vector<Step>& steps);

    std::string json_;
};
using Steps = std::vector<Step>;

/// What SEAL must be able to do, with what must come out: oracle.mjs carries it out.
class Script {
public:
    /// Files go to `folder`; their names begin with `prefix`.
    Script(std::filesystem::path folder, std::string prefix, const Predictor& predictor);

    /// Writes an object and returns its file name.
    std::string file(const std::string& name, std::span<const std::byte> bytes);
    /// Writes the real parts in SEAL's order.
    std::string file(const std::string& name, const Complexes& values);
    std::string file(const ckks::Ciphertext& ciphertext);

    /// SEAL carries out the steps and decrypts with the secret key of that name; the real parts must be as expected.
    void expect(const std::string& title, const Steps& steps, const Expectation& expected, const char* secret = "ours");
    /// The same, and SEAL saves the ciphertext as NAME.ct, beside what is expected of it, NAME.f64.
    void save(const std::string& title, const Steps& steps, const Expectation& expected, const std::string& name,
              const char* secret = "ours");
    /// The result must be far from what is expected.
    void expect_garbage(const std::string& title, const Steps& steps, const Expectation& expected,
                        const char* secret = "ours");

    /// A further member of the script, as JSON.
    void set(const std::string& name, const std::string& json);
    /// Writes the script as `name`.
    void write(const std::string& name);

private:
    void add(const std::string& title, const Steps& steps, const Expectation& expected, const std::string& name,
             const char* secret, const char* kind);

    std::filesystem::path folder_;
    std::string prefix_;
    const Predictor* predictor_;
    std::string members_;
    std::string cases_;
    int counter_ = 0;
};

/// What Script::save left for NAME: real values in Tacit's order.
[[nodiscard]] Expectation read_expectation(const std::filesystem::path& path, const SlotMap& slots);

}  // namespace tacit::oracle
