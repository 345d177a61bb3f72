// SEAL as an outside oracle. `run.sh` calls, for one set of parameters and one folder:
//
//     seal_oracle write SET FOLDER   our keys, ciphertexts and what must come out, for SEAL
//     oracle.mjs FOLDER/ours.json    SEAL decrypts, computes with our keys, and leaves its own objects
//     seal_oracle check SET FOLDER   we decrypt SEAL's and go on with them, under our keys and under SEAL's
//     oracle.mjs FOLDER/seals.json   SEAL decrypts what we made under its keys
//
// Every line of the table gives the largest error of a slot beside its bound, how near to its own bound any slot came,
// and the root mean square of the errors over what theory says. All of Tacit's randomness is fixed, SEAL's is not.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "oracle/prediction.hpp"
#include "oracle/script.hpp"
#include "oracle/seal_format.hpp"
#include "ring/automorphism.hpp"
#include "tacit/base/error.hpp"
#include "tacit/base/files.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::oracle {
namespace {

using ckks::Ciphertext;
using std::filesystem::path;

/// Chooses the primes that are hardest on the engine's arithmetic: the largest as special prime, the next as base.
ckks::ParameterSpec with_largest_primes(ckks::ParameterSpec spec) {
    const std::uint64_t two_n = std::uint64_t{2} << *spec.log_ring_dimension;
    std::vector<std::uint64_t> used;
    const auto next = [&](int bits) {
        used.push_back(math::nearest_ntt_prime(std::ldexp(1.0, bits) - 1, two_n, used));
        return used.back();
    };
    spec.special_primes = {next(math::max_modulus_bits)};
    spec.primes = {next(math::max_modulus_bits)};
    for (int level = 1; level <= spec.depth; ++level) spec.primes.push_back(next(spec.scale_bits));
    return spec;
}

/// Secure by Tacit's table and by SEAL's own for 128 bits. SEAL has one special prime and digits of one prime.
ckks::ParameterSpec parameter_set(std::string_view name) {
    if (name == "n13_scale30") {
        return {.depth = 4, .scale_bits = 30, .integer_bits = 9, .log_ring_dimension = 13, .digits = 5};
    }
    if (name == "n13_scale40") {
        return with_largest_primes({.depth = 2, .scale_bits = 40, .integer_bits = 8, .log_ring_dimension = 13});
    }
    if (name == "n14_scale45") {
        return with_largest_primes({.depth = 5, .scale_bits = 45, .integer_bits = 3, .log_ring_dimension = 14});
    }
    throw std::invalid_argument(fmt::format("there is no parameter set {}", name));
}

Seed fixed_seed() {
    Seed seed{};
    seed[0] = std::byte{0x5E};
    return seed;
}

constexpr std::array our_steps{1, -3, 1000};     // rotations by powers of 5
constexpr std::array seal_steps{1, 7, -3};       // rotations by powers of 3
constexpr std::array common_steps{2, -4, 1000};  // even powers of 5 are powers of 3

/// Tacit's side: parameters, keys and values, the same in every run.
struct Ours {
    explicit Ours(const ckks::ParameterSpec& spec)
        : parameters(ckks::Parameters::create(spec)),
          predictor(parameters),
          rng(fixed_seed()),
          secret(ckks::SecretKey::generate(parameters, rng)),
          public_key(ckks::PublicKey::generate(secret, rng)),
          keys(make_keys()),
          x(reals()),
          y(reals()),
          z(complexes()) {}

    [[nodiscard]] ckks::EvaluationKeys make_keys() {
        auto made = ckks::EvaluationKeys::generate(
            secret, {.rotations = {our_steps.begin(), our_steps.end()}, .conjugation = true}, rng);
        for (const int steps : seal_steps) {
            made.add(ckks::GaloisKey::generate(secret, predictor.slots().seal_element(steps), rng));
        }
        return made;
    }
    [[nodiscard]] double uniform() { return static_cast<double>(rng.next() >> 11) * 0x1p-52 - 1; }
    [[nodiscard]] Complexes reals() {
        Complexes values(parameters.slots());
        for (auto& value : values) value = uniform();
        return values;
    }
    [[nodiscard]] Complexes complexes() {
        Complexes values(parameters.slots());
        for (auto& value : values) {
            const double real = uniform();
            value = {real, uniform()};
        }
        return values;
    }
    [[nodiscard]] std::uint64_t element(int steps) const {
        return ring::galois_element(steps, parameters.log_ring_dimension());
    }
    [[nodiscard]] std::uint64_t conjugation() const {
        return ring::conjugation_element(parameters.log_ring_dimension());
    }
    [[nodiscard]] int top() const { return parameters.depth(); }

