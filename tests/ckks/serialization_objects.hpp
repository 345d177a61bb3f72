#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tacit/base/files.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/serialization.hpp"

/// One object of every kind, under several parameter sets, for the tests of the format.
namespace tacit::ckks::serialization_test {

using Bytes = std::vector<std::byte>;

struct Instance {
    std::string name;
    ParameterSpec spec;  ///< made without security
};

[[nodiscard]] std::vector<Instance> instances();

/// An object in bytes, and how to read and write it again.
struct Sample {
    std::string name;
    ObjectKind kind;
    Bytes bytes;
    std::uint64_t announced_size;
    /// serialize(parse(bytes)).
    std::function<Expected<Bytes>(std::span<const std::byte>, const Parameters&)> reserialize;
};

struct Objects {
    explicit Objects(const Instance& instance);
    [[nodiscard]] const Sample& sample(const std::string& name) const;
    Parameters parameters;
    KeySet keys;
    std::vector<Sample> samples;

private:
    void add_keys();
    void add_ciphertexts();
    void add_threshold();
};

/// Made once per instance.
[[nodiscard]] const Objects& objects(const Instance& instance);

/// Slot values to encrypt.
[[nodiscard]] std::vector<double> ramp(std::size_t n);

}  // namespace tacit::ckks::serialization_test
