#include "study/tally.hpp"

#include <algorithm>

#include "tacit/base/error.hpp"

namespace tacit::study {

namespace {

using mpc::Bits;
using mpc::Numbers;

/// Number by number from places of x, `lanes` at a time.
Numbers gather_words(const Numbers& x, std::span<const std::size_t> words, std::size_t lanes) {
    std::vector<std::uint32_t> order;
    order.reserve(words.size() * lanes);
    for (const std::size_t word : words) {
        for (std::size_t i = 0; i < lanes; ++i) order.push_back(static_cast<std::uint32_t>(word * lanes + i));
    }
    return mpc::gather(x, order);
}

/// The sums of `lanes` numbers each.
Numbers add_lanes(const Numbers& x, std::size_t lanes) {
    Numbers out{.parts = {}, .size = x.size / lanes};
    for (std::size_t m = 0; m < x.parts.size(); ++m) {
        if (x.parts[m].empty()) continue;
        out.parts[m].resize(out.size);
        for (std::size_t i = 0; i < x.size; ++i) out.parts[m][i / lanes] += x.parts[m][i];
    }
    return out;
}

}  // namespace

std::vector<bool> find_valid(mpc::Replicated& ring, const Study& study, const Batch& batch) {
    std::vector<std::uint64_t> bounds;
    for (std::size_t word = 0; word < study.words(); ++word)
        bounds.insert(bounds.end(), batch.lanes, study.bound(word));
    const Numbers room = ring.constant(bounds) - batch.words;
    Bits good = ~mpc::is_negative(ring, mpc::join({&batch.words, &room}));
    good.shape = {.planes = 2 * study.words(), .lanes = batch.lanes};  // the same words: lanes come in whole words
    const mpc::ClearBits valid = ring.open(mpc::all_ones(ring, good));
    std::vector<bool> out;
    for (std::size_t i = 0; i < batch.lanes; ++i) out.push_back(valid.at(0, i));
    return out;
}

void leave_out(Batch& batch, const std::vector<bool>& valid) {
    for (auto& part : batch.words.parts) {
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (!valid[i % batch.lanes]) part[i] = 0;
        }
    }
}

Numbers add_up(mpc::Replicated& ring, const Study& study, const Batch& batch) {
    const std::size_t block = study.cells() * batch.lanes;
    std::vector<std::size_t> cells;
    for (std::size_t i = 0; i < study.columns.size() * study.cells(); ++i) cells.push_back(i % study.cells());
    const Numbers filled = mpc::slice(batch.words, 0, block);
    const Numbers which = gather_words(batch.words, cells, batch.lanes);
    const Numbers values = ring.multiply(which, mpc::slice(batch.words, block, batch.words.size - block));
    return add_lanes(mpc::join({&filled, &values}), batch.lanes);
}

Numbers count_contributors(mpc::Replicated& ring, const Batch& batch,
                           std::span<const std::vector<std::size_t>> unions) {
    std::vector<std::vector<std::size_t>> groups(unions.begin(), unions.end());
    Numbers bits = batch.words;  // of which the unions name those that say whether a cell is filled in
    while (std::ranges::any_of(groups, [](const auto& group) { return group.size() > 1; })) {
        std::vector<std::size_t> left;
        std::vector<std::size_t> right;
        std::vector<std::size_t> alone;
        std::vector<std::vector<std::size_t>> next(groups.size());
        for (std::size_t g = 0; g < groups.size(); ++g) {
            for (std::size_t i = 0; i + 1 < groups[g].size(); i += 2) {
                next[g].push_back(left.size());
                left.push_back(groups[g][i]);
                right.push_back(groups[g][i + 1]);
            }
        }
        for (std::size_t g = 0; g < groups.size(); ++g) {
            if (groups[g].size() % 2 == 0) continue;
            next[g].push_back(left.size() + alone.size());
            alone.push_back(groups[g].back());
        }
        const Numbers x = gather_words(bits, left, batch.lanes);
        const Numbers y = gather_words(bits, right, batch.lanes);
        const Numbers either = x + y - ring.multiply(x, y);
        const Numbers rest = gather_words(bits, alone, batch.lanes);
        bits = mpc::join({&either, &rest});
        groups = std::move(next);
    }
    std::vector<std::size_t> ends;
    for (const auto& group : groups) ends.push_back(group.front());
    return add_lanes(gather_words(bits, ends, batch.lanes), batch.lanes);
}

std::vector<bool> find_small(mpc::Replicated& ring, const Numbers& counts, std::uint64_t fewest) {
    Numbers less = counts;
    less += 0 - fewest;
    const mpc::ClearBits bits = ring.open(mpc::is_negative(ring, less));
    std::vector<bool> small;
    for (std::size_t i = 0; i < counts.size; ++i) small.push_back(bits.at(0, i));
    return small;
}

}  // namespace tacit::study
