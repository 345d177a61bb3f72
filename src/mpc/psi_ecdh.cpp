#include "mpc/psi_ecdh.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "base/fail.hpp"
#include "mpc/psi_messages.hpp"
#include "mpc/psi_set.hpp"
#include "mpc/psi_sum.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::mpc {

namespace {

using ristretto::Point;

constexpr party::MessageType key_message{0x0401, "keys of the weights"};
constexpr party::MessageType point_message{0x0402, "masked elements"};
constexpr party::MessageType weight_message{0x0403, "encrypted weights"};
constexpr party::MessageType order_message{0x0406, "order of the tags"};
constexpr party::MessageType stopped_message{0x040a, "stopped run"};
constexpr party::MessageType progress_message{0x040b, "elements received before the stop"};
constexpr party::MessageType sum_message{0x0408, "encrypted sum"};
constexpr party::MessageType opened_message{0x0409, "sum"};

/// A tag of the other party's elements with its weight.
struct Weighted {
    Tag tag;
    WeightCiphertext weight;
    friend auto operator<=>(const Weighted&, const Weighted&) = default;
};

/// Elements hashed for the run, and whether it is one that was stopped, which both parties can go on with.
struct Prepared {
    PsiElements elements;
    PsiCheckpoint::Run run;
    bool stopped;
};

/// What a secret may be used for again.
Digest about(const party::Party& me, const PsiTerms& terms, const PsiOptions& options) {
    Hasher hasher;
    const std::string text = fmt::format("psi {} of {} with {}: {}, padded to {}", me.index(), me.name(me.index()),
                                         me.name(1 - me.index()), terms.plan().parameters, options.padded_size);
    hasher.update(std::as_bytes(std::span(text)));
    return hasher.finish();
}

bool encrypts_weights(const party::Party& me, const PsiTerms& terms) {
    return terms.output == PsiOutput::sum && me.index() != terms.receiver;
}

PsiCheckpoint::Run new_run(party::Party& me, const PsiTerms& terms, const Digest& about, PsiElements& elements) {
    PsiCheckpoint::Run run{};
    run.about = about;
    run.session = me.session();
    run.elements = elements.digest();
    const ristretto::Scalar secret(me.rng());
    std::memcpy(run.secret.data(), secret.data(), run.secret.size());
    if (encrypts_weights(me, terms)) WeightSecretKey(me.rng()).store(run.weight_key);
    return run;
}

Prepared prepare(party::Party& me, const PsiTerms& terms, const PsiSource& source, const PsiOptions& options,
                 const PsiCheckpoint& checkpoint) {
    const Digest subject = about(me, terms, options);
    std::optional<PsiElements> elements;
    std::optional<PsiCheckpoint::Run> stopped = checkpoint.stopped(subject);
    if (stopped) {
        elements.emplace(stopped->session, source, options.sort_bytes);
        if (elements->digest() != stopped->elements) {
            stopped->wipe_secrets();
            stopped.reset();
        }
    }
    const Digest offered = stopped ? stopped->session : Digest{};
    me.send(1 - me.index(), stopped_message, offered);
    const auto others = me.receive<Digest>(1 - me.index(), stopped_message);
    const bool both = stopped && others == offered;
    if (!both) {
        if (stopped) stopped->wipe_secrets();
        if (options.begins) options.begins();
        elements.emplace(me.session(), source, options.sort_bytes);
        stopped = new_run(me, terms, subject, *elements);
    }
    Prepared prepared{*std::move(elements), *stopped, both};
    stopped->wipe_secrets();
    return prepared;
}

class Run {
public:
    Run(party::Party& me, const PsiTerms& terms, const PsiOptions& options, const PsiCheckpoint& checkpoint,
        Prepared prepared)
        : me_(me),
          terms_(terms),
          options_(options),
          checkpoint_(checkpoint),
          other_(1 - me.index()),
          receives_(me.index() == terms.receiver),
          session_(prepared.run.session),
          set_(me, std::move(prepared.elements), options, checkpoint, prepared.run, prepared.stopped) {
        if (encrypts_weights(me, terms)) key_.emplace(prepared.run.weight_key);
        prepared.run.wipe_secrets();
        result_.went_on = prepared.stopped;
        result_.elements = set_.elements();
        result_.others = exchange_sizes(me_, terms_, set_.announced());
        const std::uint64_t before = checkpoint_.size_of_other(result_.others);
        if (result_.others != before) {
            me_.accuse(other_,
                       fmt::format("announced {} elements where it had {} before the stop", result_.others, before));
        }
        tag_bytes_ = tag_bytes(set_.announced(), result_.others);
    }

    PsiResult run() {
        if (!receives_) {
            send();
        } else if (terms_.output == PsiOutput::sum) {
            receive_sum();
        } else {
            receive_matches();
        }
        checkpoint_.remove();
        return std::move(result_);
    }

private:
    // The receiver.

