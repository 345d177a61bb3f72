#include "tacit/identity/fingerprint.hpp"

#include <openssl/pem.h>
#include <openssl/sha.h>

#include <span>

#include "identity/openssl.hpp"
#include "tacit/base/hash.hpp"

namespace tacit::identity {

namespace {

constexpr std::size_t largest_pem_bytes = std::size_t{1} << 16;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// A certificate from a peer may ask OpenSSL for a password of its own; there is none.
int no_password(char*, int, int, void*) { return 0; }

}  // namespace

openssl::Certificate openssl::read_certificate(std::span<const std::byte> pem) {
    const Bio bio = reader(pem);
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    return certificate;
}

std::string to_string(const Fingerprint& fingerprint) { return to_hex(fingerprint.bytes); }

Expected<Fingerprint> parse_fingerprint(std::string_view text) {
    Fingerprint fingerprint;
    const auto refuse = [&] {
        return Error(ErrorCode::malformed_input,
                     fmt::format("'{}' is no fingerprint, which has 64 hex digits; copy it from `tacit identity show`",
                                 text.substr(0, 80)));
    };
    if (text.size() != 2 * fingerprint.bytes.size()) return refuse();
    for (std::size_t i = 0; i < fingerprint.bytes.size(); ++i) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return refuse();
        fingerprint.bytes[i] = static_cast<std::byte>(16 * high + low);
    }
    return fingerprint;
}

Expected<Fingerprint> fingerprint_of_certificate(std::string_view pem) {
    openssl::Certificate certificate;
    if (pem.size() <= largest_pem_bytes) certificate = openssl::read_certificate(std::as_bytes(std::span(pem)));
    unsigned char* der = nullptr;
    const int size = certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der) : 0;
    if (size <= 0) {
        return Error(ErrorCode::malformed_input,
                     "there is no certificate in these bytes; give an identity.crt of `tacit identity create`");
    }
    const std::unique_ptr<unsigned char, openssl::Free<[](unsigned char* p) { OPENSSL_free(p); }>> owner(der);
    Fingerprint fingerprint;
    SHA256(der, static_cast<std::size_t>(size), reinterpret_cast<unsigned char*>(fingerprint.bytes.data()));
    return fingerprint;
}

}  // namespace tacit::identity
