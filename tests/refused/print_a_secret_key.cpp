// refused: operator<<
#include <iostream>

#include "tacit/ckks/keys.hpp"

void show(const tacit::ckks::SecretKey& key) {
#ifdef REFUSED
    std::cout << key;
#endif
    std::cout << key.parameters().slots();
}
