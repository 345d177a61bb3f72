#include "service/credentials.hpp"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace tacit::service {

namespace {

namespace tls = grpc::experimental;

/// gRPC 1.51 cannot be told to refuse TLS 1.2, but its list of suites can: those of TLS 1.3 are always in, and the one
/// of TLS 1.2 named here needs an RSA key, which nobody here has. Read once, when the first credentials are made.
void require_tls_1_3() {
    static const int done = setenv("GRPC_SSL_CIPHER_SUITES", "AES256-GCM-SHA384", 1);
    static_cast<void>(done);
}

/// Asked after TLS found that the peer has the private key of its certificate.
class PinVerifier final : public tls::ExternalCertificateVerifier {
public:
    explicit PinVerifier(PeerCheck accepts) : accepts_(std::move(accepts)) {}

    bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
                grpc::Status* status) override {
        const grpc::string_ref pem = request->peer_cert();
        const auto fingerprint = identity::fingerprint_of_certificate(std::string_view(pem.data(), pem.size()));
        if (!fingerprint || !accepts_(*fingerprint)) {
            *status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "the key of the other side is not pinned");
        }
        return true;  // decided at once
    }
    void Cancel(tls::TlsCustomVerificationCheckRequest*) override {}

private:
    PeerCheck accepts_;
};

std::shared_ptr<tls::StaticDataCertificateProvider> provider(const identity::Identity& identity) {
    require_tls_1_3();
    return std::make_shared<tls::StaticDataCertificateProvider>(std::vector<tls::IdentityKeyCertPair>{
        {.private_key = std::string(identity.secret_key_pem()), .certificate_chain = identity.certificate_pem()}});
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> server_credentials(const identity::Identity& identity, PeerCheck accepts) {
    tls::TlsServerCredentialsOptions options(provider(identity));
    options.watch_identity_key_cert_pairs();
    // "Don't verify" is about certificate authorities: the peer must prove its key, and PinVerifier must know it.
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
    options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<PinVerifier>(std::move(accepts)));
    return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> client_credentials(const identity::Identity& identity,
                                                             const identity::Fingerprint& server,
                                                             std::shared_ptr<SeenPeer> seen) {
    tls::TlsChannelCredentialsOptions options;
    options.set_certificate_provider(provider(identity));
    options.watch_identity_key_cert_pairs();
    options.set_verify_server_certs(false);  // as above
    options.set_check_call_host(false);
    options.set_certificate_verifier(tls::ExternalCertificateVerifier::Create<PinVerifier>(
        [server, seen = std::move(seen)](const identity::Fingerprint& fingerprint) {
            seen->set(fingerprint);
            return fingerprint == server;
        }));
    return tls::TlsCredentials(options);
}

}  // namespace tacit::service
