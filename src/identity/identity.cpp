#include "tacit/identity/identity.hpp"

#include <openssl/pem.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "identity/openssl.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/random.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::identity {

namespace fs = std::filesystem;

namespace {

using openssl::require;

constexpr std::uint64_t largest_file_bytes = std::uint64_t{1} << 16;

openssl::Key new_key(Rng& rng) {
    std::array<std::byte, 32> secret{};
    rng.fill(std::span<std::byte>(secret));
    openssl::Key key(EVP_PKEY_new_raw_private_key(
        EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(secret.data()), secret.size()));
    wipe(secret);
    return require(std::move(key));
}

/// Version 3, a random serial number, subject and issuer alike, no end (RFC 5280, 4.1.2.5).
openssl::Certificate self_signed(EVP_PKEY* key, const std::string& name, Rng& rng) {
    openssl::Certificate certificate = require(openssl::Certificate(X509_new()));
    X509* const x = certificate.get();
    require(X509_set_version(x, X509_VERSION_3));
    require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), rng.next() >> 1));
    require(X509_gmtime_adj(X509_getm_notBefore(x), -24L * 3600) != nullptr);
    require(ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "99991231235959Z"));
    const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, text, -1, -1, 0));
    require(X509_set_issuer_name(x, X509_get_subject_name(x)));
    require(X509_set_pubkey(x, key));
    require(X509_sign(x, key, nullptr));  // Ed25519 hashes by itself
    return certificate;
}

std::string pem_of(const openssl::Certificate& certificate) {
    const openssl::Bio bio = require(openssl::Bio(BIO_new(BIO_s_mem())));
    require(PEM_write_bio_X509(bio.get(), certificate.get()));
    const auto bytes = openssl::content(bio);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The caller wipes it.
std::vector<std::byte> pem_of(const openssl::Key& key) {
    const openssl::Bio bio = require(openssl::Bio(BIO_new(BIO_s_secmem())));
    require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr));
    const auto bytes = openssl::content(bio);
    std::vector<std::byte> copy(bytes.begin(), bytes.end());
    wipe(bytes);
    return copy;
}

void make_private_folder(const fs::path& folder) {
    std::error_code error;
    if (fs::is_directory(folder, error)) return;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) {
        fail(ErrorCode::io_failure, "cannot make folder '{}': {}; choose a folder that you may write to",
             folder.string(), error.message());
    }
}

void check_owner_only(const fs::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
        fail(ErrorCode::io_failure,
             "'{}' may be read by others; run `chmod 600` on it, or make a new identity if it was", path.string());
    }
}

std::string common_name(X509* certificate) {
    std::array<char, 256> name{};
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                               static_cast<int>(name.size()));
    return {name.data(), static_cast<std::size_t>(std::max(size, 0))};
}

}  // namespace

bool is_valid_name(std::string_view name) noexcept {
    const auto alphanumeric = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    return !name.empty() && name.size() <= 64 && alphanumeric(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

Identity::Identity(std::vector<std::byte> key_pem, std::string certificate_pem)
    : key_pem_(std::move(key_pem)),
      certificate_pem_(std::move(certificate_pem)),
      fingerprint_(fingerprint_of_certificate(certificate_pem_).value()) {
    name_ = common_name(openssl::read_certificate(std::as_bytes(std::span(certificate_pem_))).get());
}

Identity::~Identity() { wipe(key_pem_); }

Identity Identity::create(const fs::path& folder, const std::string& name, bool overwrite) {
    if (!is_valid_name(name)) {
        fail(ErrorCode::invalid_argument,
             "'{}' is no name for an identity; use 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first",
             name);
    }
    const fs::path key_path = folder / file_names::private_key;
    if (std::error_code error; !overwrite && fs::exists(key_path, error)) {
        fail(ErrorCode::invalid_argument,
             "'{}' exists; those who pinned it would not know a new key: choose another folder, or say --overwrite",
             key_path.string());
    }
    make_private_folder(folder);
    Rng rng = Rng::from_system();
    const openssl::Key key = new_key(rng);
    Identity identity(pem_of(key), pem_of(self_signed(key.get(), name, rng)));
    write_file_atomically(key_path, identity.key_pem_, FileMode::owner_only);
    write_file_atomically(folder / file_names::certificate, std::as_bytes(std::span(identity.certificate_pem_)));
    return identity;
}

Identity Identity::open(const fs::path& folder) {
    const fs::path key_path = folder / file_names::private_key;
    const fs::path certificate_path = folder / file_names::certificate;
    if (std::error_code error; !fs::exists(key_path, error)) {
        fail(ErrorCode::io_failure, "there is no '{}'; run `tacit identity create`, or mend the folder's name",
             key_path.string());
    }
    check_owner_only(key_path);
    const std::vector<std::byte> text = read_file(certificate_path, largest_file_bytes);
    const openssl::Certificate certificate = openssl::read_certificate(text);
    std::vector<std::byte> key_pem = read_file(key_path, largest_file_bytes);
    const openssl::Bio bio = openssl::reader(key_pem);
    const openssl::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!key || !certificate || X509_check_private_key(certificate.get(), key.get()) != 1) {
        ERR_clear_error();
        wipe(key_pem);
        fail(ErrorCode::malformed_input, "'{}' and '{}' are not a key and its certificate; restore them from a copy",
             key_path.string(), certificate_path.string());
    }
    return {std::move(key_pem), std::string(reinterpret_cast<const char*>(text.data()), text.size())};
}

}  // namespace tacit::identity