    ckks::Parameters parameters;
    Predictor predictor;
    Rng rng;
    ckks::SecretKey secret;
    ckks::PublicKey public_key;
    ckks::EvaluationKeys keys;
    Complexes x;
    Complexes y;
    Complexes z;
};

/// Encryptions and what becomes of them, side by side.
struct Pair {
    Ciphertext ciphertext;
    Expectation expected;
};

/// Tacit's operations on pairs.
class Computation {
public:
    Computation(const Predictor& predictor, const ckks::EvaluationKeys& keys)
        : predict_(&predictor), evaluator_(keys) {}

    [[nodiscard]] Pair product(const Pair& a, const Pair& b) const {
        return {evaluator_.mul(a.ciphertext, b.ciphertext), predict_->product(a.expected, b.expected)};
    }
    [[nodiscard]] Pair sum(const Pair& a, const Pair& b) const {
        return {evaluator_.add(a.ciphertext, b.ciphertext), predict_->sum(a.expected, b.expected)};
    }
    [[nodiscard]] Pair relinearized(const Pair& a) const {
        const int level = a.ciphertext.level();
        return {evaluator_.relinearize(a.ciphertext), predict_->relinearized(a.expected, Library::tacit, level, 2)};
    }
    [[nodiscard]] Pair rescaled(const Pair& a) const {
        return {evaluator_.rescale(a.ciphertext), predict_->rescaled(a.expected, a.ciphertext.level() - 1)};
    }
    [[nodiscard]] Pair relinearized_rescaled(const Pair& a) const {
        const int level = a.ciphertext.level();
        return {evaluator_.relinearize_rescale(a.ciphertext),
                predict_->rescaled(predict_->relinearized(a.expected, Library::tacit, level, 2), level - 1)};
    }
    [[nodiscard]] Pair dropped(const Pair& a, int level) const {
        return {evaluator_.drop_level(a.ciphertext, level), predict_->rescaled(a.expected, level)};
    }
    [[nodiscard]] Pair rotated(const Pair& a, int steps) const {
        return {evaluator_.rotate(a.ciphertext, steps), galois(a, element(steps))};
    }
    [[nodiscard]] Pair rotated_hoisted(const Pair& a, int steps) const {
        auto ciphertexts = evaluator_.rotate_hoisted(a.ciphertext, std::array{steps, steps});
        return {std::move(ciphertexts.back()), galois(a, element(steps))};
    }
    [[nodiscard]] Pair conjugated(const Pair& a) const {
        const int log_n = evaluator_.parameters().log_ring_dimension();
        return {evaluator_.conjugate(a.ciphertext), galois(a, ring::conjugation_element(log_n))};
    }

private:
    [[nodiscard]] std::uint64_t element(int steps) const {
        return ring::galois_element(steps, evaluator_.parameters().log_ring_dimension());
    }
    [[nodiscard]] Expectation galois(const Pair& a, std::uint64_t element) const {
        return predict_->galois(a.expected, element, Library::tacit, a.ciphertext.level());
    }

    const Predictor* predict_;
    ckks::Evaluator evaluator_;
};

/// Adds one to a residue modulo the first prime, in the evaluation domain: an error of about q in every coefficient.
Ciphertext tampered(const Ciphertext& ciphertext) {
    Ciphertext out = ciphertext.clone();
    out.poly(0).limb(0)[7] = out.poly(0).limb(0)[7] > 0 ? out.poly(0).limb(0)[7] - 1 : out.poly(0).limb(0)[7] + 1;
    return out;
}

std::string joined(const std::vector<std::int64_t>& numbers) { return fmt::format("[{}]", fmt::join(numbers, ",")); }

/// The cases in which SEAL works on ours.
class OursForSeal {
public:
    OursForSeal(Ours& ours, const path& folder)
        : ours_(ours), predict_(ours.predictor), script_(folder, "ours_", predict_), compute_(predict_, ours.keys) {}

