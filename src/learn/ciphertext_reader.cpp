#include "learn/ciphertext_reader.hpp"

#include "base/fail.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

namespace {

/// The next object of a stream, bounded by what is there.
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

ckks::Ciphertext next_ciphertext(std::span<const std::byte>& rest, const ckks::Parameters& parameters,
                                 const ckks::CiphertextType& type) {
    ckks::Ciphertext ciphertext = ckks::parse_ciphertext(next_object(rest), parameters).value();
    if (!(ciphertext.type() == type)) {
        fail(ErrorCode::parameter_mismatch, "it has {} and the circuit wants {}; make the file again for this program",
             to_string(ciphertext.type()), to_string(type));
    }
    return ciphertext;
}

}  // namespace

CiphertextReader::CiphertextReader(const std::filesystem::path& path, std::span<const std::byte> bytes,
                                   const ckks::Parameters& parameters)
    : name_(path.string()), parameters_(parameters), rest_(bytes) {}

ckks::Ciphertext CiphertextReader::next(const ckks::CiphertextType& type) {
    if (at_end()) {
        fail(ErrorCode::malformed_input, "'{}' ends after {} ciphertexts, where another has to be; make it again",
             name_, count_);
    }
    try {
        ckks::Ciphertext ciphertext = next_ciphertext(rest_, parameters_, type);
        ++count_;
        return ciphertext;
    } catch (const Error& error) {
        fail(error.code(), "'{}', ciphertext {}: {}", name_, count_ + 1, error.what());
    }
}

void CiphertextReader::expect_end() const {
    if (at_end()) return;
    fail(ErrorCode::malformed_input, "'{}' goes on after the {} ciphertexts that are wanted; make it again", name_,
         count_);
}

}  // namespace tacit::learn
