#include "mpc/replicated_core.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType key_type{0x0200, "key of a component"};
constexpr party::MessageType key_hash_type{0x0201, "hash of keys"};
constexpr party::MessageType input_type{0x0203, "masked input"};
constexpr party::MessageType voucher_type{0x0204, "hash of what was vouched for"};
constexpr party::MessageType checked_type{0x0205, "all hashes fit"};
constexpr party::MessageType opening_type{0x0206, "missing component"};
constexpr party::MessageType opening_hash_type{0x0207, "hash of the missing component"};
constexpr party::MessageType dealt_hash_type{0x0208, "hash of dealt shares"};

using Words = std::span<const std::uint64_t>;

Digest digest_of(const party::Party& me, const char* label, int about, Words words) {
    return me.hash(label, about, std::as_bytes(words));
}

}  // namespace

Replicated::Core::Core(party::Party& party) : me(party), n(party.count()), self(party.index()) {
    if (n != 3 && n != 4) {
        fail(ErrorCode::invalid_argument, "replicated sharing among {} parties; it is for three or four", n);
    }
    agree_on_keys();
}

void Replicated::Core::agree_on_keys() {
    std::array<Seed, max_replicated_parties> seeds{};
    for (int missing = 0; missing < n; ++missing) {
        const int chooser = missing == 0 ? 1 : 0;
        Seed& seed = seeds[static_cast<std::size_t>(missing)];
        if (self != chooser) continue;
        seed = me.rng().new_seed();
        for (const int other : me.others()) {
            if (other != missing) me.send(other, key_type, seed);
        }
    }
    for (int missing = 0; missing < n; ++missing) {
        const int chooser = missing == 0 ? 1 : 0;
        if (self == missing) continue;
        Seed& seed = seeds[static_cast<std::size_t>(missing)];
        if (self != chooser) seed = me.receive<Seed>(chooser, key_type);
        Digest key = me.hash("key of a replicated component", missing, seed);
        keys[static_cast<std::size_t>(missing)].emplace(key);
        wipe(key);
        seed = me.hash("check of a key", missing, seed);
    }
    unverified = n == 4;
    if (n == 3) return;
    const auto common = [&](int other) {  // of the two keys that both hold
        Hasher hasher;
        for (int missing = 0; missing < n; ++missing) {
            if (missing != self && missing != other) hasher.update(seeds[static_cast<std::size_t>(missing)]);
        }
        return hasher.finish();
    };
    for (const int other : me.others()) me.send(other, key_hash_type, common(other));
    for (const int other : me.others()) {
        if (me.receive<Digest>(other, key_hash_type) != common(other)) {
            me.accuse(other, "holds other keys than this party, or was given others");
        }
    }
}

Components Replicated::Core::zeros(std::size_t words) const {
    Components out;
    for (const int m : me.others()) out[static_cast<std::size_t>(m)].resize(words);
    return out;
}

template <class Ring>
Components Replicated::Core::input(int owner, Words values, std::size_t words) {
    if (owner < 0 || owner >= n || (self == owner && values.size() != words)) {
        fail(ErrorCode::invalid_argument, "input: {} words where {} are due from party {} of {}", values.size(), words,
             owner, n);
    }
    Components out = zeros(words);
    const int a = (owner + 1) % n;
    const int b = (owner + 2) % n;
    const int c = n == 3 ? b : (owner + 3) % n;  // the component that takes what the masks leave
    SecretVector<std::uint64_t> rest(words);
    if (self == owner) std::ranges::copy(values, rest.begin());
    SecretVector<std::uint64_t> mask(words);
    for (int masked = 0; masked < n; ++masked) {
        if (masked == owner || masked == c || masked == self) continue;
        key(masked).fill(mask);
        add_to<Ring>(out[static_cast<std::size_t>(masked)], mask);
        if (self == owner) subtract_from<Ring>(rest, mask);
    }
    for (const int to : n == 3 ? std::vector{a} : std::vector{a, b}) {
        if (self == owner && words != 0) me.send(to, input_type, Words(rest));
        if (self == to && words != 0) me.receive(owner, input_type, std::span<std::uint64_t>(rest));
    }
    if (self != c) add_to<Ring>(out[static_cast<std::size_t>(c)], rest);
    if (n == 3) return out;
    if (self == a) vouch(vouched[static_cast<std::size_t>(b)], rest);
    if (self == b) vouch(heard[static_cast<std::size_t>(a)], rest);
    unverified = true;
    return out;
}

void Replicated::Core::verify() {
    if (!unverified) return;
    const auto finish = [](std::optional<Hasher>& hasher, int from, int to) {
        if (!hasher) hasher.emplace();
        hasher->update(static_cast<std::uint64_t>(from));
        hasher->update(static_cast<std::uint64_t>(to));
        const Digest digest = hasher->finish();
        hasher.reset();
        return digest;
    };
    for (const int to : me.others()) {
        me.send(to, voucher_type, finish(vouched[static_cast<std::size_t>(to)], self, to));
    }
    for (const int from : me.others()) {
        const Digest expected = finish(heard[static_cast<std::size_t>(from)], from, self);
        if (me.receive<Digest>(from, voucher_type) != expected) {
            me.accuse(from, "vouches for other values than a third party sent; one of the two cheats");
        }
    }
    me.send_to_others(checked_type, std::uint8_t{1});  // nobody opens before everybody has found all hashes to fit
    for (const int from : me.others()) {
        if (me.receive<std::uint8_t>(from, checked_type) != 1) me.accuse(from, "confirmed its check wrongly");
    }
    unverified = false;
}

