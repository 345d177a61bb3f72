// Public keys: parsed, written again, encrypted with.
#include "common.hpp"
#include "tacit/ckks/encryptor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    fuzz::run_alone();
    const fuzz::Bytes bytes = fuzz::object(fuzz::as_bytes(data, size), ckks::ObjectKind::public_key);
    const auto parsed = ckks::parse_public_key(bytes, fuzz::parameters());
    if (fuzz::check_canonical(parsed, bytes, [](const auto& object) { return ckks::serialize(object); })) {
        static_cast<void>(ckks::Encryptor(*parsed).encrypt(std::vector<double>{1.0}));
    }
    return 0;
}