    void write() {
        write_keys();
        decrypt_fresh();
        decrypt_computed();
        multiply_ours();
        rotate_ours();
        encrypt_under_ours();
        refuse_tampered();
        script_.write("ours.json");
    }

private:
    [[nodiscard]] Pair symmetric(const Complexes& values, int level) {
        return {symmetric_.encrypt(symmetric_.encoder().encode(values, level), ours_.rng),
                predict_.encrypted(values, Encryption::tacit_symmetric, level)};
    }
    [[nodiscard]] Pair under_public_key(const Complexes& values, int level) {
        return {public_.encrypt(public_.encoder().encode(values, level), ours_.rng),
                predict_.encrypted(values, Encryption::tacit_public, level)};
    }
    void decrypts(const std::string& what, const Pair& pair) {
        script_.expect("SEAL decrypts ours: " + what, {Step("load", script_.file(pair.ciphertext))}, pair.expected);
    }
    /// The imaginary parts: SEAL multiplies by our encoding of -i and looks at the real parts.
    void decrypts_imaginary(const std::string& title, Steps steps, const Expectation& expected) {
        steps.emplace_back("multiply_plain", minus_i_);
        script_.expect(title, steps, predict_.times(expected, {0, -1}));
    }

    void write_keys() {
        script_.set("parameters",
                    fmt::format(R"("{}")", script_.file("parameters", write_parameters(ours_.parameters))));
        std::vector<std::string> scales;
        for (int level = 0; level <= ours_.top(); ++level)
            scales.push_back(fmt::format("{}", ours_.parameters.scale(level)));
        script_.set("scales", fmt::format("[{}]", fmt::join(scales, ",")));
        script_.set("secrets",
                    fmt::format(R"({{"ours":"{}"}})", script_.file("secret", write_secret_key(ours_.secret))));
        script_.set("publics", fmt::format(R"({{"ours":"{}"}})",
                                           script_.file("public", write_public_key(ours_.public_key, ours_.secret))));
        Bytes relinearization = write_relinearization_key(*ours_.keys.relinearization());
        const std::string good = script_.file("relin", relinearization);
        // The lowest byte of a residue of b_0 modulo q_0: header, set, header, key, header, count, residues.
        constexpr std::size_t first_residue = 16 + 32 + 8 + 8 + 16 + 32 + 1 + 8 + 8 + 8 + 8 + 8 + 16 + 8;
        relinearization[first_residue + 8 * 7] ^= std::byte{1};
        script_.set("relins", fmt::format(R"({{"ours":"{}","tampered":"{}"}})", good,
                                          script_.file("tampered_relin", relinearization)));
        const auto galois = write_galois_keys(ours_.parameters, ours_.keys.galois_keys());
        script_.set("galois", fmt::format(R"({{"ours":"{}"}})", script_.file("galois", galois)));
        std::vector<std::int64_t> own_steps{0};  // SEAL's name for conjugation
        for (const int steps : common_steps) own_steps.push_back(predict_.slots().seal_steps(ours_.element(steps)));
        script_.set("generate", fmt::format(R"([{{"name":"seal","secret":"ours","steps":[1]}},)"
                                            R"({{"name":"own","steps":{},"save":true}}])",
                                            joined(own_steps)));
        const Complexes minus_i(1, {0, -1});
        minus_i_ = script_.file("minus_i", write_plaintext(symmetric_.encoder().encode(minus_i, ours_.top())));
        x_ = script_.file("x", ours_.x);
        y_ = script_.file("y", ours_.y);
    }

    void decrypt_fresh() {
        decrypts("symmetric", symmetric(ours_.x, ours_.top()));
        decrypts("public key", under_public_key(ours_.x, ours_.top()));
        decrypts("symmetric, level 0", symmetric(ours_.x, 0));
        const Pair z = symmetric(ours_.z, ours_.top());
        decrypts("complex values, real parts", z);
        decrypts_imaginary("SEAL decrypts ours: complex values, imaginary parts",
                           {Step("load", script_.file(z.ciphertext))}, z.expected);
    }

