#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <span>

#include "base/fail.hpp"

/// OpenSSL's objects with their destructors.
namespace tacit::identity::openssl {

template <auto free_function>
struct Free {
    template <class T>
    void operator()(T* object) const noexcept {
        free_function(object);
    }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

/// Only memory and the library itself can fail where this is called.
template <class T>
T require(T result) {
    if (!result) fail(ErrorCode::internal, "OpenSSL failed with error {:#x}", ERR_get_error());
    return result;
}

/// A read-only view; the bytes must outlive it.
inline Bio reader(std::span<const std::byte> bytes) {
    return Bio(require(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))));
}

/// What was written to a memory BIO; lives as long as it does.
inline std::span<std::byte> content(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {reinterpret_cast<std::byte*>(data), static_cast<std::size_t>(size)};
}

/// The first certificate of a PEM text, or null.
Certificate read_certificate(std::span<const std::byte> pem);

}  // namespace tacit::identity::openssl
