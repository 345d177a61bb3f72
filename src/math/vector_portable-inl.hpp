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
inline Vec load_halves(const double* lower, const double*) { return load(lower); }
inline void store_halves(double* lower, double*, const Vec& a) { store(lower, a); }
inline Vec set_halves(const double* lower, const double*) { return set(*lower); }
inline void transpose(Vec& a, Vec& b, Vec& c, Vec& d) {
    std::swap(a.lane[1], b.lane[0]);
    std::swap(a.lane[2], c.lane[0]);
    std::swap(a.lane[3], d.lane[0]);
    std::swap(b.lane[2], c.lane[1]);
    std::swap(b.lane[3], d.lane[1]);
    std::swap(c.lane[3], d.lane[2]);
}
inline Vec gather(const double* x, const std::uint32_t* index) {
    return lanewise([&](int i) { return x[index[i]]; });
}

}  // namespace
}  // namespace tacit::math::portable