    void decrypt_computed() {
        const Pair x = symmetric(ours_.x, ours_.top());
        const Pair y = under_public_key(ours_.y, ours_.top());
        const Pair z = symmetric(ours_.z, ours_.top());
        const Pair product = compute_.product(x, y);
        decrypts("sum", compute_.sum(x, y));
        decrypts("product of degree 2", product);
        decrypts("product, relinearised", compute_.relinearized(product));
        decrypts("product, relinearised, rescaled", compute_.rescaled(compute_.relinearized(product)));
        decrypts("product, relinearised and rescaled at once", compute_.relinearized_rescaled(product));
        decrypts("dropped to level 0", compute_.dropped(x, 0));
        Pair power = symmetric(ours_.x, ours_.top());
        for (int level = ours_.top(); level > 0; --level) {
            power = compute_.relinearized_rescaled(compute_.product(power, symmetric(ours_.y, level)));
        }
        decrypts(fmt::format("{} products in a row, level 0", ours_.top()), power);
        for (const int steps : our_steps) decrypts(fmt::format("rotated by {}", steps), compute_.rotated(x, steps));
        decrypts("rotated by 1, hoisted", compute_.rotated_hoisted(x, 1));
        const Pair conjugated = compute_.conjugated(z);
        decrypts_imaginary("SEAL decrypts ours: conjugated, imaginary parts",
                           {Step("load", script_.file(conjugated.ciphertext))}, conjugated.expected);
    }

    [[nodiscard]] Expectation seal_product(const Expectation& product, int level) const {
        return predict_.rescaled(predict_.relinearized(product, Library::seal, level, 2), level - 1);
    }

    void multiply_ours() {
        const int top = ours_.top();
        const Pair x = symmetric(ours_.x, top), y = under_public_key(ours_.y, top);
        const std::string x_file = script_.file(x.ciphertext), y_file = script_.file(y.ciphertext);
        const Steps load_y{Step("load", y_file)};
        const Expectation product = predict_.product(x.expected, y.expected);
        script_.expect("SEAL multiplies ours", {Step("load", x_file), Step("multiply", load_y)}, product);
        for (const char* const key : {"ours", "seal"}) {
            script_.expect(fmt::format("SEAL multiplies ours, relinearises with {} key, rescales", name(key)),
                           {Step("load", x_file), Step("multiply", load_y), Step("relinearize", key), Step("rescale")},
                           seal_product(product, top));
        }
        script_.expect("SEAL squares ours, relinearises with our key, rescales",
                       {Step("load", x_file), Step("square"), Step("relinearize", "ours"), Step("rescale")},
                       seal_product(predict_.square(x.expected), top));
        const Pair ours = compute_.product(x, y);
        script_.expect("SEAL relinearises our product with our key, rescales",
                       {Step("load", script_.file(ours.ciphertext)), Step("relinearize", "ours"), Step("rescale")},
                       seal_product(ours.expected, top));
        const Pair low = symmetric(ours_.x, 1);
        script_.expect(
            "SEAL squares ours at level 1, relinearises with our key, rescales",
            {Step("load", script_.file(low.ciphertext)), Step("square"), Step("relinearize", "ours"), Step("rescale")},
            seal_product(predict_.square(low.expected), 1));
        const Pair rescaled = compute_.rescaled(compute_.relinearized(ours));
        const Pair other = symmetric(ours_.z, top - 1);
        const Steps load_other{Step("load", script_.file(other.ciphertext))};
        script_.expect("SEAL adds two of ours",
                       {Step("load", script_.file(rescaled.ciphertext)), Step("add", load_other)},
                       predict_.sum(rescaled.expected, other.expected));
    }

