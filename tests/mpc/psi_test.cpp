#include "tacit/mpc/psi.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <tuple>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "mpc/psi_vole.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {
namespace {

using Rows = std::vector<std::uint64_t>;

struct Side {
    std::vector<std::string> values;
    std::vector<std::uint64_t> weights{};
    PsiOptions options{};
};

PsiSource source(const Side& side) {
    return [&side](const std::function<void(const PsiElement&)>& add) {
        for (std::size_t i = 0; i < side.values.size(); ++i) {
            add({side.values[i], side.weights.empty() ? 0 : side.weights[i]});
        }
    };
}

std::vector<PsiResult> run(party::LocalNetwork& network, const PsiTerms& terms, const Side& first, const Side& second) {
    return network.run([&](party::Party& me) {
        const Side& mine = me.index() == 0 ? first : second;
        return intersect(me, terms, source(mine), mine.options);
    });
}

std::vector<PsiResult> run(const PsiTerms& terms, const Side& first, const Side& second) {
    party::LocalNetwork network(2);
    return run(network, terms, first, second);
}

/// Random sets with repeated elements, and what their intersection is in the clear.
struct Random {
    Seeded seeded;
    Side receiver;
    Side sender;
    Rows receiver_rows;
    Rows sender_rows;
    std::uint64_t count = 0;
    std::uint64_t sum = 0;

