#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tacit/party/local_network.hpp"

/// What a cheater makes of messages and files, and counts of what becomes of that.
namespace tacit::party {

using Bytes = std::vector<std::byte>;
using Kinds = std::set<std::uint16_t>;

template <Wire T>
Bytes bytes_of(std::span<const T> values) {
    const auto bytes = std::as_bytes(values);
    return {bytes.begin(), bytes.end()};
}
template <class T>
Bytes bytes_of(const std::vector<T>& values) {
    return bytes_of(std::span<const T>(values));
}

/// What an altered frame may be made of: what the receiver sent at that place; the same frame of another run; the
/// frames before and after it on its link. Empty where there is none.
struct Material {
    Bytes reflected;
    Bytes another;
    Bytes before;
    Bytes after;
};

struct Alteration {
    const char* name;
    std::function<void(Bytes& frame, const Material&)> apply;
    bool delays = false;  ///< the frame is sent after the next one
};

namespace detail {

inline std::span<std::byte> payload(Bytes& frame) {
    return std::span(frame).subspan(std::min(frame.size(), frame_header_bytes));
}
/// The header stays right, so that what is behind it is tested.
inline void keep_header(Bytes& frame, const Bytes& from) {
    if (from.size() != frame.size() || from.size() < frame_header_bytes) return;
    std::copy(from.begin() + frame_header_bytes, from.end(), frame.begin() + frame_header_bytes);
}
inline void flip(Bytes& frame, std::size_t place, std::byte bits) {
    if (place < frame.size() && place >= frame_header_bytes) frame[place] ^= bits;
}
inline void append(Bytes& frame, const Bytes& more) { frame.insert(frame.end(), more.begin(), more.end()); }
inline void shorten_honestly(Bytes& frame) {
    if (frame.size() == frame_header_bytes) return;
    frame.pop_back();
    const auto length = static_cast<std::uint32_t>(frame.size() - frame_header_bytes);
    std::memcpy(frame.data(), &length, sizeof length);
}
inline void repeat_first_half(Bytes& frame) {
    const auto all = payload(frame);
    std::copy_n(all.begin(), all.size() / 2, all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2));
}
inline void swap_halves(Bytes& frame) {
    const auto all = payload(frame);
    std::swap_ranges(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2),
                     all.begin() + static_cast<std::ptrdiff_t>(all.size() - all.size() / 2));
}

}  // namespace detail

/// Value, length, order, replay, reflection, another run's.
inline const std::vector<Alteration> alterations{
    {"lowest bit of the first byte",
     [](Bytes& f, const Material&) { detail::flip(f, frame_header_bytes, std::byte{1}); }},
    {"a bit in the middle", [](Bytes& f, const Material&) { detail::flip(f, (f.size() + 10) / 2, std::byte{4}); }},
    {"highest bit of the last byte", [](Bytes& f, const Material&) { detail::flip(f, f.size() - 1, std::byte{0x80}); }},
    {"all zero", [](Bytes& f, const Material&) { std::ranges::fill(detail::payload(f), std::byte{}); }},
    {"all ones", [](Bytes& f, const Material&) { std::ranges::fill(detail::payload(f), std::byte{0xff}); }},
    {"a byte less", [](Bytes& f, const Material&) { f.pop_back(); }},
    {"a byte less, and the header says so", [](Bytes& f, const Material&) { detail::shorten_honestly(f); }},
    {"a byte more", [](Bytes& f, const Material&) { f.push_back(std::byte{7}); }},
    {"another kind", [](Bytes& f, const Material&) { f[4] ^= std::byte{1}; }},
    {"nothing", [](Bytes& f, const Material&) { f.clear(); }},
    {"twice", [](Bytes& f, const Material&) { detail::append(f, Bytes(f)); }},
    {"the first half twice", [](Bytes& f, const Material&) { detail::repeat_first_half(f); }},
    {"halves swapped", [](Bytes& f, const Material&) { detail::swap_halves(f); }},
    {"after the next frame", [](Bytes& f, const Material&) { f.clear(); }, true},
    {"the frame before again", [](Bytes& f, const Material& m) { f = m.before.empty() ? f : m.before; }},
    {"the payload before again", [](Bytes& f, const Material& m) { detail::keep_header(f, m.before); }},
    {"the payload behind it", [](Bytes& f, const Material& m) { detail::keep_header(f, m.after); }},
    {"what the receiver sent", [](Bytes& f, const Material& m) { detail::keep_header(f, m.reflected); }},
    {"the payload of another run", [](Bytes& f, const Material& m) { detail::keep_header(f, m.another); }},
};