    void rotate_ours() {
        const int top = ours_.top();
        const Pair x = symmetric(ours_.x, top), z = symmetric(ours_.z, top), low = symmetric(ours_.x, 0);
        const std::string x_file = script_.file(x.ciphertext);
        for (const int steps : seal_steps) {
            script_.expect(fmt::format("SEAL rotates ours by {} with our key", steps),
                           {Step("load", x_file), Step("rotate", steps, "ours")},
                           predict_.galois(x.expected, predict_.slots().seal_element(steps), Library::seal, top));
        }
        for (const int steps : our_steps) {
            script_.expect(fmt::format("SEAL applies our rotation by {} with our key", steps),
                           {Step("load", x_file), Step("galois", ours_.element(steps), "ours")},
                           predict_.galois(x.expected, ours_.element(steps), Library::seal, top));
        }
        script_.expect("SEAL applies our rotation by 1 at level 0 with our key",
                       {Step("load", script_.file(low.ciphertext)), Step("galois", ours_.element(1), "ours")},
                       predict_.galois(low.expected, ours_.element(1), Library::seal, 0));
        script_.expect("SEAL rotates ours by 1 with SEAL's key", {Step("load", x_file), Step("rotate", 1, "seal")},
                       predict_.galois(x.expected, predict_.slots().seal_element(1), Library::seal, top));
        decrypts_imaginary("SEAL conjugates ours with our key, imaginary parts",
                           {Step("load", script_.file(z.ciphertext)), Step("conjugate", "ours")},
                           predict_.galois(z.expected, ours_.conjugation(), Library::seal, top));
    }

    /// SEAL's own ciphertexts, for `check`.
    void encrypt_under_ours() {
        const int top = ours_.top();
        const auto encryption = [&](const char* kind, const std::string& values, int level) {
            return Steps{Step("encrypt", kind, "ours", values, level, level)};
        };
        const auto fresh = [&](const Complexes& values, Encryption kind, int level) {
            return predict_.encrypted(values, kind, level);
        };
        const Expectation x = fresh(ours_.x, Encryption::seal_public, top);
        const Expectation y = fresh(ours_.y, Encryption::seal_symmetric, top);
        const Steps encrypt_x = encryption("public", x_, top), encrypt_y = encryption("symmetric", y_, top);
        script_.save("SEAL encrypts under our public key", encrypt_x, x, "seal_public");
        script_.save("SEAL encrypts under our secret key", encrypt_y, y, "seal_symmetric");
        script_.save("SEAL encrypts under our public key at level 0", encryption("public", x_, 0),
                     fresh(ours_.x, Encryption::seal_public, 0), "seal_public_0");

        // Encrypted at the top with the scale of level 0 and dropped: SEAL leaves primes out, adding no error.
        Expectation dropped = fresh(ours_.x, Encryption::seal_public, top);
        for (double& variance : dropped.variance) {
            variance *= std::pow(ours_.parameters.scale(top) / ours_.parameters.scale(0), 2);
        }
        script_.save("SEAL encrypts and drops to level 0",
                     {Step("encrypt", "public", "ours", x_, top, 0), Step("drop", 0)}, dropped, "seal_dropped");

        const Expectation product = predict_.product(x, y);
        Steps steps = encrypt_x;
        steps.emplace_back("multiply", encrypt_y);
        script_.save("SEAL's product of degree 2", steps, product, "seal_product");
        for (const char* const key : {"ours", "seal"}) {
            Steps more = steps;
            more.emplace_back("relinearize", key);
            more.emplace_back("rescale");
            script_.save(fmt::format("SEAL's product, relinearised with {} key, rescaled", name(key)), more,
                         seal_product(product, top), std::string("seal_relinearized_") + key);
        }
        for (const int rotation : seal_steps) {
            Steps rotated = encrypt_x;
            rotated.emplace_back("rotate", rotation, "ours");
            script_.save(fmt::format("SEAL's, rotated by {} with our key", rotation), rotated,
                         predict_.galois(x, predict_.slots().seal_element(rotation), Library::seal, top),
                         fmt::format("seal_rotated_{}", rotation));
        }
        // Under a key of SEAL's own.
        script_.save("SEAL encrypts under its own public key", {Step("encrypt", "public", "own", x_, top, top)}, x,
                     "own_public", "own");
        script_.save("SEAL encrypts under its own secret key", {Step("encrypt", "symmetric", "own", y_, top, top)}, y,
                     "own_symmetric", "own");
    }

    void refuse_tampered() {
        const int top = ours_.top();
        const Pair x = symmetric(ours_.x, top);
        const std::string file = script_.file(x.ciphertext);
        script_.expect_garbage("SEAL decrypts ours with one residue off by one",
                               {Step("load", script_.file(tampered(x.ciphertext)))}, x.expected);
        script_.expect_garbage("SEAL decrypts ours with another secret key", {Step("load", file)}, x.expected, "own");
        script_.expect_garbage("SEAL relinearises with our key, one residue off by one",
                               {Step("load", file), Step("square"), Step("relinearize", "tampered"), Step("rescale")},
                               seal_product(predict_.square(x.expected), top));
        script_.expect_garbage("SEAL relinearises with a key of its own for another secret",
                               {Step("load", file), Step("square"), Step("relinearize", "own"), Step("rescale")},
                               seal_product(predict_.square(x.expected), top));
    }

