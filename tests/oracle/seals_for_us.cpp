#include <fmt/format.h>

#include <filesystem>

#include "oracle/cases.hpp"
#include "oracle/script.hpp"
#include "oracle/seal_format.hpp"
#include "tacit/base/files.hpp"

namespace tacit::oracle {

namespace {

using std::filesystem::path;

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

}  // namespace

bool check_seals(Ours& ours, const path& folder) { return SealsForUs(ours, folder).check(); }

}  // namespace tacit::oracle