template <class Ring>
std::vector<std::uint64_t> Replicated::Core::open(const Components& x, std::size_t words, std::optional<int> receiver) {
    verify();
    std::vector<std::uint64_t> total(words);
    if (words == 0) return total;
    for (const int m : me.others()) {
        const Words component = x[static_cast<std::size_t>(m)];
        add_to<Ring>(total, component);
        if (receiver.value_or(m) != m) continue;
        if (self == (m + 1) % n) me.send(m, opening_type, component);
        if (n == 4 && self == (m + 2) % n) me.send(m, opening_hash_type, digest_of(me, "opening", m, component));
    }
    if (receiver.value_or(self) != self) return {};
    const auto missing = me.receive<std::uint64_t>((self + 1) % n, opening_type, words);
    if (n == 4) {
        const int witness = (self + 2) % n;
        if (me.receive<Digest>(witness, opening_hash_type) != digest_of(me, "opening", self, missing)) {
            me.accuse(witness,
                      fmt::format("opened something else than {}; one of the two cheats", me.name((self + 1) % n)));
        }
    }
    add_to<Ring>(total, missing);
    return total;
}

template <class Ring>
Components Replicated::Core::refresh(const Components& x, std::size_t words) {
    Components out = x;
    const auto zero = [](std::size_t, std::span<std::uint64_t> values) { std::ranges::fill(values, 0); };
    std::vector<Contribution> contributions;
    for (int g = 0; g + 1 < n; ++g) contributions.push_back({.g = g, .h = g + 1, .into = &out, .known = zero});
    contribute<Ring>(contributions, words);
    return out;
}

template <class Ring>
SecretVector<std::uint64_t> Replicated::Core::half(const Components& x, int which) const {
    const std::size_t first = which == 0 ? 0 : 2;
    const std::size_t count = which == 1 && n == 3 ? 1 : 2;
    SecretVector<std::uint64_t> sum;
    for (std::size_t m = first; m < first + count; ++m) {
        if (static_cast<int>(m) == self) return {};
        if (sum.empty()) {
            sum = x[m];
        } else {
            add_to<Ring>(sum, x[m]);
        }
    }
    return sum;
}

template <class Ring>
std::array<Components, 2> Replicated::Core::share_halves(std::array<SecretVector<std::uint64_t>, 2> values,
                                                         std::size_t words) {
    std::array<Components, 2> out{zeros(words), zeros(words)};
    std::vector<Contribution> contributions;
    contributions.push_back({.g = 0, .h = 1, .into = &out[0], .known = known_values(std::move(values[0]))});
    if (n == 4) {
        contributions.push_back({.g = 2, .h = 3, .into = &out[1], .known = known_values(std::move(values[1]))});
    } else if (self != 2) {
        out[1][2] = std::move(values[1]);  // known to all who hold component 2
    }
    contribute<Ring>(contributions, words);
    return out;
}

void Replicated::Core::confirm_dealt(std::span<const Components* const> shares) {
    const auto common = [&](int other) {  // of the components that both hold
        Hasher hasher;
        hasher.update(me.session());
        for (const Components* share : shares) {
            for (const int m : me.others()) {
                if (m != other) hasher.update(std::as_bytes(Words((*share)[static_cast<std::size_t>(m)])));
            }
        }
        return hasher.finish();
    };
    unverified = n == 4;  // who finds a difference does not confirm the next check
    for (const int other : me.others()) me.send(other, dealt_hash_type, common(other));
    for (const int other : me.others()) {
        if (me.receive<Digest>(other, dealt_hash_type) != common(other)) {
            me.accuse(other, "holds other shares of what was dealt than this party: it cheats, or a dealer does");
        }
    }
}

Components Replicated::Core::random(std::size_t words) {
    Components out = zeros(words);
    for (const int m : me.others()) key(m).fill(out[static_cast<std::size_t>(m)]);
    return out;
}

#define TACIT_FOR_RING(Ring)                                                                         \
    template Components Replicated::Core::input<Ring>(int, Words, std::size_t);                      \
    template std::vector<std::uint64_t> Replicated::Core::open<Ring>(const Components&, std::size_t, \
                                                                     std::optional<int>);            \
    template Components Replicated::Core::refresh<Ring>(const Components&, std::size_t);             \
    template SecretVector<std::uint64_t> Replicated::Core::half<Ring>(const Components&, int) const; \
    template std::array<Components, 2> Replicated::Core::share_halves<Ring>(                         \
        std::array<SecretVector<std::uint64_t>, 2>, std::size_t);
TACIT_FOR_RING(Additive)
TACIT_FOR_RING(Bitwise)
#undef TACIT_FOR_RING

}  // namespace tacit::mpc
