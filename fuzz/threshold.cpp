// Shares, first rounds and ledgers of a collective key (first byte: 0 raw, then by thirds): parsed, written again.
#include "threshold.hpp"

namespace {

using namespace tacit;

void share(const fuzz::Bytes& bytes) {
    auto parsed = ckks::threshold::parse_share(bytes, fuzz::session());
    if (!parsed) return fuzz::check_error(parsed.error());
    if (serialize(std::move(*parsed)) != bytes) fuzz::report("a share is not written as it was read");
}

void round(const fuzz::Bytes& bytes) {
    fuzz::check_canonical(ckks::threshold::parse_relinearization_round(bytes, fuzz::session()), bytes,
                          [](const auto& parsed) { return serialize(parsed); });
}

void ledger(const fuzz::Bytes& bytes) {
    const auto parsed = catching([&] { return ckks::threshold::LedgerAccess::parse(bytes, fuzz::session(), "A"); });
    fuzz::check_canonical(parsed, bytes, [](const auto& found) { return ckks::threshold::LedgerAccess::bytes(found); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_alone();
    if (size == 0) return 0;
    const auto input = fuzz::as_bytes(data, size);
    if (data[0] < 0x80) {
        share(fuzz::object(input, ckks::ObjectKind::threshold_share));
    } else if (data[0] < 0xc0) {
        round(fuzz::object(input, ckks::ObjectKind::relinearization_round));
    } else {
        ledger(fuzz::object(input, ckks::ObjectKind::decryption_ledger));
    }
    return 0;
}
