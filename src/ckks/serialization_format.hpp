#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/serialization.hpp"

/// The frame that all objects share (docs/formats.md): header, payload, checksum.
namespace tacit::ckks::format {

inline constexpr std::array<std::byte, 4> magic{std::byte{'T'}, std::byte{'A'}, std::byte{'C'}, std::byte{'T'}};
inline constexpr std::uint16_t version = 1;
inline constexpr std::size_t short_header_bytes = 16;  ///< magic, version, kind, zero, size
inline constexpr std::size_t header_bytes = short_header_bytes + sizeof(Digest);
inline constexpr std::size_t checksum_bytes = sizeof(Digest);
inline constexpr std::size_t chunk_bytes = std::size_t{1} << 16;  ///< of the checksum's leaves

[[nodiscard]] constexpr std::size_t header_size(ObjectKind kind) {
    return kind == ObjectKind::parameters ? short_header_bytes : header_bytes;
}
[[nodiscard]] constexpr std::uint64_t framed_size(ObjectKind kind, std::uint64_t payload_bytes) {
    return header_size(kind) + payload_bytes + checksum_bytes;
}

/// BLAKE2b over the BLAKE2b hashes of consecutive chunks of 64 KiB, so that all cores take part.
class Checksum {
public:
    void update(std::span<const std::byte> bytes);
    [[nodiscard]] Digest finish();

private:
    void end_chunk();
    Hasher root_;
    Hasher chunk_;
    std::size_t in_chunk_ = 0;
};

/// Writes the true size and checksum into an object whose payload was changed; for tests and fuzz targets.
void reseal(std::vector<std::byte>& object);

using Sink = std::function<void(std::span<const std::byte>)>;

/// Writes one object to a sink, piece by piece.
class ObjectWriter {
public:
    /// Writes the header. `parameters` is null for parameters themselves.
    ObjectWriter(ObjectKind kind, const Parameters* parameters, std::uint64_t payload_bytes, Sink sink);
    void bytes(std::span<const std::byte> piece);
    void fields(ByteWriter&& fields);
    /// Rows modulo primes 0, 1, ...
    void poly(const Context& context, const ring::EvaluationPoly& poly);
    /// Writes the checksum.
    void finish();

private:
    Sink sink_;
    Checksum checksum_;
    std::uint64_t missing_;  ///< bytes promised and not yet written
    std::vector<std::byte> rows_;
};

/// The whole object in memory; `write` writes its payload.
[[nodiscard]] std::vector<std::byte> to_bytes(ObjectKind kind, const Parameters* parameters,
                                              std::uint64_t payload_bytes,
                                              const std::function<void(ObjectWriter&)>& write);

/// Told about every part of the input that will not be needed again soon.
using Forget = std::function<void(std::span<const std::byte>)>;

/// Reads one object that fills `bytes`: checks header and checksum, then hands out the payload.
class ObjectReader {
public:
    /// Throws malformed_input or parameter_mismatch. `parameters` is null for parameters themselves.
    ObjectReader(std::span<const std::byte> bytes, ObjectKind kind, const Parameters* parameters, Forget forget = {});

    [[nodiscard]] ByteReader& fields() noexcept { return reader_; }
    [[nodiscard]] Seed seed();
    /// Throws unless exactly this much payload is left; to be called before memory is taken.
    void expect_payload(std::uint64_t bytes) const;
    /// Passes over bytes that nobody asked for.
    void skip(std::uint64_t bytes);
    /// `count` polynomials with rows modulo primes 0 .. limbs-1. Throws malformed_input for a residue >= p.
    [[nodiscard]] std::vector<ring::EvaluationPoly> polys(const Context& context, std::size_t count, std::size_t limbs);

private:
    Forget forget_;
    ByteReader reader_;  // without the checksum
};

/// Calls work() for an Expected; its errors begin with the object's name.
template <class Work>
auto parsing(ObjectKind kind, Work&& work) -> Expected<std::invoke_result_t<Work>> {
    try {
        return work();
    } catch (const Error& error) {
        return Error(error.code(), fmt::format("{}: {}", to_string(kind), error.what()));
    }
}

/// The same for the bytes of a file, mapped; errors begin with its path.
template <class Work>
auto reading(const std::filesystem::path& path, ObjectKind kind, Work&& work)
    -> Expected<std::invoke_result_t<Work, std::span<const std::byte>>> {
    try {
        const MappedFile file = MappedFile::open(path);
        try {
            return work(file.bytes());
        } catch (const Error& error) {
            return Error(error.code(), fmt::format("{}: {}: {}", path.string(), to_string(kind), error.what()));
        }
    } catch (const Error& error) {  // the file's own errors name it
        return error;
    }
}

}  // namespace tacit::ckks::format