    void receive_matches() {
        RecordSorter<NumberedTag> theirs(options_.sort_bytes);
        exchange<PsiCheckpoint::Received>([&](std::uint64_t position, const auto& received) {
            theirs.add({received.tag, position});
        });
        theirs.finish();
        std::vector<std::uint64_t> order;      // of my elements in the intersection, among the tags
        std::vector<std::uint64_t> positions;  // of the sender's
        match(theirs, [&](std::uint64_t number, const NumberedTag& match) {
            order.push_back(number);
            positions.push_back(match.number);
        });
        result_.count = order.size();
        if (!tell_verdict(me_, terms_, result_)) return;
        if (terms_.output != PsiOutput::intersection) return;
        result_.rows = set_.rows_at(positions_in_order(order));
        if (!terms_.sender_learns) return;
        std::ranges::sort(positions);
        send_matches(me_, positions);
    }

    void receive_sum() {
        const auto key = me_.receive<WeightPublicKey>(other_, key_message);
        RecordSorter<Weighted> theirs(options_.sort_bytes);
        exchange<PsiCheckpoint::WeightedReceived>([&](std::uint64_t, const auto& received) {
            theirs.add({received.tag, received.weight});
        });
        theirs.finish();
        const auto checked = [&](const std::optional<WeightCiphertext>& ciphertext) {
            if (!ciphertext) me_.accuse(other_, "sent weights that are no ciphertexts");
            return *ciphertext;
        };
        WeightCiphertext sum = checked(encrypt_zero(key, me_.rng()));
        std::uint64_t count = 0;
        std::vector<WeightCiphertext> terms;
        match(theirs, [&](std::uint64_t, const Weighted& match) {
            ++count;
            terms.push_back(match.weight);
            if (terms.size() < psi_chunk) return;
            sum = checked(add(sum, terms));
            terms.clear();
        });
        sum = checked(add(sum, terms));
        result_.count = count;
        if (!tell_verdict(me_, terms_, result_)) return;
        me_.send(other_, sum_message, sum);
        result_.sum = me_.receive<std::uint64_t>(other_, opened_message);
    }

    /// Goes through the tags of my elements, which come in ascending order, beside those of the sender's.
    template <class Record, class Found>
    void match(RecordSorter<Record>& theirs, const Found& found) {
        Record candidate;
        bool more = theirs.read(candidate);
        TagReader mine(me_, tag_bytes_, set_.announced());
        std::uint64_t number = 0;
        for (Tag tag; mine.read(tag); ++number) {
            while (more && candidate.tag < tag) more = theirs.read(candidate);
            if (more && candidate.tag == tag) found(number, candidate);
        }
    }

    /// Where my elements with these tags were among those that I announced; the sender tells the order of the tags.
    std::vector<std::uint64_t> positions_in_order(std::span<const std::uint64_t> order) {
        std::vector<std::uint64_t> positions;
        std::size_t next = 0;
        for (std::uint64_t first = 0; first < set_.announced(); first += psi_chunk) {
            const std::uint64_t count = std::min(psi_chunk, set_.announced() - first);
            const auto part = me_.receive<std::uint64_t>(other_, order_message, count);
            // All of them: where the run ends must not tell the sender which places are common.
            for (const std::uint64_t position : part) {
                static_cast<void>(checked_position(me_, position, set_.announced()));
            }
            for (; next < order.size() && order[next] < first + count; ++next) {
                positions.push_back(part[order[next] - first]);
            }
        }
        return positions;
    }

    // The sender.

    void send() {
        if (key_) me_.send(other_, key_message, key_->public_key());
        RecordSorter<NumberedTag> theirs(options_.sort_bytes);
        exchange<PsiCheckpoint::Received>([&](std::uint64_t position, const auto& received) {
            theirs.add({received.tag, position});
        });
        theirs.finish();
        TagWriter tags(me_, tag_bytes_);
        for (NumberedTag record; theirs.read(record);) tags.write(record.tag);
        tags.finish();
        const std::uint64_t told = hear_verdict(me_, terms_, std::min(set_.announced(), result_.others), result_);
        if (!result_.minimum_reached) return;
        if (key_) open_sum(told);
        if (terms_.output != PsiOutput::intersection) return;
        send_order(theirs);
        if (terms_.sender_learns) result_.rows = set_.rows_at(mpc::receive_matches(me_, told, set_.announced()));
    }

    void send_order(RecordSorter<NumberedTag>& theirs) {
        theirs.rewind();
        std::vector<std::uint64_t> positions;
        const auto flush = [&] {
            me_.send(other_, order_message, positions);
            positions.clear();
        };
        for (NumberedTag record; theirs.read(record);) {
            positions.push_back(record.number);
            if (positions.size() == psi_chunk) flush();
        }
        if (!positions.empty()) flush();
    }

