// refused: deleted
#include "tacit/ckks/keys.hpp"

tacit::ckks::SecretKey keep(tacit::ckks::SecretKey& key) {
#ifdef REFUSED
    return key;
#endif
    return std::move(key);
}
