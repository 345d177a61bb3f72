#include "tacit/mpc/oblivious_transfer.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "mpc/bit_transpose.hpp"
#include "mpc/block_hash.hpp"
#include "mpc/punctured_trees.hpp"
#include "mpc/universal_hash.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/secret_vector.hpp"

namespace tacit::mpc {

namespace {

using punctured_trees::depth;
using punctured_trees::leaves;
using punctured_trees::trees;
using Words = SecretVector<std::uint64_t>;

constexpr party::MessageType correction_message{0x0444, "choices under the seeds' sums"};
constexpr party::MessageType challenge_message{0x0445, "challenge of the transfers"};
constexpr party::MessageType response_message{0x0446, "response of the transfers"};

constexpr std::size_t block_bits = trees * depth;  ///< columns of a matrix; bits of the difference
constexpr std::size_t chunk_words = 1024;          ///< of a column, worked on together
constexpr std::size_t largest_count = std::size_t{1} << 32;

/// What the receiver answers to the challenge: the hashes of its choices and of its columns.
struct Response {
    Block choices;
    std::array<Block, block_bits> columns;
};

/// Rows in the columns of one call: the transfers, filled up to whole elements of the hash, and one element that hides
/// what the hashes say.
std::size_t words_for(std::size_t count) { return 2 * ((count + 127) / 128) + 2; }

void check_two(const party::Party& me) {
    if (me.count() != 2) {
        fail(ErrorCode::invalid_argument, "oblivious transfer: {} parties; it is for two", me.count());
    }
}

/// The columns of one call in chunks; in each, one column after the other.
class Matrix {
public:
    explicit Matrix(std::size_t words) : words_(words), data_(block_bits * words) {}
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;

    [[nodiscard]] std::size_t words() const noexcept { return words_; }
    [[nodiscard]] std::size_t width(std::size_t first) const noexcept { return std::min(chunk_words, words_ - first); }
    /// Words `first` on of a column, to the end of the chunk that begins there.
    [[nodiscard]] std::span<std::uint64_t> column(std::size_t c, std::size_t first) noexcept {
        return std::span(data_).subspan(block_bits * first + c * width(first), width(first));
    }
    /// Calls visit(first, width) for every chunk.
    template <class Visit>
    void for_chunks(const Visit& visit) const {
        for (std::size_t first = 0; first < words_; first += chunk_words) visit(first, width(first));
    }
    /// The rows as blocks, as many as asked for.
    [[nodiscard]] SecretVector<Block> rows(std::size_t count) {
        SecretVector<Block> out(count);
        parallel_for(0, (count + 63) / 64, [&](std::size_t word) {
            const std::size_t first = word / chunk_words * chunk_words;
            std::array<std::uint64_t, 64> low{};
            std::array<std::uint64_t, 64> high{};
            for (std::size_t c = 0; c < 64; ++c) {
                low[c] = column(c, first)[word - first];
                high[c] = column(64 + c, first)[word - first];
            }
            transpose(low);
            transpose(high);
            for (std::size_t i = 0; i < std::min<std::size_t>(64, count - 64 * word); ++i) {
                out[64 * word + i] = {low[i], high[i]};
            }
        });
        return out;
    }
    [[nodiscard]] std::array<Block, block_bits> hashes(const Seed& challenge) {
        std::array<Block, block_bits> sums{};
        const UniversalHash hash(challenge, words_ / 2 - 1);
        parallel_for(0, block_bits, [&](std::size_t c) {
            for_chunks([&](std::size_t first, std::size_t width) {
                const bool last = first + width == words_;
                hash.add(column(c, first).first(last ? width - 2 : width), first / 2, sums[c]);
                if (last) sums[c] ^= {column(c, first)[width - 2], column(c, first)[width - 1]};
            });
        });
        return sums;
    }

private:
    std::size_t words_;
    Words data_;
};

void add(std::span<std::uint64_t> to, std::span<const std::uint64_t> words, std::uint64_t mask) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] ^= words[i] & mask;
}

