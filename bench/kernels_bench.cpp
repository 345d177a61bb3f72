// Nanoseconds per limb of the vector kernels, for every table that this machine can run:
//   kernels_bench --benchmark_filter='ntt.*/avx3'
// "hot" repeats one limb, "rotating" takes 24 limbs (and their tables) in turn, as homomorphic operations do.

#include <benchmark/benchmark.h>

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "math/kernels.hpp"
#include "tacit/base/aligned.hpp"

namespace {

using namespace tacit;
using namespace tacit::math;

AlignedBuffer random_residues(std::size_t n, std::uint64_t p) {
    static std::mt19937_64 random(1);
    AlignedBuffer buffer(n);
    const auto half = static_cast<std::int64_t>(p / 2);
    for (std::size_t i = 0; i < n; ++i) {
        buffer.data()[i] = static_cast<double>(static_cast<std::int64_t>(random() % p) - half);
    }
    return buffer;
}

/// The first `count` primes near 2^bits for N = 2^log_n, and their tables.
const std::vector<std::unique_ptr<NttTable>>& tables(int log_n, int bits, std::size_t count) {
    static std::vector<std::unique_ptr<NttTable>> cache[18][50];
    auto& found = cache[log_n][bits];
    std::vector<std::uint64_t> used;
    for (const auto& table : found) used.push_back(table->modulus().value());
    while (found.size() < count) {
        used.push_back(nearest_ntt_prime(std::exp2(bits), std::uint64_t{2} << log_n, used));
        found.push_back(std::make_unique<NttTable>(Modulus(used.back()), log_n));
    }
    return found;
}

using Transform = std::function<void(double*, const NttTable&)>;

void run_transform(benchmark::State& state, const Transform& transform, int log_n, int bits, std::size_t limbs) {
    const auto& limb_tables = tables(log_n, bits, limbs);
    std::vector<AlignedBuffer> data;
    for (std::size_t i = 0; i < limbs; ++i) {
        data.push_back(random_residues(std::size_t{1} << log_n, limb_tables[i]->modulus().value()));
    }
    std::size_t i = 0;
    for (auto _ : state) {
        transform(data[i].data(), *limb_tables[i]);
        i = i + 1 == limbs ? 0 : i + 1;
    }
}

void add_transforms(const Kernels& kernels) {
    const auto inverse = [&kernels](double* x, const NttTable& table) { kernels.ntt_inverse(x, x, 1, table); };
    const auto add = [&](const char* direction, const Transform& transform, int log_n, int bits, std::size_t limbs) {
        const std::string name = std::string(direction) + "/" + kernels.name + "/2^" + std::to_string(log_n) + "/p" +
                                 std::to_string(bits) + (limbs == 1 ? "/hot" : "/rotating");
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
            run_transform(state, transform, log_n, bits, limbs);
        })->Unit(benchmark::kMicrosecond);
    };
    for (const int bits : {40, 49}) {
        for (int log_n = 13; log_n <= 16; ++log_n) {
            for (const std::size_t limbs : {1U, 24U}) {
                add("ntt_forward", kernels.ntt_forward, log_n, bits, limbs);
                add("ntt_inverse", inverse, log_n, bits, limbs);
            }
        }
    }
}

/// Limbs of one prime near 2^40, N = 2^15 unless `n` is smaller, for the kernels without a table.
struct Operands {
    explicit Operands(std::size_t count, std::size_t length = std::size_t{1} << 15)
        : n(length), modulus(nearest_ntt_prime(0x1p40, 1 << 17, {})) {
        for (std::size_t i = 0; i < count; ++i) {
            limbs.push_back(random_residues(n, modulus.value()));
            pointers.push_back(limbs.back().data());
        }
    }
    std::size_t n;
    Modulus modulus;
    std::vector<AlignedBuffer> limbs;
    std::vector<double*> pointers;
};

