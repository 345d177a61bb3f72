#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "tacit/base/random.hpp"

namespace tacit::dp {

/// Where samplers take uniform words from. Tests put sources of their own here; a Session makes a
/// SystemWords for each release and takes nothing else.
template <class Word>
class WordSource {
public:
    virtual ~WordSource() = default;
    virtual void fill(std::span<Word> out) = 0;
    Word next() {
        Word word = 0;
        fill(std::span(&word, 1));
        return word;
    }
};

using Words = WordSource<std::uint64_t>;

/// A generator with a fresh key from the operating system. Made after the ledger has the cost and gone with the
/// release, so that no fork and no copy of a machine between releases sees the same noise twice.
class SystemWords final : public Words {
public:
    void fill(std::span<std::uint64_t> out) override { rng_.fill(out); }

private:
    Rng rng_ = Rng::from_system();
};

/// A stream of the generator that a release seeded with four words before it read data; for noise whose amount is known
/// with the data alone.
class StreamWords final : public Words {
public:
    StreamWords(std::span<const std::int64_t> seed, std::uint64_t stream) : rng_(bytes(seed), stream) {}
    void fill(std::span<std::uint64_t> out) override { rng_.fill(out); }

private:
    static Seed bytes(std::span<const std::int64_t> words) {
        Seed seed{};
        std::memcpy(seed.data(), words.data(), std::min(seed.size(), words.size_bytes()));
        return seed;
    }
    Rng rng_;
};

}  // namespace tacit::dp
