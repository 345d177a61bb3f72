#pragma once

#include "base/fail.hpp"
#include "tacit/linalg/products.hpp"

namespace tacit::linalg {

/// Throws `invalid_argument` with both layouts and the rule unless `fits`.
inline void require(bool fits, const char* operation, const Layout& a, const Layout& b, const char* rule,
                    Location where) {
    if (!fits) {
        fail(ErrorCode::invalid_argument, "{}{}: a {} and a {}; {}", prefix(where), operation, print(a), print(b),
             rule);
    }
}

/// The vector itself if it has so many copies, else spread.
template <Kind K>
Value<K> with_copies(const Value<K>& vector, std::size_t copies, Location where) {
    return vector.layout().copies() >= copies ? vector : spread(vector, where);
}

}  // namespace tacit::linalg