void add_pointwise(const Kernels& kernels) {
    const auto add = [&](const char* what, std::function<void(benchmark::State&)> body) {
        benchmark::RegisterBenchmark((std::string(what) + "/" + kernels.name).c_str(), std::move(body))
            ->Unit(benchmark::kMicrosecond);
    };
    add("mul/2^15", [&](benchmark::State& state) {
        Operands x(3);
        for (auto _ : state) kernels.mul(x.pointers[0], x.pointers[1], x.pointers[2], x.n, x.modulus);
    });
    add("mul/2^10", [&](benchmark::State& state) {
        Operands x(3, 1024);
        for (auto _ : state) kernels.mul(x.pointers[0], x.pointers[1], x.pointers[2], x.n, x.modulus);
    });
    add("tensor/2^15", [&](benchmark::State& state) {
        Operands x(7);
        double* const* const v = x.pointers.data();
        for (auto _ : state) kernels.tensor(v[0], v[1], v[2], v[3], v[4], v[5], v[6], false, x.n, x.modulus);
    });
    add("permute/2^15", [&](benchmark::State& state) {
        Operands x(2);
        std::vector<std::uint32_t> index(x.n);
        for (std::size_t i = 0; i < x.n; ++i)
            index[i] = static_cast<std::uint32_t>((i * 5 & ~std::size_t{7}) % x.n + (i * 5) % 8);
        for (auto _ : state) kernels.permute(x.pointers[0], x.pointers[1], index.data(), x.n);
    });
}

void run_inner_product(benchmark::State& state, const Kernels& kernels, std::size_t n) {
    constexpr std::size_t digits = 4;
    Operands x(2 + 3 * digits, n);
    const double* const* const a = x.pointers.data() + 2;
    for (auto _ : state) {
        kernels.inner_product2(x.pointers[0], x.pointers[1], a, a + digits, a + 2 * digits, digits, a[0], nullptr, 3,
                               x.n, x.modulus);
    }
}

/// One call per target prime over `chunk` coefficients at a time, as the ring layer does it.
void run_convert(benchmark::State& state, const Kernels& kernels, std::size_t chunk) {
    constexpr std::size_t sources = 6, targets = 12;
    Operands y(sources + 1), out(targets);
    const std::vector<double> c(sources, 123456789.0);
    for (auto _ : state) {
        for (std::size_t i = 0; i < y.n; i += chunk) {
            const double* at[sources];
            for (std::size_t j = 0; j < sources; ++j) at[j] = y.pointers[j] + i;
            kernels.overflow(y.pointers[sources] + i, at, c.data(), sources, chunk);
            for (std::size_t j = 0; j < targets; ++j) {
                kernels.convert(out.pointers[j] + i, at, c.data(), sources, y.pointers[sources] + i, 987654321.0, chunk,
                                out.modulus);
            }
        }
    }
}

void add_sums(const Kernels& kernels) {
    for (const std::size_t n : {std::size_t{256}, std::size_t{1} << 15}) {
        benchmark::RegisterBenchmark(("inner_product2/4_terms/" + std::to_string(n) + "/" + kernels.name).c_str(),
                                     [&kernels, n](benchmark::State& state) { run_inner_product(state, kernels, n); })
            ->Unit(benchmark::kMicrosecond);
    }
    for (const std::size_t chunk : {std::size_t{256}, std::size_t{1024}, std::size_t{1} << 15}) {
        benchmark::RegisterBenchmark(
            ("convert/6_to_12/2^15/chunk" + std::to_string(chunk) + "/" + kernels.name).c_str(),
            [&kernels, chunk](benchmark::State& state) { run_convert(state, kernels, chunk); })
            ->Unit(benchmark::kMicrosecond);
    }
}

void add_ffts(const Kernels& kernels) {
    for (int log_slots = 12; log_slots <= 15; ++log_slots) {
        const auto add = [&](const char* direction, void (*transform)(double*, double*, const FftTable&)) {
            benchmark::RegisterBenchmark(
                (std::string(direction) + "/" + kernels.name + "/2^" + std::to_string(log_slots)).c_str(),
                [=](benchmark::State& state) {
                    const FftTable table(log_slots);
                    AlignedBuffer re(table.size()), im(table.size());
                    // Zeros: repeated forward transforms of anything else overflow in the end.
                    for (std::size_t i = 0; i < table.size(); ++i) re.data()[i] = im.data()[i] = 0;
                    for (auto _ : state) transform(re.data(), im.data(), table);
                })
                ->Unit(benchmark::kMicrosecond);
        };
        add("fft_forward", kernels.fft_forward);
        add("fft_inverse", kernels.fft_inverse);
    }
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    for (const Kernels* kernels : available_kernels()) {
        add_transforms(*kernels);
        add_pointwise(*kernels);
        add_sums(*kernels);
        add_ffts(*kernels);
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