    /// Once only under one key: from here on there is no run to go on with.
    void open_sum(std::uint64_t count) {
        const auto sum = key_->decrypt_sum(me_.receive<WeightCiphertext>(other_, sum_message), count);
        if (!sum) me_.accuse(other_, "sent a sum that is none of that many weights");
        result_.sum = *sum;
        checkpoint_.remove();
        me_.send(other_, opened_message, *sum);
    }

    // Both.

    /// Announces my elements and masks the other party's once more: take(position, record) for each of these. Leaves
    /// out what a stopped run did.
    template <class Record, class Take>
    void exchange(const Take& take) {
        Point last{};
        const std::uint64_t before = take_received<Record>(last, take);
        const std::uint64_t sent = result_.went_on ? exchange_progress(before) : 0;
        set_.rewind();
        MaskedElement skipped;
        for (std::uint64_t i = 0; i < sent; ++i) TACIT_ASSERT(set_.read(skipped));
        const std::uint64_t most = std::max(set_.announced(), result_.others);
        for (std::uint64_t first = 0; first < most; first += psi_chunk) {
            throw_if_interrupted();
            if (first >= sent && first < set_.announced()) announce(std::min(psi_chunk, set_.announced() - first));
            if (first >= before && first < result_.others) receive_points<Record>(first, last, take);
        }
    }

    /// What was received before the stop; returns how many.
    template <class Record, class Take>
    std::uint64_t take_received(Point& last, const Take& take) {
        if (!result_.went_on) return 0;
        return checkpoint_.read_received<Record>(result_.others, [&](std::uint64_t i, const Record& record) {
            last = record.point;
            take(i, record);
        });
    }

    /// Tells how much was received, and returns how much the other party has.
    std::uint64_t exchange_progress(std::uint64_t received) {
        me_.send(other_, progress_message, received);
        const auto sent = me_.receive<std::uint64_t>(other_, progress_message);
        if (sent > set_.announced() || (sent < set_.announced() && sent % psi_chunk != 0)) {
            me_.accuse(other_, "received more elements before the stop than there are");
        }
        return sent;
    }

    template <class Record, class Take>
    void receive_points(std::uint64_t first, Point& last, const Take& take) {
        const auto points = me_.receive<Point>(other_, point_message, std::min(psi_chunk, result_.others - first));
        for (const Point& point : points) {
            if (!(last < point)) me_.accuse(other_, "sent masked elements that are not in ascending order");
            last = point;
        }
        const auto tags = tags_of(points);
        std::vector<Record> received(points.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            received[i].point = points[i];
            received[i].tag = tags[i];
        }
        if constexpr (std::is_same_v<Record, PsiCheckpoint::WeightedReceived>) {
            const auto weights = me_.receive<WeightCiphertext>(other_, weight_message, points.size());
            for (std::size_t i = 0; i < weights.size(); ++i) received[i].weight = weights[i];
        }
        checkpoint_.add(std::span<const Record>(received));
        for (std::size_t i = 0; i < received.size(); ++i) take(first + i, received[i]);
        if (options_.progress) options_.progress(PsiStep::others_elements, first + points.size(), result_.others);
    }

    void announce(std::uint64_t count) {
        std::vector<MaskedElement> part(count);
        std::vector<Point> points;
        for (MaskedElement& masked : part) {
            TACIT_ASSERT(set_.read(masked));
            points.push_back(masked.point);
        }
        me_.send(other_, point_message, points);
        if (!key_) return;
        std::vector<std::uint64_t> weights(count);
        std::ranges::transform(part, weights.begin(), &MaskedElement::weight);
        me_.send(other_, weight_message, key_->encrypt(weights, me_.rng()));
    }

    std::vector<Tag> tags_of(std::span<const Point> points) const {
        std::vector<Point> masked(points.size());
        if (!ristretto::multiply(set_.secret(), points, masked)) {
            me_.accuse(other_, "sent a masked element that is no element of the group");
        }
        std::vector<Tag> tags(points.size());
        parallel_for(0, points.size(), [&](std::size_t i) {
            Hasher hasher;  // with the session of the first try, not that of a later one
            hasher.update(session_);
            hasher.update(std::as_bytes(std::span("tacit psi tag")));
            hasher.update(masked[i]);
            const Digest digest = hasher.finish();
            std::memcpy(tags[i].data(), digest.data(), tag_bytes_);
        });
        return tags;
    }

    party::Party& me_;
    const PsiTerms& terms_;
    const PsiOptions& options_;
    const PsiCheckpoint& checkpoint_;
    int other_;
    bool receives_;
    Digest session_;
    PsiSet set_;
    PsiResult result_{};
    std::size_t tag_bytes_ = 0;
    std::optional<WeightSecretKey> key_;  ///< if weights are announced too
};

}  // namespace

PsiResult intersect_by_ecdh(party::Party& me, const PsiTerms& terms, const PsiSource& elements,
                            const PsiOptions& options) {
    const PsiCheckpoint checkpoint(options.checkpoint);
    return Run(me, terms, options, checkpoint, prepare(me, terms, elements, options, checkpoint)).run();
}

}  // namespace tacit::mpc
