#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "service/store.hpp"
#include "tacit/base/hash.hpp"

namespace tacit::service {

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

inline Digest hash_of(std::string_view text) {
    Hasher hasher;
    hasher.update(bytes_of(text));
    return hasher.finish();
}

inline identity::Fingerprint fingerprint(int number) {
    identity::Fingerprint fingerprint;
    fingerprint.bytes.fill(static_cast<std::byte>(number));
    return fingerprint;
}

/// Sends a whole object.
inline Digest put(Store& store, CustomerId customer, std::string_view text, const Quota& quota = {}) {
    Upload upload = store.begin_upload(customer, hash_of(text), text.size(), quota);
    upload.append(bytes_of(text.substr(static_cast<std::size_t>(upload.offset()))));
    static_cast<void>(upload.finish());
    return hash_of(text);
}

/// Four objects that differ between names.
inline JobObjects put_job(Store& store, CustomerId customer, const std::string& name) {
    return {put(store, customer, name + " program"),
            put(store, customer, name + " parameters"),
            put(store, customer, name + " keys"),
            {put(store, customer, name + " inputs")}};
}

}  // namespace tacit::service
