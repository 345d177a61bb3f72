// Parameters: parsed, written again. A payload (first byte not 0) also gets the fingerprint of its fields.
#include <algorithm>

#include "ckks/chain.hpp"
#include "common.hpp"

namespace {

using namespace tacit;

constexpr std::size_t fields = 10;

std::uint64_t read(std::span<const std::byte> bytes, std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
        value |= std::to_integer<std::uint64_t>(bytes[at + i]) << (8 * i);
    }
    return value;
}

/// The chain as the fields say it, as far as the bytes go.
ckks::Chain chain_of(std::span<const std::byte> payload) {
    const auto field = [&](std::size_t i) { return read(payload, 2 * i, 2); };
    ckks::Chain chain;
    chain.log_ring_dimension = static_cast<int>(field(0));
    chain.depth = static_cast<int>(field(1));
    chain.scale_bits = static_cast<int>(field(2));
    chain.integer_bits = static_cast<int>(field(3));
    chain.security_bits = static_cast<int>(field(4));
    chain.base_primes = field(5);
    chain.primes_per_level = field(6);
    chain.digit_limbs = field(7);
    for (std::size_t at = 2 * fields; at + 8 <= payload.size(); at += 8) {
        auto& primes = chain.primes.size() < field(8) ? chain.primes : chain.special_primes;
        primes.push_back(read(payload, at, 8));
    }
    return chain;
}

fuzz::Bytes with_fingerprint(std::span<const std::byte> input) {
    fuzz::Bytes bytes(input.begin(), input.end());
    if (bytes.size() < 1 + sizeof(Digest) || bytes.front() == std::byte{0}) return bytes;
    const std::size_t end = bytes.size() - sizeof(Digest);
    std::ranges::copy(ckks::fingerprint(chain_of(std::span(bytes).subspan(1, end - 1))),
                      bytes.begin() + static_cast<std::ptrdiff_t>(end));
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_alone();
    const fuzz::Bytes input = with_fingerprint(fuzz::as_bytes(data, size));
    const fuzz::Bytes bytes = fuzz::object(input, ckks::ObjectKind::parameters);
    const auto parsed = ckks::parse_parameters(bytes);
    fuzz::check_canonical(parsed, bytes, [](const auto& object) { return ckks::serialize(object); });
    return 0;
}
