#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/identity/fingerprint.hpp"

namespace tacit::identity {

/// The names of files in an identity's folder.
namespace file_names {
inline constexpr const char* private_key = "identity.key";
inline constexpr const char* certificate = "identity.crt";
inline constexpr const char* pins = "pins";
}  // namespace file_names

/// 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit.
[[nodiscard]] bool is_valid_name(std::string_view name) noexcept;

/// Who a party is to the others: an Ed25519 key pair (RFC 8032) and a certificate that it signed itself. There is no
/// certificate authority; others know the key by its fingerprint (Pins). The name in the certificate is a courtesy and
/// its dates are without bounds: trust ends when a pin is removed. The private key is wiped from memory at the end.
class Identity {
public:
    /// Makes a key and writes identity.key (mode 0600) and identity.crt into `folder`, which is made if need be (mode
    /// 0700). Throws invalid_argument for a name that is none or, unless `overwrite`, if there is a key already;
    /// io_failure.
    [[nodiscard]] static Identity create(const std::filesystem::path& folder, const std::string& name,
                                         bool overwrite = false);
    /// Throws io_failure if a file is missing or the key is readable by others, malformed_input if the two files are
    /// not a key and its certificate.
    [[nodiscard]] static Identity open(const std::filesystem::path& folder);

    ~Identity();
    Identity(Identity&&) noexcept = default;
    Identity& operator=(Identity&&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const Fingerprint& fingerprint() const noexcept { return fingerprint_; }
    /// Public.
    [[nodiscard]] const std::string& certificate_pem() const noexcept { return certificate_pem_; }
    /// Secret, for the TLS library alone: never printed, logged or sent.
    [[nodiscard]] std::string_view secret_key_pem() const noexcept {
        return {reinterpret_cast<const char*>(key_pem_.data()), key_pem_.size()};
    }

private:
    Identity(std::vector<std::byte> key_pem, std::string certificate_pem);
    std::vector<std::byte> key_pem_;
    std::string certificate_pem_;
    std::string name_;
    Fingerprint fingerprint_;
};

}  // namespace tacit::identity
