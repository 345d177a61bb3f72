#include "learn/ciphertext_reader.hpp"

#include "base/fail.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

void CiphertextFingerprint::add(std::span<const std::byte> object) { hasher_.update(object.last(sizeof(Digest))); }

std::span<const std::byte> next_object(std::span<const std::byte>& rest) {
    const ckks::ObjectHeader header = ckks::parse_header(rest).value();
    if (header.size > rest.size()) {
        fail(ErrorCode::malformed_input, "it should have {} bytes and the file ends after {}; copy the file again",
             header.size, rest.size());
    }
    const auto object = rest.first(static_cast<std::size_t>(header.size));
    rest = rest.subspan(object.size());
    return object;
}

CiphertextReader::CiphertextReader(const std::filesystem::path& path, std::span<const std::byte> bytes,
                                   const ckks::Parameters& parameters)
    : name_(path.string()), parameters_(parameters), rest_(bytes) {}

/// What `read` makes of the next object; errors name file and position.
template <class Read>
auto CiphertextReader::at_next(Read&& read) {
    if (at_end()) {
        fail(ErrorCode::malformed_input, "'{}' ends after {} ciphertexts, where another has to be; make it again",
             name_, count_);
    }
    try {
        ++count_;
        const auto object = next_object(rest_);
        fingerprint_.add(object);
        return read(object);
    } catch (const Error& error) {
        fail(error.code(), "'{}', ciphertext {}: {}", name_, count_, error.what());
    }
}

ckks::Ciphertext CiphertextReader::next(const ckks::CiphertextType& type) {
    return at_next([&](std::span<const std::byte> object) {
        ckks::Ciphertext ciphertext = ckks::parse_ciphertext(object, parameters_).value();
        if (ciphertext.type() == type) return ciphertext;
        fail(ErrorCode::parameter_mismatch, "it has {} and the circuit wants {}; make the file again for this program",
             to_string(ciphertext.type()), to_string(type));
    });
}

void CiphertextReader::skip() {
    at_next([](std::span<const std::byte>) {});
}

void CiphertextReader::expect_end() const {
    if (at_end()) return;
    fail(ErrorCode::malformed_input, "'{}' goes on after the {} ciphertexts that are wanted; make it again", name_,
         count_);
}

}  // namespace tacit::learn
