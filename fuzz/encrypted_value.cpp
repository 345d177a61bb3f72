// Encrypted values: parsed, written again and decrypted.
#include "tacit/runtime/encrypted_value.hpp"

#include "common.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    fuzz::run_alone();
    const fuzz::Bytes bytes = fuzz::object(fuzz::as_bytes(data, size), ckks::ObjectKind::encrypted_value);
    const auto parsed = runtime::parse_encrypted_value(bytes, fuzz::parameters());
    if (fuzz::check_canonical(parsed, bytes, [](const auto& object) { return runtime::serialize(object); })) {
        static_cast<void>(decrypt(ckks::Decryptor(fuzz::keys().secret_key), *parsed));
    }
    return 0;
}
