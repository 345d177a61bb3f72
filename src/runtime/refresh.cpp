#include "tacit/runtime/refresh.hpp"

#include <memory>

#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"

namespace tacit::runtime {

Refresh refresh_by_owner(const ckks::SecretKey& secret_key) {
    struct Owner {
        ckks::Decryptor decryptor;
        ckks::Encryptor encryptor;
    };
    const auto owner = std::make_shared<const Owner>(Owner{ckks::Decryptor(secret_key), ckks::Encryptor(secret_key)});
    return [owner](const ckks::Ciphertext& worn, int level) {
        return owner->encryptor.encrypt(owner->decryptor.decrypt_complex(worn), level);
    };
}

}  // namespace tacit::runtime