/// The keystreams of all leaves; each call goes on where the last one stopped.
std::vector<Rng> streams_of(const SecretVector<Seed>& seeds) {
    std::vector<Rng> streams;
    streams.reserve(seeds.size());
    for (const Seed& seed : seeds) streams.emplace_back(seed);
    return streams;
}

/// The four columns of a tree: column j sums the streams of the leaves x with bit j of x ^ `hole` set; to `sum` all are
/// added. Subtrees are summed from the leaves up, each the right half of one column's part: every stream is touched
/// about twice.
void fill_columns(std::vector<Rng>& streams, Matrix& matrix, std::size_t tree, std::size_t first, std::uint64_t hole,
                  std::span<std::uint64_t> sum) {
    const auto column = [&](std::size_t j) { return matrix.column(tree * depth + j, first); };
    Words subtree(matrix.width(first));
    std::vector<Words> left(depth + 1, subtree);  // by height, waiting for its right half; at the top the whole tree
    for (std::size_t x = 0; x < leaves; ++x) {
        streams[tree * leaves + x].fill(subtree);
        std::size_t height = 0;
        for (; ((x >> height) & 1) != 0; ++height) {
            add(column(height), subtree, ~std::uint64_t{0});
            add(subtree, left[height], ~std::uint64_t{0});
        }
        std::swap(subtree, left[height]);
    }
    add(sum, left[depth], ~std::uint64_t{0});
    for (std::size_t j = 0; j < depth; ++j) add(column(j), left[depth], -((hole >> j) & 1));
}

std::uint64_t bit_of(const Block& block, std::size_t i) { return ((i < 64 ? block.low : block.high) >> (i % 64)) & 1; }

Block nonzero_difference(Rng& rng) {
    Block delta{rng.next(), rng.next()};
    delta.low |= 1;
    return delta;
}

/// Tweaks of `count` further transfers.
std::vector<Block> tweaks_from(std::uint64_t& next, std::size_t count) {
    std::vector<Block> tweaks(count);
    for (Block& tweak : tweaks) tweak = {next++, static_cast<std::uint64_t>(TweakUse::transfer)};
    return tweaks;
}

void check_count(std::size_t count) {
    if (count <= largest_count) return;
    fail(ErrorCode::invalid_argument, "oblivious transfer: {} at once; take several calls of at most {}", count,
         largest_count);
}

}  // namespace

struct OtSender::State {
    explicit State(party::Party& party)
        : me(party),
          delta(nonzero_difference(party.rng())),
          streams(streams_of(punctured_trees::puncture(party, delta))),
          hash(party) {}
    ~State() { wipe(std::as_writable_bytes(std::span(&delta, 1))); }

    /// The columns, column c shifted by delta's bit c times the choices.
    void receive_columns(Matrix& matrix) {
        matrix.for_chunks([&](std::size_t first, std::size_t width) {
            const auto corrections = me.receive<std::uint64_t>(other, correction_message, trees * width);
            parallel_for(0, trees, [&](std::size_t tree) {
                std::uint64_t hole = 0;
                for (std::size_t j = 0; j < depth; ++j) hole |= bit_of(delta, tree * depth + j) << j;
                Words unused(width);  // would be the sum of all streams, but one of them is missing
                fill_columns(streams, matrix, tree, first, hole, unused);
                for (std::size_t j = 0; j < depth; ++j) {
                    add(matrix.column(tree * depth + j, first), std::span(corrections).subspan(tree * width, width),
                        -((hole >> j) & 1));
                }
            });
        });
    }

    void check(Matrix& matrix) {
        const Seed challenge = me.rng().new_seed();
        me.send(other, challenge_message, challenge);
        const auto response = me.receive<Response>(other, response_message);
        const auto hashes = matrix.hashes(challenge);
        Block difference{};
        for (std::size_t c = 0; c < block_bits; ++c) {
            const Block d = hashes[c] ^ response.columns[c] ^ response.choices.masked(bit_of(delta, c));
            difference.low |= d.low;
            difference.high |= d.high;
        }
        if (difference != Block{}) me.accuse(other, "made choices that do not fit together");
    }

