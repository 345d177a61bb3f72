// Secret keys: parsed, written again, encrypted and decrypted with.
#include "common.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    fuzz::run_alone();
    const fuzz::Bytes bytes = fuzz::object(fuzz::as_bytes(data, size), ckks::ObjectKind::secret_key);
    const ckks::SecretKeyAccess access = ckks::insecure_secret_key_access();
    const auto parsed = ckks::parse_secret_key(bytes, fuzz::parameters(), access);
    if (!fuzz::check_canonical(parsed, bytes, [&](const auto& key) { return ckks::serialize(key, access); })) return 0;
    const auto values = ckks::Decryptor(*parsed).decrypt(ckks::Encryptor(*parsed).encrypt(std::vector<double>{0.5}));
    if (!(values[0] > 0.49 && values[0] < 0.51)) fuzz::report("a ternary key does not decrypt what it encrypted");
    return 0;
}
