#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <string_view>

#include "oracle/cases.hpp"
#include "oracle/script.hpp"
#include "oracle/seal_format.hpp"

namespace tacit::oracle {

namespace {

using std::filesystem::path;

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

}  // namespace

void write_for_seal(Ours& ours, const path& folder) { OursForSeal(ours, folder).write(); }

}  // namespace tacit::oracle
