// The step that all of replicated sharing is made of: values that some parties know are shared anew.
#include <algorithm>
#include <utility>

#include "mpc/replicated_core.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType contribution_type{0x0202, "masked values"};
/// Of one vector; the dozen pieces that a product works on fit into a core's own cache.
constexpr std::size_t piece_words = 4096;

using Words = std::span<const std::uint64_t>;

std::size_t index(int party) noexcept { return static_cast<std::size_t>(party); }

/// Adds sums of `length` products each, of the entries from `first * length` on.
template <class Ring>
void add_products_to(std::span<std::uint64_t> sums, Words x, Words y, std::size_t first, std::size_t length) noexcept {
    if (length == 1) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] = Ring::add(sums[i], Ring::multiply(x[first + i], y[first + i]));
        }
        return;
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        std::uint64_t sum = sums[i];
        const std::size_t end = (first + i + 1) * length;
        for (std::size_t j = (first + i) * length; j < end; ++j) sum = Ring::add(sum, Ring::multiply(x[j], y[j]));
        sums[i] = sum;
    }
}

/// Which component is masked for whom: every pair of parties once, nobody a receiver much more often than others.
std::span<const std::pair<int, int>> pairs(int n) noexcept {
    static constexpr std::pair<int, int> three[] = {{0, 1}, {1, 2}, {2, 0}};
    static constexpr std::pair<int, int> four[] = {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}, {1, 3}};
    return n == 3 ? std::span<const std::pair<int, int>>(three) : std::span<const std::pair<int, int>>(four);
}

}  // namespace

Contribution::Known known_values(SecretVector<std::uint64_t> values) {
    return [all = std::move(values)](std::size_t first, std::span<std::uint64_t> piece) {
        std::ranges::copy(Words(all).subspan(first, piece.size()), piece.begin());
    };
}

Words Replicated::Core::sent_by(int sender, const Contribution& one, Words values) const {
    if (n == 3) return values;
    int other = 0;
    while (other == sender || other == one.g || other == one.h) ++other;
    const std::size_t lower = (values.size() + 1) / 2;
    return sender < other ? values.first(lower) : values.subspan(lower);
}

void Replicated::Core::vouch(std::optional<Hasher>& hasher, Words values) {
    if (!hasher) {
        hasher.emplace();
        hasher->update(me.session());
    }
    hasher->update(std::as_bytes(values));
}

template <class Ring>
void Replicated::Core::give(const Contribution& one, Piece piece, Box& scratch, Box& outbox) {
    const auto of = [&](int component) {
        return std::span((*one.into)[index(component)]).subspan(piece.first, piece.count);
    };
    const std::span<std::uint64_t> mask = std::span(scratch).first(piece.count);
    key(one.h).fill(mask);
    add_to<Ring>(of(one.h), mask);
    if (self == one.g) return;
    const std::span<std::uint64_t> values = std::span(scratch).last(piece.count);
    one.known(piece.first, values);
    subtract_from<Ring>(values, mask);
    add_to<Ring>(of(one.g), values);
    const Words mine = sent_by(self, one, values);
    outbox.insert(outbox.end(), mine.begin(), mine.end());
    if (n == 4) vouch(vouched[index(one.h)], sent_by(6 - self - one.g - one.h, one, values));
}

template <class Ring>
void Replicated::Core::take(std::span<const Contribution> contributions, Piece piece, Boxes& inbox) {
    std::array<std::size_t, max_replicated_parties> read{};
    for (const int from : me.others()) {
        inbox[index(from)].resize(due(contributions, piece, from));
        if (!inbox[index(from)].empty()) me.receive(from, contribution_type, std::span(inbox[index(from)]));
    }
    for (const Contribution& one : contributions) {
        if (self != one.h) continue;
        const auto component = std::span((*one.into)[index(one.g)]).subspan(piece.first, piece.count);
        for (const int from : me.others()) {
            if (from == one.g) continue;
            const Words place = sent_by(from, one, component);
            const auto offset = static_cast<std::size_t>(place.data() - component.data());
            const Words values = Words(inbox[index(from)]).subspan(read[index(from)], place.size());
            read[index(from)] += place.size();
            add_to<Ring>(component.subspan(offset, place.size()), values);
            if (n == 4) vouch(heard[index(6 - one.g - one.h - from)], values);
        }
    }
}

std::size_t Replicated::Core::due(std::span<const Contribution> contributions, Piece piece, int from) const {
    std::size_t words = 0;
    for (const Contribution& one : contributions) {
        if (self != one.h || from == one.g) continue;
        words += sent_by(from, one, Words((*one.into)[index(one.g)]).subspan(piece.first, piece.count)).size();
    }
    return words;
}

template <class Ring>
void Replicated::Core::contribute(std::span<const Contribution> contributions, std::size_t words,
                                  const Before& before) {
    Boxes outbox;
    Boxes inbox;
    Box scratch(2 * std::min(piece_words, words));
    const auto piece_from = [&](std::size_t first) { return Piece{first, std::min(piece_words, words - first)}; };
    const auto has_come = [&](Piece piece) {
        return std::ranges::all_of(me.others(), [&](int from) {
            const std::size_t due_words = due(contributions, piece, from);
            return due_words == 0 || me.has_come(from, sizeof(std::uint64_t) * due_words);
        });
    };
    std::size_t taken = 0;
    for (std::size_t first = 0; first < words; first += piece_words) {
        const Piece piece = piece_from(first);
        before(piece.first, piece.count);
        for (const Contribution& one : contributions) {
            if (self != one.h) give<Ring>(one, piece, scratch, outbox[index(one.h)]);
        }
        for (const int to : me.others()) {
            if (!outbox[index(to)].empty()) me.send(to, contribution_type, Words(outbox[index(to)]));
            outbox[index(to)].clear();
        }
        for (; taken < first && has_come(piece_from(taken)); taken += piece_words) {
            take<Ring>(contributions, piece_from(taken), inbox);
        }
    }
    for (; taken < words; taken += piece_words) take<Ring>(contributions, piece_from(taken), inbox);
    unverified = n == 4;
}

template <class Ring>
Components Replicated::Core::products(const Components& x, const Components& y, std::size_t words, std::size_t length) {
    const std::size_t sums = words / length;
    Components out = zeros(sums);
    std::vector<Contribution> cross;
    for (const auto& [g, h] : pairs(n)) {
        cross.push_back({.g = g, .h = h, .into = &out, .known = [&, g = g, h = h](std::size_t first, auto values) {
                             std::ranges::fill(values, 0);
                             add_products_to<Ring>(values, x[index(g)], y[index(h)], first, length);
                             add_products_to<Ring>(values, x[index(h)], y[index(g)], first, length);
                         }});
    }
    contribute<Ring>(cross, sums, [&](std::size_t first, std::size_t count) {
        for (const int m : me.others()) {
            add_products_to<Ring>(std::span(out[index(m)]).subspan(first, count), x[index(m)], y[index(m)], first,
                                  length);
        }
    });
    return out;
}

#define TACIT_FOR_RING(Ring)                                                                                     \
    template void Replicated::Core::contribute<Ring>(std::span<const Contribution>, std::size_t, const Before&); \
    template Components Replicated::Core::products<Ring>(const Components&, const Components&, std::size_t,      \
                                                         std::size_t);
TACIT_FOR_RING(Additive)
TACIT_FOR_RING(Bitwise)
#undef TACIT_FOR_RING

}  // namespace tacit::mpc