/// What became of altered messages.
struct CheatingReport {
    std::map<std::uint16_t, int> kinds{};  ///< altered messages of each kind
    int altered = 0;                       ///< runs in which a cheater sent something else than is due
    int caught = 0;                        ///< an honest party ended the run
    int harmless = 0;                      ///< the honest parties have what they would have had
    int allowed = 0;        ///< they have something else, as the header says that a cheater can bring about
    int undetected = 0;     ///< what the header claims does not hold
    Kinds repeated{};       ///< in which two runs with the same inputs have 16 bytes in common
    std::string example{};  ///< of the last undetected one

    [[nodiscard]] std::string row(const std::string& protocol) const {
        return fmt::format(
            "{:<58} {:>2} kinds {:>6} altered {:>6} caught {:>5} harmless {:>5} allowed {:>3} undetected", protocol,
            kinds.size(), altered, caught, harmless, allowed, undetected);
    }
};

/// Errors that say that a user or programmer made a mistake are no answers to a cheater.
inline std::string unfit(const Error& error) {
    const bool fits = error.code() == ErrorCode::protocol_violation || error.code() == ErrorCode::unreachable ||
                      error.code() == ErrorCode::budget_exceeded || error.code() == ErrorCode::parameter_mismatch;
    return fits ? "" : fmt::format("ended by '{}'; ", error.what());
}

/// Alters bytes that a cheater brings in one piece, every bit of every byte among that. `take` gives what is taken from
/// them, or why nothing is; nothing else than from the honest bytes may be. `others` are what may come instead: of
/// another receiver, another sender, an earlier and a later time. Prints its row of the table.
inline void attack_bytes(const std::string& what, const Bytes& honest, const Material& others,
                         const std::function<Expected<Bytes>(const Bytes&)>& take) {
    const auto framed = [](const Bytes& bytes) {
        Bytes frame(frame_header_bytes);
        if (!bytes.empty()) detail::append(frame, bytes);
        return frame;
    };
    const Bytes right = take(honest).value();
    CheatingReport report;
    const auto judge = [&](const Bytes& altered, const std::string& how) {
        if (altered == honest) return;
        const auto taken = take(altered);
        const bool refused = !taken && taken.error().code() == ErrorCode::malformed_input;
        const std::string wrong = refused ? "" : !taken ? unfit(taken.error()) : *taken == right ? "" : "it was taken";
        ++report.kinds[0];
        ++report.altered;
        ++(!wrong.empty() ? report.undetected : taken ? report.harmless : report.caught);
        if (!wrong.empty()) report.example = how + ": " + wrong;
    };
    const Material material{framed(others.reflected), framed(others.another), framed(others.before),
                            framed(others.after)};
    for (const Alteration& alteration : alterations) {
        Bytes frame = framed(honest);
        alteration.apply(frame, material);
        judge({frame.begin() + static_cast<std::ptrdiff_t>(std::min(frame.size(), frame_header_bytes)), frame.end()},
              alteration.name);
    }
    for (std::size_t bit = 0; bit < 8 * honest.size(); ++bit) {
        Bytes altered = honest;
        altered[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
        judge(altered, fmt::format("bit {}", bit));
    }
    std::printf("%s\n", report.row(what).c_str());
    EXPECT_EQ(report.undetected, 0) << what << ": " << report.example;
    EXPECT_EQ(report.harmless, 0) << what;
    EXPECT_GT(report.caught, 16) << what;
}

}  // namespace tacit::party
