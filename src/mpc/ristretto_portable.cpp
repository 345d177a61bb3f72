#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "mpc/ristretto_kernels.hpp"
#include "tacit/base/secret.hpp"

#define TACIT_TARGET_NAMESPACE portable
#define TACIT_TARGET_NAME "portable"

#include "mpc/field25519_portable-inl.hpp"

// The kernels are written in terms of the lanes.
#include "mpc/ristretto_lanes-inl.hpp"

namespace tacit::mpc::ristretto {

const Kernels& portable_kernels() noexcept { return portable::table; }

void make_base_table(const Point& base, BaseTable& table) {
    using namespace portable;
    Extended p = decode(load_bytes(base.data(), 1, sizeof(Point))).point;
    for (auto& rows : table.words) {
        const Multiples multiples = multiples_of(p);
        for (std::size_t column = 0; column < multiples.size(); ++column) {
            const Field* const fields[4] = {&multiples[column].sum, &multiples[column].difference,
                                            &multiples[column].twice_z, &multiples[column].twice_dt};
            for (std::size_t i = 0; i < 20; ++i) rows[i][column] = fields[i / 5]->limb[i % 5];
        }
        for (int i = 0; i < 4; ++i) p = extended(doubled(p));
    }
}

}  // namespace tacit::mpc::ristretto
