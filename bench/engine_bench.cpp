// Times the operations of the engine, one JSON object per line:
//   engine_bench [--set ntt|p13|p14|p15|diagonals] [--filter OP[*]] [--reps R] [--threads T]
// ns_min and ns_median are over R samples of at least half a millisecond each; CPU time for one thread, wall time
// above.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "machine.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace {

using namespace tacit;

struct Options {
    std::vector<std::string> sets{"ntt", "p13", "p14", "p15", "diagonals"};
    std::vector<std::string> filters;
    int reps = 10;
    int threads = 1;
};

double now_ns(bool cpu) {
    timespec t{};
    clock_gettime(cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

class Bench {
public:
    Bench(const Options& options, nlohmann::json fields) : options_(options), fields_(std::move(fields)) {}

    void operator()(const std::string& op, const std::function<void()>& work) const {
        if (!wanted(op)) return;
        const bool cpu = options_.threads == 1;
        int calls = 1;
        const auto sample = [&] {
            const double start = now_ns(cpu);
            for (int i = 0; i < calls; ++i) work();
            return (now_ns(cpu) - start) / calls;
        };
        work();
        while (sample() * calls < 5e5) calls *= 2;
        std::vector<double> ns;
        for (int i = 0; i < options_.reps; ++i) ns.push_back(sample());
        std::ranges::sort(ns);
        nlohmann::json line = fields_;
        line.update({{"op", op}, {"ns_min", ns.front()}, {"ns_median", ns[ns.size() / 2]}, {"reps", options_.reps}});
        std::cout << line.dump() << std::endl;
    }

private:
    [[nodiscard]] bool wanted(const std::string& op) const {
        return options_.filters.empty() || std::ranges::any_of(options_.filters, [&](const std::string& f) {
                   return f.ends_with('*') ? op.starts_with(f.substr(0, f.size() - 1)) : op == f;
               });
    }
    const Options& options_;
    nlohmann::json fields_;
};

nlohmann::json common_fields(const Options& options, const std::string& set) {
    return {{"library", "Tacit"},
            {"version", machine::commit()},
            {"machine", machine::name()},
            {"kernel", math::kernels().name},
            {"set", set},
            {"threads", options.threads},
            {"clock", options.threads == 1 ? "cpu" : "wall"}};
}

std::vector<double> random_values(std::size_t n) {
    std::mt19937_64 generator(1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<double> values(n);
    for (double& x : values) x = uniform(generator);
    return values;
}

void bench_ntt(const Options& options) {
    for (int log_n = 13; log_n <= 16; ++log_n) {
        const std::size_t n = std::size_t{1} << log_n;
        const std::uint64_t prime = math::nearest_ntt_prime(0x1p49 - 1, 2 * n, {});
        const math::NttTable table(math::Modulus(prime), log_n);
        AlignedBuffer x(n);
        const auto values = random_values(n);
        for (std::size_t i = 0; i < n; ++i) x.data()[i] = std::nearbyint(values[i] * 0x1p47);
        auto fields = common_fields(options, "ntt");
        fields.update({{"N", n}, {"limbs", 1}});
        const Bench bench(options, fields);
        bench("ntt_forward", [&] { math::kernels().ntt_forward(x.data(), table); });
        bench("ntt_inverse", [&] { math::kernels().ntt_inverse(x.data(), x.data(), 1, table); });
    }
}

nlohmann::json scheme_fields(const Options& options, const std::string& set, const ckks::Parameters& parameters) {
    auto fields = common_fields(options, set);
    fields.update({{"N", parameters.ring_dimension()},
                   {"limbs", parameters.primes().size()},
                   {"special", parameters.special_primes().size()},
                   {"digits", parameters.digits(parameters.depth())},
                   {"logQ", parameters.log2_modulus()},
                   {"logQP", parameters.log2_modulus_with_special()},
                   {"key_bytes", parameters.key_switch_key_bytes()}});
    return fields;
}

void bench_keys(const Bench& bench, const ckks::SecretKey& secret) {
    Rng rng = Rng::from_system();
    bench("keygen_relinearization", [&] { static_cast<void>(ckks::RelinearizationKey::generate(secret, rng)); });
    bench("keygen_galois", [&] { static_cast<void>(ckks::GaloisKey::generate(secret, 5, rng)); });
    bench("keygen_public", [&] { static_cast<void>(ckks::PublicKey::generate(secret, rng)); });
}

void bench_codec(const Bench& bench, const ckks::Parameters& parameters, const ckks::KeySet& keys) {
    const auto values = random_values(parameters.slots());
    const ckks::Encryptor symmetric(keys.secret_key), asymmetric(keys.public_key);
    const ckks::Decryptor decryptor(keys.secret_key);
    const ckks::Encoder encoder(parameters);
    const auto plaintext = encoder.encode(values, parameters.depth());
    const auto ciphertext = symmetric.encrypt(plaintext);
    const auto decrypted = decryptor.decrypt_to_plaintext(ciphertext);
    bench("encode", [&] { static_cast<void>(encoder.encode(values, parameters.depth())); });
    bench("encrypt_pk", [&] { static_cast<void>(asymmetric.encrypt(plaintext)); });
    bench("encrypt_sym", [&] { static_cast<void>(symmetric.encrypt(plaintext)); });
    bench("decrypt", [&] { static_cast<void>(decryptor.decrypt_to_plaintext(ciphertext)); });
    bench("decode", [&] { static_cast<void>(encoder.decode(decrypted)); });
    bench("decrypt_decode", [&] { static_cast<void>(decryptor.decrypt(ciphertext)); });
}

void bench_evaluator(const Bench& bench, const ckks::Parameters& parameters, const ckks::KeySet& keys) {
    const ckks::Encryptor encryptor(keys.secret_key);
    const ckks::Evaluator evaluator(keys.evaluation_keys);
    const auto values = random_values(parameters.slots());
    const auto a = encryptor.encrypt(values);
    const auto b = encryptor.encrypt(values);
    const auto plain = encryptor.encoder().encode(values, parameters.depth());
    const auto product = evaluator.mul(a, b);
    bench("add", [&] { static_cast<void>(evaluator.add(a, b)); });
    bench("mul_plain", [&] { static_cast<void>(evaluator.mul(a, plain)); });
    bench("mul", [&] { static_cast<void>(evaluator.mul(a, b)); });
    bench("relinearize", [&] { static_cast<void>(evaluator.relinearize(product)); });
    bench("rescale", [&] { static_cast<void>(evaluator.rescale(evaluator.mul(a, 0.5))); });
    bench("mul_relin_rescale", [&] { static_cast<void>(evaluator.relinearize_rescale(evaluator.mul(a, b))); });
    bench("rotate1", [&] { static_cast<void>(evaluator.rotate(a, 1)); });
    const std::vector<int> steps{1, 2, 3, 4, 5, 6, 7, 8};
    bench("rotate8", [&] {
        for (const int s : steps) static_cast<void>(evaluator.rotate(a, s));
    });
    bench("rotate8_hoisted", [&] { static_cast<void>(evaluator.rotate_hoisted(a, steps)); });
}

/// sum_i p_i * rotate(a, i): with one division for each rotation, with one in all, and rescaled.
void bench_diagonals(const Bench& bench, const ckks::Parameters& parameters, const ckks::KeySet& keys, int count) {
    const ckks::Encryptor encryptor(keys.secret_key);
    const ckks::Evaluator evaluator(keys.evaluation_keys);
    const ckks::Encoder encoder(parameters);
    const auto a = encryptor.encrypt(random_values(parameters.slots()));
    std::vector<int> steps;
    std::vector<ckks::Plaintext> encoded;
    std::vector<ckks::IntegerPlaintext> integers;
    for (int i = 0; i < count; ++i) {
        steps.push_back(i);
        encoded.push_back(encoder.encode(random_values(parameters.slots()), parameters.depth()));
        integers.push_back(encoder.encode_integers(random_values(parameters.slots()), parameters.depth()));
    }
    std::vector<ckks::RotatedSum> sums(1);
    for (std::size_t i = 0; i < steps.size(); ++i) sums[0].push_back({&a, steps[i], false, false, &integers[i]});
    const std::string name = "diagonals" + std::to_string(count);
    bench(name + "_hoisted", [&] {
        const auto turned = evaluator.rotate_hoisted(a, steps);
        auto sum = evaluator.mul(turned[0], encoded[0]);
        for (std::size_t i = 1; i < turned.size(); ++i) {
            sum = evaluator.add(std::move(sum), evaluator.mul(turned[i], encoded[i]));
        }
        static_cast<void>(evaluator.rescale(std::move(sum)));
    });
    bench(name + "_double_hoisted", [&] { static_cast<void>(evaluator.sums_of_rotations_rescaled(sums)); });
}

void bench_all_diagonals(const Options& options, const std::string& set) {
    const auto parameters = ckks::Parameters::create({.depth = 14, .log_ring_dimension = 15});
    ckks::KeyRequest request{.relinearization = false};
    for (int steps = 1; steps < 64; ++steps) request.rotations.push_back(steps);
    const auto keys = ckks::generate_keys(parameters, request);
    const Bench bench(options, scheme_fields(options, set, parameters));
    for (const int count : {8, 16, 64}) bench_diagonals(bench, parameters, keys, count);
}

void bench_scheme(const Options& options, const std::string& set, int log_n, int depth) {
    const auto parameters = ckks::Parameters::create({.depth = depth, .log_ring_dimension = log_n});
    const auto keys = ckks::generate_keys(parameters, {.rotations = {1, 2, 3, 4, 5, 6, 7, 8}});
    const Bench bench(options, scheme_fields(options, set, parameters));
    bench_keys(bench, keys.secret_key);
    bench_codec(bench, parameters, keys);
    bench_evaluator(bench, parameters, keys);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Times the operations of the engine; one JSON object per line");
    app.add_option("--set", options.sets, "ntt, p13, p14, p15, diagonals (2 GB of keys)")->delimiter(',');
    app.add_option("--filter", options.filters, "operations; a trailing * matches a prefix")->delimiter(',');
    app.add_option("--reps", options.reps, "samples per operation");
    app.add_option("--threads", options.threads, "threads");
    CLI11_PARSE(app, argc, argv);
    const ThreadLimit limit(options.threads);
    for (const std::string& set : options.sets) {
        if (set == "ntt") bench_ntt(options);
        if (set == "p13") bench_scheme(options, set, 13, 2);
        if (set == "p14") bench_scheme(options, set, 14, 5);
        if (set == "p15") bench_scheme(options, set, 15, 14);
        if (set == "diagonals") bench_all_diagonals(options, set);
    }
}