    Random(std::size_t n, std::size_t m) {
        for (std::size_t i = 0; i < n; ++i) receiver.values.push_back(element(2 * n));
        for (std::size_t i = 0; i < m; ++i) {
            sender.values.push_back(element(2 * n));
            sender.weights.push_back(seeded.rng.next() >> 40);
        }
        const std::set<std::string> a(receiver.values.begin(), receiver.values.end());
        const std::set<std::string> b(sender.values.begin(), sender.values.end());
        for (const auto& x : a) count += b.count(x);
        for (std::size_t i = 0; i < n; ++i) {
            if (b.contains(receiver.values[i])) receiver_rows.push_back(i);
        }
        for (std::size_t i = 0; i < m; ++i) {
            if (!a.contains(sender.values[i])) continue;
            sender_rows.push_back(i);
            sum += sender.weights[i];
        }
    }
    std::string element(std::size_t among) { return "id" + std::to_string(seeded.rng.next() % among); }
};

TEST(Psi, TheReceiverLearnsItsRowsInTheIntersectionAndTheSenderThatTheMinimumIsReached) {
    const auto results = run({}, {.values = {"ada", "bob", "cy", "bob"}}, {.values = {"bob", "dan", "ada"}});
    EXPECT_EQ(results[0].rows, (Rows{0, 1, 3}));
    EXPECT_EQ(results[0].count, 2u);
    EXPECT_EQ(results[0].elements, 3u);
    EXPECT_EQ(results[0].others, 3u);
    EXPECT_TRUE(results[1].minimum_reached);
    EXPECT_FALSE(results[1].count.has_value());
    EXPECT_TRUE(results[1].rows.empty());
}

TEST(Psi, RandomSetsGiveWhatTheirIntersectionIsInTheClear) {
    const std::pair<std::size_t, std::size_t> sizes[] = {{300, 50}, {20, 400}, {1, 1}};
    for (const auto& [n, m] : sizes) {
        for (const int receiver : {0, 1}) {
            Random r(n, m);
            const PsiTerms terms{.receiver = receiver, .sender_learns = true};
            const auto results = receiver == 0 ? run(terms, r.receiver, r.sender) : run(terms, r.sender, r.receiver);
            const PsiResult& mine = results[static_cast<std::size_t>(receiver)];
            const PsiResult& theirs = results[static_cast<std::size_t>(1 - receiver)];
            EXPECT_EQ(mine.rows, r.receiver_rows);
            EXPECT_EQ(theirs.rows, r.sender_rows);
            EXPECT_EQ(mine.minimum_reached, r.count > 0);
            EXPECT_EQ(theirs.count, r.count > 0 ? std::optional(r.count) : std::nullopt);
        }
    }
}

TEST(Psi, CountsTellNoRows) {
    Random r(200, 100);
    const auto results = run({.output = PsiOutput::count}, r.receiver, r.sender);
    EXPECT_EQ(results[0].count, r.count);
    EXPECT_TRUE(results[0].rows.empty());
    EXPECT_FALSE(results[1].count.has_value());
}

TEST(Psi, SumsOfWeightsAreExactAndCountRepeatedElements) {
    Random r(60, 80);
    const auto results = run({.output = PsiOutput::sum}, r.receiver, r.sender);
    for (const PsiResult& result : results) {
        EXPECT_EQ(result.count, r.count);
        EXPECT_EQ(result.sum, r.sum);
        EXPECT_TRUE(result.rows.empty());
    }
}

TEST(Psi, TheLargestWeightsAreSummedWithoutOverflow) {
    const auto results = run({.output = PsiOutput::sum}, {.values = {"a", "b"}},
                             {.values = {"a", "b", "c"}, .weights = {UINT32_MAX, UINT32_MAX, 7}});
    EXPECT_EQ(results[0].sum, 2 * std::uint64_t{UINT32_MAX});
}

TEST(Psi, NothingIsOpenedBelowTheMinimum) {
    for (const PsiOutput output : {PsiOutput::intersection, PsiOutput::count, PsiOutput::sum}) {
        const PsiTerms terms{.output = output, .sender_learns = true, .minimum = 3};
        const Side sender{.values = {"bob", "ada", "eve"}, .weights = {1, 2, 3}};
        for (const PsiResult& result : run(terms, {.values = {"ada", "bob", "cy"}}, sender)) {
            EXPECT_FALSE(result.minimum_reached);
            EXPECT_FALSE(result.count.has_value());
            EXPECT_FALSE(result.sum.has_value());
            EXPECT_TRUE(result.rows.empty());
        }
        EXPECT_TRUE(run(terms, {.values = {"ada", "bob", "eve"}}, sender)[1].minimum_reached);
    }
}

TEST(Psi, PaddingHidesTheSizeAndChangesNothingElse) {
    Random r(50, 30);
    r.receiver.options.padded_size = 64;
    r.sender.options.padded_size = 128;
    const auto results = run({.sender_learns = true}, r.receiver, r.sender);
    EXPECT_EQ(results[0].others, 128u);
    EXPECT_EQ(results[1].others, 64u);
    EXPECT_EQ(results[0].rows, r.receiver_rows);
    EXPECT_EQ(results[1].rows, r.sender_rows);
    EXPECT_EQ(run({.output = PsiOutput::sum}, r.receiver, r.sender)[0].sum, r.sum);
}

TEST(Psi, SetsLargerThanMemoryGoThroughFilesWithTheSameResult) {
    Random r(3000, 2500);
    for (Side* side : {&r.receiver, &r.sender}) side->options.sort_bytes = 1;  // the least: 1024 records
    const auto results = run({.sender_learns = true}, r.receiver, r.sender);
    EXPECT_EQ(results[0].rows, r.receiver_rows);
    EXPECT_EQ(results[1].rows, r.sender_rows);
}

TEST(Psi, TheVoleProtocolGivesTheIntersectionInTheClear) {
    const std::tuple<std::size_t, std::size_t, bool> cases[] = {
        {300, 50, true}, {20, 400, false}, {1, 1, true}, {150'000, 3000, true}, {3000, 150'000, true}};
    for (const auto& [n, m, sender_learns] : cases) {
        for (const int receiver : {0, 1}) {
            if (n + m > 1000 && receiver == 1) continue;
            Random r(n, m);
            const PsiTerms terms{.protocol = PsiProtocol::vole, .receiver = receiver, .sender_learns = sender_learns};
            const auto results = receiver == 0 ? run(terms, r.receiver, r.sender) : run(terms, r.sender, r.receiver);
            const PsiResult& mine = results[static_cast<std::size_t>(receiver)];
            const PsiResult& theirs = results[static_cast<std::size_t>(1 - receiver)];
            EXPECT_EQ(mine.rows, r.receiver_rows);
            EXPECT_EQ(mine.minimum_reached, r.count > 0);
            EXPECT_EQ(theirs.minimum_reached, r.count > 0);
            EXPECT_EQ(theirs.rows, sender_learns ? r.sender_rows : Rows{});
            EXPECT_EQ(theirs.count, sender_learns && r.count > 0 ? std::optional(r.count) : std::nullopt);
        }
    }
}

TEST(Psi, TheVoleProtocolPadsAndSortsInFilesAndTakesEmptySets) {
    Random r(3000, 2500);
    for (Side* side : {&r.receiver, &r.sender}) side->options = {.padded_size = 4096, .sort_bytes = 1};
    const PsiTerms terms{.protocol = PsiProtocol::vole, .sender_learns = true};
    const auto results = run(terms, r.receiver, r.sender);
    EXPECT_EQ(results[0].rows, r.receiver_rows);
    EXPECT_EQ(results[1].rows, r.sender_rows);
    EXPECT_EQ(results[0].others, 4096u);
    EXPECT_EQ(results[1].others, 4096u);
    EXPECT_FALSE(run(terms, {.values = {}}, {.values = {"a"}})[0].minimum_reached);
    EXPECT_FALSE(run(terms, {.values = {"a"}}, {.values = {}})[0].minimum_reached);
}

TEST(Psi, WhatTheVoleProtocolSendsDependsOnTheAnnouncedSizesAlone) {
    const auto traffic_of = [](const std::string& prefix, std::uint64_t common) {
        party::LocalNetwork network(2);
        Side mine{.values = {}, .options = {.padded_size = 200'000}};
        Side theirs{.values = {}, .options = {.padded_size = 1000}};
        for (std::size_t i = 0; i < 500; ++i) mine.values.push_back(prefix + std::to_string(i));
        for (std::size_t i = 0; i < 900; ++i) theirs.values.push_back(prefix + std::to_string(i + 500 - common));
        EXPECT_EQ(run(network, {.protocol = PsiProtocol::vole}, mine, theirs)[0].count, common);
        return std::array<std::uint64_t, 4>{network.traffic()[0].messages_sent, network.traffic()[0].bytes_sent,
                                            network.traffic()[1].messages_sent, network.traffic()[1].bytes_sent};
    };
    EXPECT_EQ(traffic_of("a", 100), traffic_of("b", 499));
}

TEST(Psi, TheBinsOfTheVoleProtocolHoldWhatItSaysAndRefuseMore) {
    Seeded seeded;
    const PsiBins bins(std::uint64_t{1} << 20);
    EXPECT_EQ(bins.count(), 16u);
    // The header: 21 bytes for each element, 16 for each row.
    EXPECT_LT(static_cast<double>(bins.count() * bins.shape().rows()) * 16, 21 * 0x1p20);
    std::vector<PsiElements::Element> elements(bins.capacity() + 1);
    std::uint64_t last = 0;
    std::vector<std::uint64_t> loads(bins.count());
    for (auto& element : elements) seeded.rng.fill(element.hash);
    std::ranges::sort(elements);
    for (const auto& element : elements) {
        EXPECT_LE(last, bins.bin_of(element));
        last = bins.bin_of(element);
        ++loads.at(last);
    }
    for (const std::uint64_t load : loads)
        EXPECT_NEAR(static_cast<double>(load), static_cast<double>(bins.capacity()) / 16, 500);
    expect_throws(ErrorCode::internal, "which happens once in 2^40 runs; run again",
                  [&] { return code_words(bins, elements); });
    elements.pop_back();
    EXPECT_EQ(code_words(bins, elements).size(), bins.shape().rows());
}

TEST(Psi, EmptySetsMeetNowhere) {
    const auto results = run({}, {.values = {}}, {.values = {"a"}});
    EXPECT_FALSE(results[0].minimum_reached);
    EXPECT_EQ(results[0].others, 1u);
    EXPECT_FALSE(run({.output = PsiOutput::sum}, {.values = {"a"}}, {.values = {}})[0].sum.has_value());
}

TEST(Psi, RoundsAndBytesAreThoseOfTheHeader) {
    const Side receiver{.values = {"a", "b", "c"}};
    const Side sender{.values = {"b", "c", "d", "e", "f"}, .weights = {1, 2, 3, 4, 5}};
    const auto traffic_of = [&](PsiOutput output) {
        party::LocalNetwork network(2);
        static_cast<void>(run(network, {.output = output}, receiver, sender));
        return std::array<std::uint64_t, 3>{static_cast<std::uint64_t>(network.rounds()),
                                            network.traffic()[0].bytes_sent, network.traffic()[1].bytes_sent};
    };
    constexpr std::uint64_t tag = 6;                               // 40 + 2 * 3 bits
    constexpr std::uint64_t receiver_fixed = 32 + 8 + 3 * 32 + 8;  // stopped run, size, points, verdict
    constexpr std::uint64_t sender_fixed = 32 + 8 + 5 * 32 + 3 * tag;
    EXPECT_EQ(traffic_of(PsiOutput::intersection),
              (std::array<std::uint64_t, 3>{6, receiver_fixed, sender_fixed + 24}));
    EXPECT_EQ(traffic_of(PsiOutput::count), (std::array<std::uint64_t, 3>{5, receiver_fixed, sender_fixed}));
    EXPECT_EQ(traffic_of(PsiOutput::sum),
              (std::array<std::uint64_t, 3>{7, receiver_fixed + 96, sender_fixed + 64 + 5 * 96 + 8}));
}

TEST(Psi, RoundsAndBytesOfTheVoleProtocolAreThoseOfTheHeader) {
    constexpr std::size_t n = 100'000;
    Side receiver;
    Side sender;
    for (std::size_t i = 0; i < n; ++i) receiver.values.push_back("r" + std::to_string(i));
    for (std::size_t i = 0; i < n; ++i) sender.values.push_back("s" + std::to_string(i));
    sender.values.front() = receiver.values.front();
    for (const bool sender_learns : {false, true}) {
        party::LocalNetwork network(2);
        static_cast<void>(
            run(network, {.protocol = PsiProtocol::vole, .sender_learns = sender_learns}, receiver, sender));
        EXPECT_EQ(network.rounds(), 8);
        EXPECT_LT(network.traffic()[0].bytes_sent + network.traffic()[1].bytes_sent, 31 * n + 70'000);
        EXPECT_LT(network.traffic()[0].bytes_sent, 21 * n + 50'000);
    }
}

TEST(Psi, WhatBothPartiesSendChangesWithEveryRun) {
    party::LocalNetwork network(2);
    const Side set{.values = {"a", "b"}};
    static_cast<void>(run(network, {}, set, set));
    const Digest first = network.trace();
    static_cast<void>(run(network, {}, set, set));
    EXPECT_NE(network.trace(), first);
}

TEST(Psi, TheTermsAreWhatASessionCompares) {
    const PsiTerms terms{.purpose = "mail, lower case"};
    EXPECT_EQ(terms.plan().parameters, PsiTerms{.purpose = "mail, lower case"}.plan().parameters);
    const PsiTerms others[] = {{.purpose = "mail"},
                               {.protocol = PsiProtocol::vole, .purpose = terms.purpose},
                               {.output = PsiOutput::count, .purpose = terms.purpose},
                               {.receiver = 1, .purpose = terms.purpose},
                               {.sender_learns = true, .purpose = terms.purpose},
                               {.minimum = 2, .purpose = terms.purpose},
                               {.largest = 9, .purpose = terms.purpose}};
    for (const PsiTerms& other : others) EXPECT_NE(other.plan().parameters, terms.plan().parameters);
}

TEST(Psi, RefusesWhatItCannotDo) {
    const Side one{.values = {"a"}};
    const auto refuses = [&](const std::string& text, const PsiTerms& terms, const Side& side) {
        expect_throws(ErrorCode::invalid_argument, text, [&] { return run(terms, side, side); });
    };
    refuses("party 2 cannot receive", {.receiver = 2}, one);
    refuses("a minimum of 0", {.minimum = 0}, one);
    refuses("take 1 to 2^40 - 1", {.largest = 0}, one);
    refuses("take a larger unit", {}, {.values = {"a"}, .weights = {std::uint64_t{1} << 32}});
    refuses("equal elements together", {}, {.values = {"a", "a"}, .weights = {UINT32_MAX, 1}});
    refuses("cannot be padded to 1", {}, {.values = {"a", "b"}, .options = {.padded_size = 1}});
    const auto vole = PsiProtocol::vole;
    refuses("cannot give counts or sums alone; take the ECDH protocol", {.protocol = vole, .output = PsiOutput::count},
            one);
    refuses("cannot give counts or sums alone", {.protocol = vole, .output = PsiOutput::sum}, one);
    refuses("a minimum of 2 would hold nothing back", {.protocol = vole, .minimum = 2}, one);
    refuses("takes up to 2^31", {.protocol = vole, .largest = (std::uint64_t{1} << 31) + 1}, one);
    refuses("cannot be padded to 1", {.protocol = vole}, {.values = {"a", "b"}, .options = {.padded_size = 1}});
    refuses("there is no protocol 7", {.protocol = static_cast<PsiProtocol>(7)}, one);
    party::LocalNetwork three(3);
    expect_throws(ErrorCode::invalid_argument, "3 parties; it is for two",
                  [&] { return three.run([&](party::Party& me) { return intersect(me, {}, source(one)); }); });
    expect_throws(ErrorCode::protocol_violation, "announced 2 elements where the terms allow 1", [&] {
        return run({.largest = 1}, one, {.values = {"a", "b"}});
    });
}

/// Runs with a change to the frame of that type (its second two bytes of the header) from one party.
std::string caught(std::uint16_t type, const std::function<void(std::span<std::byte>)>& change, PsiOutput output,
                   PsiProtocol protocol = PsiProtocol::ecdh) {
    party::LocalNetwork network(2, {}, [&](party::Frame& frame) {
        std::uint16_t number = 0;
        std::memcpy(&number, frame.bytes.data() + 4, sizeof number);
        if (number == type) change(std::span(frame.bytes).subspan(party::frame_header_bytes));
    });
    const Side set{.values = {"a", "b", "c"}, .weights = {1, 2, 3}};
    return message_of(ErrorCode::protocol_violation, [&] {
        static_cast<void>(run(network, {.protocol = protocol, .output = output, .sender_learns = true}, set, set));
    });
}

TEST(Psi, WhatNoHonestPartySendsIsCaught) {
    const auto swap_first_two = [](std::size_t size) {
        return [size](std::span<std::byte> bytes) {
            std::swap_ranges(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size),
                             bytes.begin() + static_cast<std::ptrdiff_t>(size));
        };
    };
    const auto all_ones = [](std::span<std::byte> bytes) { std::ranges::fill(bytes, std::byte{0xff}); };
    const auto last_point = [](std::span<std::byte> bytes) {
        std::ranges::fill(bytes.last(32), std::byte{0xff});  // no canonical encoding
    };
    using testing::HasSubstr;
    const auto rows = PsiOutput::intersection;
    EXPECT_THAT(caught(0x0402, swap_first_two(32), rows), HasSubstr("masked elements that are not in ascending order"));
    EXPECT_THAT(caught(0x0402, last_point, rows), HasSubstr("no element of the group"));
    EXPECT_THAT(caught(0x0404, swap_first_two(6), rows), HasSubstr("tags that are not in ascending order"));
    EXPECT_THAT(caught(0x0405, all_ones, rows), HasSubstr("more elements in the intersection than a set has"));
    EXPECT_THAT(caught(0x0406, all_ones, rows), HasSubstr("named an element that was not announced"));
    EXPECT_THAT(caught(0x0407, all_ones, rows), HasSubstr("named an element that was not announced"));
    const auto vole = PsiProtocol::vole;
    EXPECT_THAT(caught(0x0404, swap_first_two(6), rows, vole), HasSubstr("tags that are not in ascending order"));
    EXPECT_THAT(caught(0x0405, all_ones, rows, vole), HasSubstr("more elements in the intersection than a set has"));
    EXPECT_THAT(caught(0x0407, all_ones, rows, vole), HasSubstr("named an element that was not announced"));
    EXPECT_THAT(caught(0x0401, all_ones, PsiOutput::sum), HasSubstr("no ciphertexts"));
    EXPECT_THAT(caught(0x0403, all_ones, PsiOutput::sum), HasSubstr("no ciphertexts"));
    EXPECT_THAT(caught(0x0408, swap_first_two(32), PsiOutput::sum), HasSubstr("a sum that is none"));
}

}  // namespace
}  // namespace tacit::mpc
