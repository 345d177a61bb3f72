#include "tacit/identity/identity.hpp"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"

namespace tacit::identity {

namespace fs = std::filesystem;

namespace {

class Identities : public InTemporaryFolder {};

std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

unsigned mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 0777U;
}

TEST_F(Identities, OpenGivesWhatCreateMade) {
    const Identity made = Identity::create(folder_ / "me", "alice");
    const Identity opened = Identity::open(folder_ / "me");
    EXPECT_EQ(opened.name(), "alice");
    EXPECT_EQ(opened.fingerprint(), made.fingerprint());
    EXPECT_EQ(opened.certificate_pem(), made.certificate_pem());
    EXPECT_EQ(opened.secret_key_pem(), made.secret_key_pem());
}

TEST_F(Identities, EveryIdentityHasAKeyOfItsOwn) {
    EXPECT_NE(Identity::create(folder_ / "a", "same").fingerprint(),
              Identity::create(folder_ / "b", "same").fingerprint());
}

TEST_F(Identities, PrivateKeyIsForItsOwnerAlone) {
    const Identity made = Identity::create(folder_ / "me", "alice");
    EXPECT_EQ(mode_of(folder_ / "me"), 0700U);
    EXPECT_EQ(mode_of(folder_ / "me" / file_names::private_key), 0600U);
    EXPECT_EQ(made.certificate_pem().find("PRIVATE"), std::string::npos);
    fs::permissions(folder_ / "me" / file_names::private_key, fs::perms::group_read, fs::perm_options::add);
    expect_throws(ErrorCode::io_failure, "chmod 600", [&] { return Identity::open(folder_ / "me"); });
}

TEST_F(Identities, CreateReplacesAKeyOnlyIfTold) {
    const Fingerprint first = Identity::create(folder_, "alice").fingerprint();
    expect_throws(ErrorCode::invalid_argument, "--overwrite", [&] { return Identity::create(folder_, "alice"); });
    EXPECT_EQ(Identity::open(folder_).fingerprint(), first);
    EXPECT_NE(Identity::create(folder_, "alice", true).fingerprint(), first);
}

TEST_F(Identities, CreateRefusesNamesThatAreNone) {
    for (const char* name : {"", ".hidden", "a b", "a/b", "\xc3\xa4"}) {
        expect_throws(ErrorCode::invalid_argument, "no name", [&] { return Identity::create(folder_, name); });
    }
    EXPECT_TRUE(is_valid_name("a.b-c_9"));
    EXPECT_FALSE(is_valid_name(std::string(65, 'a')));
}

TEST_F(Identities, OpenSaysHowToMakeAnIdentity) {
    expect_throws(ErrorCode::io_failure, "tacit identity create", [&] { return Identity::open(folder_); });
}

TEST_F(Identities, OpenRefusesTheCertificateOfAnotherKey) {
    static_cast<void>(Identity::create(folder_ / "a", "a"));
    static_cast<void>(Identity::create(folder_ / "b", "b"));
    fs::copy_file(folder_ / "b" / file_names::certificate, folder_ / "a" / file_names::certificate,
                  fs::copy_options::overwrite_existing);
    expect_throws(ErrorCode::malformed_input, "not a key and its certificate",
                  [&] { return Identity::open(folder_ / "a"); });
}

TEST_F(Identities, FingerprintIsThatOfTheKeyInTheCertificate) {
    const Identity made = Identity::create(folder_, "alice");
    const std::string pem = text_of(folder_ / file_names::certificate);
    EXPECT_EQ(fingerprint_of_certificate(pem).value(), made.fingerprint());
    EXPECT_EQ(parse_fingerprint(to_string(made.fingerprint())).value(), made.fingerprint());
}

// From `openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | sha256sum`.
TEST_F(Identities, FingerprintIsWhatTheOpensslProgramSays) {
    const char* const pem =
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBNjCB6aADAgECAhQicveaaELron1RAXGNSzcgEYrRvTAFBgMrZXAwEDEOMAwG\n"
        "A1UEAwwFZml4ZWQwIBcNMjYxMTIxMTk0MjA4WhgPMjEyNjEwMjgxOTQyMDhaMBAx\n"
        "DjAMBgNVBAMMBWZpeGVkMCowBQYDK2VwAyEAohr60LSZrnxZrtHTYx7XV6wjVw2g\n"
        "wR8ukCPI032mhzSjUzBRMB0GA1UdDgQWBBR+/dCKuuzN1r/LA1SWKFM6H4xWCTAf\n"
        "BgNVHSMEGDAWgBR+/dCKuuzN1r/LA1SWKFM6H4xWCTAPBgNVHRMBAf8EBTADAQH/\n"
        "MAUGAytlcANBABNF6/9owUb0Zd3qvK4uzJLjRTgzVABCXRZJhnUfEhyBD90aJCdu\n"
        "g10vf8Wr4Hy4XalG7uJjqExnmWeQdjw+MgU=\n"
        "-----END CERTIFICATE-----\n";
    EXPECT_EQ(to_string(fingerprint_of_certificate(pem).value()),
              "1bbd2fb97f74c14b952152102df4e659a11c965434dc16835840155c87cf77aa");
}

TEST_F(Identities, FingerprintsOfNothingAreRefused) {
    for (const std::string& pem : {std::string(), std::string("hello"), std::string(100'000, 'A')}) {
        expect_throws(ErrorCode::malformed_input, "no certificate",
                      [&] { return fingerprint_of_certificate(pem).value(); });
    }
    for (const std::string& text : {std::string(63, 'a'), std::string(64, 'g'), std::string()}) {
        expect_throws(ErrorCode::malformed_input, "64 hex digits", [&] { return parse_fingerprint(text).value(); });
    }
}

}  // namespace

}  // namespace tacit::identity