    party::Party& me;
    int other = 1 - me.index();
    Block delta;
    std::vector<Rng> streams;
    BlockHash hash;
    std::uint64_t next_tweak = 0;
};

OtSender::OtSender(party::Party& me) {
    check_two(me);
    state_ = std::make_unique<State>(me);
}
OtSender::~OtSender() = default;
OtSender::OtSender(OtSender&&) noexcept = default;
OtSender& OtSender::operator=(OtSender&&) noexcept = default;

const Block& OtSender::delta() const noexcept { return state_->delta; }

SecretVector<Block> OtSender::correlated(std::size_t count) {
    check_count(count);
    Matrix matrix(words_for(count));
    state_->receive_columns(matrix);
    state_->check(matrix);
    return matrix.rows(count);
}

SecretVector<std::array<Block, 2>> OtSender::random(std::size_t count) {
    auto first = correlated(count);
    auto second = first;
    for (Block& block : second) block ^= state_->delta;
    const auto tweaks = tweaks_from(state_->next_tweak, count);
    state_->hash.hash(first, tweaks);
    state_->hash.hash(second, tweaks);
    SecretVector<std::array<Block, 2>> pairs(count);
    for (std::size_t i = 0; i < count; ++i) pairs[i] = {first[i], second[i]};
    return pairs;
}

struct OtReceiver::State {
    explicit State(party::Party& party) : me(party), streams(streams_of(punctured_trees::grow(party))), hash(party) {}

    void send_columns(Matrix& matrix, const Words& choices) {
        matrix.for_chunks([&](std::size_t first, std::size_t width) {
            std::vector<std::uint64_t> corrections(trees * width);
            parallel_for(0, trees, [&](std::size_t tree) {
                const auto sum = std::span(corrections).subspan(tree * width, width);
                fill_columns(streams, matrix, tree, first, 0, sum);
                add(sum, std::span(choices).subspan(first, width), ~std::uint64_t{0});
            });
            me.send(other, correction_message, corrections);
        });
    }

    void answer(Matrix& matrix, const Words& choices) {
        const auto challenge = me.receive<Seed>(other, challenge_message);
        Response response{.choices = {}, .columns = matrix.hashes(challenge)};
        const std::size_t words = choices.size();
        UniversalHash(challenge, words / 2 - 1).add(std::span(choices).first(words - 2), 0, response.choices);
        response.choices ^= {choices[words - 2], choices[words - 1]};
        me.send(other, response_message, response);
    }

    party::Party& me;
    int other = 1 - me.index();
    std::vector<Rng> streams;
    BlockHash hash;
    std::uint64_t next_tweak = 0;
};

OtReceiver::OtReceiver(party::Party& me) {
    check_two(me);
    state_ = std::make_unique<State>(me);
}
OtReceiver::~OtReceiver() = default;
OtReceiver::OtReceiver(OtReceiver&&) noexcept = default;
OtReceiver& OtReceiver::operator=(OtReceiver&&) noexcept = default;

SecretVector<Block> OtReceiver::correlated(std::span<const std::uint8_t> choices) {
    check_count(choices.size());
    std::uint8_t all = 0;
    for (const std::uint8_t choice : choices) all |= choice;
    if (all > 1) fail(ErrorCode::invalid_argument, "oblivious transfer: a choice is {}; take 0 or 1", all);
    Matrix matrix(words_for(choices.size()));
    Words bits(matrix.words());
    state_->me.rng().fill(bits);  // what lies beyond the choices hides them in the response
    for (std::size_t i = 0; i < choices.size(); ++i) {
        bits[i / 64] &= ~(std::uint64_t{1} << (i % 64));
        bits[i / 64] |= static_cast<std::uint64_t>(choices[i]) << (i % 64);
    }
    state_->send_columns(matrix, bits);
    state_->answer(matrix, bits);
    return matrix.rows(choices.size());
}

SecretVector<Block> OtReceiver::random(std::span<const std::uint8_t> choices) {
    auto blocks = correlated(choices);
    state_->hash.hash(blocks, tweaks_from(state_->next_tweak, choices.size()));
    return blocks;
}

}  // namespace tacit::mpc
