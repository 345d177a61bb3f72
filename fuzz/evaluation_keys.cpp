// Evaluation keys, relinearisation keys and Galois keys (first byte: 0 raw, then by thirds): parsed, written again.
#include "common.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace {

using namespace tacit;

void use(const ckks::EvaluationKeys& keys) {
    const ckks::Evaluator evaluator(keys);
    const ckks::Ciphertext fresh = ckks::Encryptor(fuzz::keys().secret_key).encrypt(std::vector<double>{1.0});
    if (keys.relinearization() != nullptr) static_cast<void>(evaluator.relinearize(evaluator.mul(fresh, fresh)));
    const std::uint64_t rotation_by_one = 5;
    if (keys.galois(rotation_by_one) != nullptr) static_cast<void>(evaluator.rotate(fresh, 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_alone();
    if (size == 0) return 0;
    const auto input = fuzz::as_bytes(data, size);
    const auto serialize = [](const auto& object) { return ckks::serialize(object); };
    if (data[0] < 0x80) {
        const fuzz::Bytes bytes = fuzz::object(input, ckks::ObjectKind::evaluation_keys);
        const auto parsed = ckks::parse_evaluation_keys(bytes, fuzz::parameters());
        if (fuzz::check_canonical(parsed, bytes, serialize)) use(*parsed);
    } else if (data[0] < 0xc0) {
        const fuzz::Bytes bytes = fuzz::object(input, ckks::ObjectKind::relinearization_key);
        fuzz::check_canonical(ckks::parse_relinearization_key(bytes, fuzz::parameters()), bytes, serialize);
    } else {
        const fuzz::Bytes bytes = fuzz::object(input, ckks::ObjectKind::galois_key);
        fuzz::check_canonical(ckks::parse_galois_key(bytes, fuzz::parameters()), bytes, serialize);
    }
    return 0;
}
