// Ciphertexts: parsed, written again, computed with and decrypted; and files of several.
#include "common.hpp"
#include "learn/role_files.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    fuzz::run_alone();
    const fuzz::Bytes bytes = fuzz::object(fuzz::as_bytes(data, size), ckks::ObjectKind::ciphertext);
    fuzz::Bytes file = bytes;
    file.insert(file.end(), bytes.begin(), bytes.end());
    const auto all = catching([&] {
        return learn::parse_ciphertexts("input", file, fuzz::parameters(),
                                        std::vector<ckks::CiphertextType>(2, {0, 1, 1}));
    });
    if (!all) fuzz::check_error(all.error());
    const auto parsed = ckks::parse_ciphertext(bytes, fuzz::parameters());
    if (fuzz::check_canonical(parsed, bytes, [](const auto& object) { return ckks::serialize(object); })) {
        const ckks::Evaluator evaluator(fuzz::keys().evaluation_keys);
        static_cast<void>(ckks::Decryptor(fuzz::keys().secret_key).decrypt(evaluator.add(*parsed, *parsed)));
    }
    return 0;
}
