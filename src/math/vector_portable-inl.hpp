// The vector of the portable kernels: four doubles, and std::fma where the processors have an instruction.
// Included once, by kernels_portable.cpp; the same names as in vector-inl.hpp.

#define HWY_INLINE inline

namespace tacit::math::portable {
namespace {

constexpr std::size_t lanes = 4;
constexpr std::size_t groups = 1;

struct Vec {
    double lane[lanes];
};

template <class Function>
inline Vec lanewise(const Function& f) {
    return {{f(0), f(1), f(2), f(3)}};
}

inline Vec load(const double* x) { return {{x[0], x[1], x[2], x[3]}}; }
inline void store(double* x, const Vec& a) {
    for (std::size_t i = 0; i < lanes; ++i) x[i] = a.lane[i];
}
inline Vec set(double a) { return {{a, a, a, a}}; }
inline Vec add(const Vec& a, const Vec& b) {
    return lanewise([&](int i) { return a.lane[i] + b.lane[i]; });
}
inline Vec sub(const Vec& a, const Vec& b) {
    return lanewise([&](int i) { return a.lane[i] - b.lane[i]; });
}
inline Vec mul(const Vec& a, const Vec& b) {
    return lanewise([&](int i) { return a.lane[i] * b.lane[i]; });
}
inline Vec fma(const Vec& a, const Vec& b, const Vec& c) {
    return lanewise([&](int i) { return std::fma(a.lane[i], b.lane[i], c.lane[i]); });
}
inline Vec fms(const Vec& a, const Vec& b, const Vec& c) {
    return lanewise([&](int i) { return std::fma(a.lane[i], b.lane[i], -c.lane[i]); });
}
inline Vec fnma(const Vec& a, const Vec& b, const Vec& c) {
    return lanewise([&](int i) { return std::fma(-a.lane[i], b.lane[i], c.lane[i]); });
}
inline Vec load_rows(const double* x) { return load(x); }
inline void store_rows(double* x, const Vec& a) { store(x, a); }
inline Vec set_groups(const double* w, std::ptrdiff_t) { return set(*w); }

template <bool mirrored>
inline void load_columns(const double* x, Vec& a, Vec& b, Vec& c, Vec& d) {
    for (std::size_t i = 0; i < lanes; ++i) {
        const double* const row = x + 4 * (mirrored ? lanes - 1 - i : i);
        a.lane[i] = row[0];
        b.lane[i] = row[1];
        c.lane[i] = row[2];
        d.lane[i] = row[3];
    }
}
template <bool mirrored>
inline void store_columns(double* x, const Vec& a, const Vec& b, const Vec& c, const Vec& d) {
    for (std::size_t i = 0; i < lanes; ++i) {
        double* const row = x + 4 * (mirrored ? lanes - 1 - i : i);
        row[0] = a.lane[i];
        row[1] = b.lane[i];
        row[2] = c.lane[i];
        row[3] = d.lane[i];
    }
}
inline Vec load_groups(const double* x, const std::uint32_t* index) { return load(x + index[0] / lanes * lanes); }
inline Vec permuted(const Vec& a, const std::uint32_t* index) {
    return lanewise([&](int i) { return a.lane[index[i] % lanes]; });
}

}  // namespace
}  // namespace tacit::math::portable
