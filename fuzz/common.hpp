#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "ckks/make_parameters.hpp"
#include "ckks/serialization_format.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/serialization.hpp"

/// What the targets for the formats of docs/formats.md share.
///
/// The first byte of an input says how to read the rest: 0 is an object as it is; anything else is a payload, which
/// gets the right header and checksum, because chance never finds a checksum.
namespace tacit::fuzz {

using Bytes = std::vector<std::byte>;

/// Small, the same in every run, and WITHOUT security.
inline const ckks::Parameters& parameters() {
    static const ckks::Parameters made =
        ckks::insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10, .digits = 1});
    return made;
}

inline const ckks::KeySet& keys() {
    static const ckks::KeySet made = ckks::generate_keys(parameters(), {.rotations = {1}, .conjugation = true});
    return made;
}

inline std::span<const std::byte> as_bytes(const std::uint8_t* data, std::size_t size) {
    return std::as_bytes(std::span(data, size));
}

/// The object that an input stands for.
inline Bytes object(std::span<const std::byte> input, ckks::ObjectKind kind) {
    if (input.empty()) return {};
    const auto rest = input.subspan(1);
    if (input.front() == std::byte{0}) return {rest.begin(), rest.end()};
    return ckks::format::to_bytes(kind, &parameters(), rest.size(),
                                  [&](ckks::format::ObjectWriter& out) { out.bytes(rest); });
}

/// The input that stands for an object's payload; for seeds.
inline Bytes payload_input(std::span<const std::byte> object, ckks::ObjectKind kind) {
    const std::size_t header = ckks::format::header_size(kind);
    const auto payload = object.subspan(header, object.size() - header - ckks::format::checksum_bytes);
    Bytes input{std::byte{1}};
    input.insert(input.end(), payload.begin(), payload.end());
    return input;
}

[[noreturn]] inline void report(const std::string& what) {
    std::fprintf(stderr, "fuzz: %s\n", what.c_str());
    std::abort();
}

/// Errors must be of the kinds that are promised.
inline void check_error(const Error& error) {
    switch (error.code()) {
        case ErrorCode::malformed_input:
        case ErrorCode::parameter_mismatch:
        case ErrorCode::insecure_parameters: return;
        case ErrorCode::invalid_argument:
        case ErrorCode::out_of_levels:
        case ErrorCode::missing_key:
        case ErrorCode::io_failure:
        case ErrorCode::budget_exceeded:
        case ErrorCode::interrupted:
        case ErrorCode::unreachable:
        case ErrorCode::untrusted_peer:
        case ErrorCode::quota_exceeded:
        case ErrorCode::protocol_violation:
        case ErrorCode::internal: report(std::string("an untyped error: ") + error.what());
    }
}

/// A parsed object must be written as it was read; returns whether it was parsed.
template <class T, class Serialize>
bool check_canonical(const Expected<T>& parsed, const Bytes& bytes, const Serialize& serialize) {
    if (!parsed) {
        check_error(parsed.error());
        return false;
    }
    if (serialize(*parsed) != bytes) report("an object is not written as it was read");
    return true;
}

/// One thread, so that a run depends on its input alone.
inline void run_alone() { static const ThreadLimit limit(1); }

}  // namespace tacit::fuzz
