// A ledger's bytes: parsed or refused as malformed_input, and every entry is counted. The first byte says how to read
// the rest: 0 as it is; anything else gets the right hashes, because chance never finds one.
#include <algorithm>

#include "common.hpp"
#include "dp/ledger_format.hpp"

namespace {

using namespace tacit;
using dp::ledger_format::record_bytes;

void seal(std::span<std::byte> record, const Digest& previous, bool first) {
    constexpr std::size_t hashed = record_bytes - sizeof(Digest);
    if (!first) std::ranges::copy(previous, record.begin() + (hashed - sizeof(Digest)));
    Hasher hasher;
    hasher.update(record.first(hashed));
    std::ranges::copy(hasher.finish(), record.begin() + hashed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto input = fuzz::as_bytes(data, size).subspan(1);
    fuzz::Bytes bytes(input.begin(), input.end());
    Digest previous{};
    for (std::size_t at = 0; data[0] != 0 && at + record_bytes <= bytes.size(); at += record_bytes) {
        const auto record = std::span(bytes).subspan(at, record_bytes);
        seal(record, previous, at == 0);
        std::ranges::copy(record.last(sizeof(Digest)), previous.begin());
    }
    const auto parsed = dp::parse_ledger(bytes);
    if (!parsed) {
        if (parsed.error().code() != ErrorCode::malformed_input) fuzz::report("an error of another kind");
        return 0;
    }
    dp::Loss sum;
    for (const auto& entry : parsed->entries) sum = sum + entry.loss;
    if (!sum.fits(parsed->spent)) fuzz::report("an entry is not counted");
    return 0;
}
