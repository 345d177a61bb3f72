#include "mpc/psi_messages.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "base/fail.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType size_message{0x0400, "size of a set"};
constexpr party::MessageType tag_message{0x0404, "tags"};
constexpr party::MessageType verdict_message{0x0405, "size of the intersection"};
constexpr party::MessageType match_message{0x0407, "the sender's elements in the intersection"};

bool sender_counts(const PsiTerms& terms) { return terms.sender_learns || terms.output == PsiOutput::sum; }

}  // namespace

std::size_t tag_bytes(std::uint64_t own, std::uint64_t others) {
    if (own == 0 || others == 0) return 1;  // there is no tag
    const int bits = 40 + 2 * static_cast<int>(std::bit_width(std::max(own, others) - 1));
    return std::min<std::size_t>(static_cast<std::size_t>(bits + 7) / 8, sizeof(Tag));
}

void check_padded_size(std::uint64_t elements, std::uint64_t size) {
    if (size >= elements) return;
    fail(ErrorCode::invalid_argument, "a set of {} elements cannot be padded to {}; pad it to more", elements, size);
}

std::uint64_t exchange_sizes(party::Party& me, const PsiTerms& terms, std::uint64_t announced) {
    const int other = 1 - me.index();
    me.send(other, size_message, announced);
    const auto others = me.receive<std::uint64_t>(other, size_message);
    if (others > terms.largest) {
        me.accuse(other, fmt::format("announced {} elements where the terms allow {}; agree on a larger limit", others,
                                     terms.largest));
    }
    return others;
}

void TagWriter::write(const Tag& tag) {
    waiting_.insert(waiting_.end(), tag.begin(), tag.begin() + static_cast<std::ptrdiff_t>(bytes_));
    if (waiting_.size() == psi_chunk * bytes_) finish();
}

void TagWriter::finish() {
    if (waiting_.empty()) return;
    me_.send(1 - me_.index(), tag_message, waiting_);
    waiting_.clear();
}

bool TagReader::read(Tag& tag) {
    if (position_ == received_.size()) {
        if (left_ == 0) return false;
        throw_if_interrupted();
        const std::uint64_t count = std::min(psi_chunk, left_);
        received_ = me_.receive<std::byte>(1 - me_.index(), tag_message, count * bytes_);
        left_ -= count;
        position_ = 0;
    }
    tag = {};
    std::memcpy(tag.data(), received_.data() + position_, bytes_);
    position_ += bytes_;
    if (!first_ && !(last_ < tag)) me_.accuse(1 - me_.index(), "sent tags that are not in ascending order");
    first_ = false;
    last_ = tag;
    return true;
}

bool tell_verdict(party::Party& me, const PsiTerms& terms, PsiResult& result) {
    result.minimum_reached = *result.count >= terms.minimum;
    const std::uint64_t told = !result.minimum_reached ? 0 : sender_counts(terms) ? *result.count : terms.minimum;
    me.send(1 - me.index(), verdict_message, told);
    if (!result.minimum_reached) result.count.reset();
    return result.minimum_reached;
}

std::uint64_t hear_verdict(party::Party& me, const PsiTerms& terms, std::uint64_t most, PsiResult& result) {
    const auto told = me.receive<std::uint64_t>(1 - me.index(), verdict_message);
    result.minimum_reached = told >= terms.minimum;
    if (!result.minimum_reached) return 0;
    if (told > most) me.accuse(1 - me.index(), "counted more elements in the intersection than a set has");
    if (sender_counts(terms)) result.count = told;
    return told;
}

void send_matches(party::Party& me, const std::vector<std::uint64_t>& positions) {
    for (std::size_t i = 0; i < positions.size(); i += psi_chunk) {
        me.send(1 - me.index(), match_message,
                std::span(positions).subspan(i, std::min<std::size_t>(psi_chunk, positions.size() - i)));
    }
}

std::vector<std::uint64_t> receive_matches(party::Party& me, std::uint64_t count, std::uint64_t size) {
    std::vector<std::uint64_t> positions;
    for (std::uint64_t first = 0; first < count; first += psi_chunk) {
        const std::uint64_t part = std::min(psi_chunk, count - first);
        for (const std::uint64_t p : me.receive<std::uint64_t>(1 - me.index(), match_message, part)) {
            positions.push_back(checked_position(me, p, size));
        }
    }
    return positions;
}

std::uint64_t checked_position(const party::Party& me, std::uint64_t position, std::uint64_t size) {
    if (position >= size) me.accuse(1 - me.index(), "named an element that was not announced");
    return position;
}

}  // namespace tacit::mpc