    static const char* name(std::string_view key) { return key == "ours" ? "our" : "SEAL's"; }

    Ours& ours_;
    const Predictor& predict_;
    Script script_;
    Computation compute_;
    ckks::Encryptor symmetric_{ours_.secret};
    ckks::Encryptor public_{ours_.public_key};
    std::string minus_i_;
    std::string x_;
    std::string y_;
};

constexpr double least_garbage = 1000;  // times the bound

/// Prints lines of the table and remembers whether all held.
class Table {
public:
    void line(const std::string& title, const Complexes& measured, const Expectation& expected) {
        const Comparison result = compare(measured, expected);
        fmt::print("{:<80} {:.1e} (bound {:.1e}), {:.2f} of the bound, rms/theory {:.2f}{}\n", title + ":",
                   result.error, result.bound, result.worst, result.rms, result.holds() ? "" : "  FAILED");
        failed_ |= !result.holds();
    }
    void garbage(const std::string& title, const Complexes& measured, const Expectation& expected) {
        const Comparison result = compare(measured, expected);
        const bool holds = !(result.error < least_garbage * result.bound);
        fmt::print("{:<80} {:.1e} (must exceed {:.1e}){}\n", title + ":", result.error, least_garbage * result.bound,
                   holds ? "" : "  FAILED");
        failed_ |= !holds;
    }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    bool failed_ = false;
};

/// The cases in which we work on SEAL's.
class SealsForUs {
public:
    SealsForUs(Ours& ours, path folder) : ours_(ours), predict_(ours.predictor), folder_(std::move(folder)) {}

    [[nodiscard]] bool check() {
        under_our_keys();
        under_seals_keys();
        return !table_.failed();
    }

private:
    [[nodiscard]] std::vector<std::byte> bytes(const std::string& name) const {
        return read_file(folder_ / name, std::uint64_t{1} << 30);
    }
    [[nodiscard]] Pair seals(const std::string& name) const {
        return {read_ciphertext(ours_.parameters, bytes(name + ".ct")),
                read_expectation(folder_ / (name + ".f64"), predict_.slots())};
    }
    void decrypts(const std::string& title, const ckks::Decryptor& decryptor, const Pair& pair) {
        table_.line(title, decryptor.decrypt_complex(pair.ciphertext), pair.expected);
    }

    void under_our_keys() {
        const ckks::Decryptor decryptor(ours_.secret);
        const Computation compute(predict_, ours_.keys);
        const ckks::Encryptor encryptor(ours_.secret);
        const int top = ours_.top();
        const auto decrypt = [&](const std::string& title, const Pair& pair) { decrypts(title, decryptor, pair); };

        decrypt("We decrypt SEAL's: public key", seals("seal_public"));
        decrypt("We decrypt SEAL's: symmetric", seals("seal_symmetric"));
        decrypt("We decrypt SEAL's: public key, level 0", seals("seal_public_0"));
        decrypt("We decrypt SEAL's: dropped to level 0", seals("seal_dropped"));
        decrypt("We decrypt SEAL's: product of degree 2", seals("seal_product"));
        decrypt("We decrypt SEAL's: product, relinearised with our key, rescaled", seals("seal_relinearized_ours"));
        decrypt("We decrypt SEAL's: product, relinearised with SEAL's key, rescaled", seals("seal_relinearized_seal"));
        for (const int steps : seal_steps) {
            decrypt(fmt::format("We decrypt SEAL's: rotated by {} with our key", steps),
                    seals(fmt::format("seal_rotated_{}", steps)));
        }

        const Pair x = seals("seal_public");
        const Pair z{encryptor.encrypt(encryptor.encoder().encode(ours_.z, top), ours_.rng),
                     predict_.encrypted(ours_.z, Encryption::tacit_symmetric, top)};
        decrypt("We add ours to SEAL's", compute.sum(x, z));
        decrypt("We multiply SEAL's by ours, relinearise and rescale",
                compute.relinearized_rescaled(compute.product(x, z)));
        decrypt("We relinearise and rescale SEAL's product of degree 2",
                compute.relinearized_rescaled(seals("seal_product")));
        for (const int steps : our_steps) {
            decrypt(fmt::format("We rotate SEAL's by {}", steps), compute.rotated_hoisted(x, steps));
        }
        decrypt("We drop SEAL's to level 0", compute.dropped(x, 0));
        Pair chain = seals("seal_relinearized_ours");
        while (chain.ciphertext.level() > 0) {
            const int level = chain.ciphertext.level();
            const Pair factor = level == top - 1 ? seals("seal_relinearized_seal") : compute.dropped(x, level);
            chain = compute.relinearized_rescaled(compute.product(chain, factor));
        }
        decrypt(fmt::format("We go on with SEAL's product down to level 0, {} in a row", top - 1), chain);
        table_.garbage("We decrypt SEAL's with one residue off by one",
                       decryptor.decrypt_complex(tampered(x.ciphertext)), x.expected);
    }

