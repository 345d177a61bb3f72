#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <vector>

#include "tacit/base/random.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// Proof that the holder meant to touch secret-key material; made only by insecure_secret_key_access().
class SecretKeyAccess {
    SecretKeyAccess() = default;
    friend SecretKeyAccess insecure_secret_key_access();
    friend struct SecretKeyRows;
};

/// Opens secret keys to inspection and serialisation. Search for this name to find every place that does.
[[nodiscard]] SecretKeyAccess insecure_secret_key_access();

/// The ternary secret s, held in the evaluation domain modulo every prime [prime_count x N].
/// Wiped on destruction; moves, never copies, never prints, never compares.
class SecretKey {
public:
    [[nodiscard]] static SecretKey generate(const Parameters& parameters, Rng& rng);
    /// From residues that `residues` once returned; for parsing.
    [[nodiscard]] static SecretKey from_residues(const Parameters& parameters, SecretBuffer residues,
                                                 const SecretKeyAccess&);

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] std::span<const double> residues(const SecretKeyAccess&) const noexcept { return residues_.span(); }

private:
    friend struct SecretKeyRows;
    SecretKey(const Parameters& parameters, SecretBuffer residues)
        : parameters_(parameters), residues_(std::move(residues)) {}
    Parameters parameters_;
    SecretBuffer residues_;
};
bool operator==(const SecretKey&, const SecretKey&) = delete;
std::ostream& operator<<(std::ostream&, const SecretKey&) = delete;

/// (b, a) = (-a s + e, a) modulo Q, a expanded from a seed.
class PublicKey {
public:
    [[nodiscard]] static PublicKey generate(const SecretKey& secret, Rng& rng);
    /// From its serialised half; a is expanded again.
    PublicKey(const Parameters& parameters, const Seed& seed, ring::EvaluationPoly b);

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] const Seed& seed() const noexcept { return seed_; }
    [[nodiscard]] const ring::EvaluationPoly& b() const noexcept { return b_; }
    [[nodiscard]] const ring::EvaluationPoly& a() const noexcept { return a_; }

private:
    friend struct KeyMaker;
    Parameters parameters_;
    Seed seed_;
    ring::EvaluationPoly b_;
    ring::EvaluationPoly a_;
};

/// Hybrid key-switching key from s' to t [HK20]: for each digit j of primes D_j a pair
/// (b_j, a_j) = (-a_j t + e_j + P [primes of D_j] s', a_j) modulo QP. Serves every level.
class KeySwitchKey {
public:
    /// From its serialised half; the a_j are expanded from the seed.
    KeySwitchKey(const Parameters& parameters, const Seed& seed, std::vector<ring::EvaluationPoly> b);

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] std::size_t digits() const noexcept { return b_.size(); }
    [[nodiscard]] const Seed& seed() const noexcept { return seed_; }
    /// Rows are numbered like the primes: all q, then all p.
    [[nodiscard]] const ring::EvaluationPoly& b(std::size_t digit) const { return b_[digit]; }
    [[nodiscard]] const ring::EvaluationPoly& a(std::size_t digit) const { return a_[digit]; }
    [[nodiscard]] std::size_t memory_bytes() const;

private:
    friend struct KeyMaker;
    KeySwitchKey(const Parameters& parameters, const Seed& seed) : parameters_(parameters), seed_(seed) {}
    Parameters parameters_;
    Seed seed_;
    std::vector<ring::EvaluationPoly> b_;
    std::vector<ring::EvaluationPoly> a_;
};

/// Takes s^2 to s, so that a product has degree 1 again.
class RelinearizationKey {
public:
    [[nodiscard]] static RelinearizationKey generate(const SecretKey& secret, Rng& rng);
    explicit RelinearizationKey(KeySwitchKey key) : key_(std::move(key)) {}
    [[nodiscard]] const KeySwitchKey& key() const noexcept { return key_; }

private:
    KeySwitchKey key_;
};

/// Takes s to phi_g^-1(s), so that applying phi_g: X -> X^g last gives a ciphertext under s again.
class GaloisKey {
public:
    [[nodiscard]] static GaloisKey generate(const SecretKey& secret, std::uint64_t element, Rng& rng);
    GaloisKey(std::uint64_t element, KeySwitchKey key);
    [[nodiscard]] std::uint64_t element() const noexcept { return element_; }
    [[nodiscard]] const KeySwitchKey& key() const noexcept { return key_; }
    /// phi_g in the evaluation domain: out[i] = in[index()[i]].
    [[nodiscard]] const std::vector<std::uint32_t>& index() const noexcept { return index_; }

private:
    friend struct KeyMaker;
    std::uint64_t element_;
    KeySwitchKey key_;
    std::vector<std::uint32_t> index_;
};

/// Which evaluation keys a computation needs.
struct KeyRequest {
    bool relinearization = true;
    std::vector<int> rotations = {};  ///< steps to the left; any integers, taken modulo N/2; 0 is ignored
    bool conjugation = false;
};

/// The Galois elements of a request: those of its rotations in order, then conjugation; each once, and not 1.
[[nodiscard]] std::vector<std::uint64_t> galois_elements(const Parameters& parameters, const KeyRequest& request);

/// Everything that may travel to the one who computes. Holds no secret.
class EvaluationKeys {
public:
    explicit EvaluationKeys(const Parameters& parameters) : parameters_(parameters) {}
    /// Cost: (digits x (primes + special primes)) transforms per key; all cores.
    [[nodiscard]] static EvaluationKeys generate(const SecretKey& secret, const KeyRequest& request, Rng& rng);

    void set(RelinearizationKey key);
    void add(GaloisKey key);

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    /// Null if there is none.
    [[nodiscard]] const RelinearizationKey* relinearization() const noexcept {
        return relinearization_ ? &*relinearization_ : nullptr;
    }
    [[nodiscard]] const GaloisKey* galois(std::uint64_t element) const;
    [[nodiscard]] const std::map<std::uint64_t, GaloisKey>& galois_keys() const noexcept { return galois_; }
    [[nodiscard]] std::size_t memory_bytes() const;

private:
    Parameters parameters_;
    std::optional<RelinearizationKey> relinearization_;
    std::map<std::uint64_t, GaloisKey> galois_;
};

/// A complete set: the secret key stays, the others travel.
struct KeySet {
    SecretKey secret_key;
    PublicKey public_key;
    EvaluationKeys evaluation_keys;
};

/// Keys from the operating system's randomness.
[[nodiscard]] KeySet generate_keys(const Parameters& parameters, const KeyRequest& request = {});

}  // namespace tacit::ckks
