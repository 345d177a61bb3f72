// Plaintexts: parsed, written again, decoded.
#include "common.hpp"
#include "tacit/ckks/encoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    fuzz::run_alone();
    const fuzz::Bytes bytes = fuzz::object(fuzz::as_bytes(data, size), ckks::ObjectKind::plaintext);
    const auto parsed = ckks::parse_plaintext(bytes, fuzz::parameters());
    if (fuzz::check_canonical(parsed, bytes, [](const auto& object) { return ckks::serialize(object); })) {
        const ckks::Encoder encoder(fuzz::parameters());
        static_cast<void>(encoder.decode(*parsed));
    }
    return 0;
}