    void under_seals_keys() {
        const ckks::Parameters& parameters = ours_.parameters;
        const int top = ours_.top();
        const ckks::SecretKey secret = read_secret_key(parameters, bytes("own.secret"));
        const ckks::PublicKey public_key = read_public_key(parameters, bytes("own.public"));
        ckks::EvaluationKeys keys(parameters);
        keys.set(read_relinearization_key(parameters, bytes("own.relin")));
        for (ckks::GaloisKey& key : read_galois_keys(parameters, bytes("own.galois"))) keys.add(std::move(key));
        const Computation compute(predict_, keys);
        const ckks::Decryptor decryptor(secret);
        const ckks::Encryptor encryptor(public_key);
        Script script(folder_, "back_", predict_);
        script.set("parameters", "\"ours_parameters\"");
        script.set("secrets", R"({"own":"own.secret"})");
        // Both decrypt with SEAL's secret key.
        const auto decrypt = [&](const std::string& what, const Pair& pair) {
            decrypts("SEAL's keys, we decrypt: " + what, decryptor, pair);
            script.expect("SEAL's keys, SEAL decrypts: " + what, {Step("load", script.file(pair.ciphertext))},
                          pair.expected, "own");
        };
        const Pair x = seals("own_public");
        decrypt("SEAL's, public key", x);
        decrypt("SEAL's, symmetric", seals("own_symmetric"));
        const Pair z{encryptor.encrypt(encryptor.encoder().encode(ours_.z, top), ours_.rng),
                     predict_.encrypted(ours_.z, Encryption::tacit_public, top)};
        decrypt("ours under SEAL's public key", z);
        const Pair product = compute.product(x, z);
        decrypt("product that we relinearised", compute.relinearized(product));
        decrypt("product that we relinearised and rescaled at once", compute.relinearized_rescaled(product));
        for (const int steps : common_steps) {
            decrypt(fmt::format("SEAL's that we rotated by {}", steps), compute.rotated(x, steps));
        }
        decrypt("SEAL's that we rotated by 2, hoisted", compute.rotated_hoisted(x, 2));
        decrypt("SEAL's that we rotated by 2 at level 0", compute.rotated(compute.dropped(x, 0), 2));
        decrypt("ours that we conjugated", compute.conjugated(z));
        script.write("seals.json");
    }

    Ours& ours_;
    const Predictor& predict_;
    path folder_;
    Table table_;
};

int run(std::span<const char* const> arguments) {
    if (arguments.size() != 3) throw std::invalid_argument("usage: seal_oracle write|check SET FOLDER");
    Ours ours(parameter_set(arguments[1]));
    const path folder = arguments[2];
    if (arguments[0] == std::string_view("write")) {
        fmt::print("{}\n", ours.parameters.summary());
        OursForSeal(ours, folder).write();
        return 0;
    }
    return SealsForUs(ours, folder).check() ? 0 : 1;
}

}  // namespace
}  // namespace tacit::oracle

int main(int count, char** arguments) {
    try {
        return tacit::oracle::run({arguments + 1, static_cast<std::size_t>(count - 1)});
    } catch (const std::exception& error) {
        fmt::print(stderr, "seal_oracle: {}\n", error.what());
        return 1;
    }
}
