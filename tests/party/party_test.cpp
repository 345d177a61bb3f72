#include "tacit/party/party.hpp"

#include "../base/throws.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::party {

namespace {

constexpr MessageType word_type{0x7f01, "word"};
constexpr MessageType other_type{0x7f02, "another"};

/// Party 0 sends by `send`, party 1 receives by `receive`; the error of party 1.
template <class Send, class Receive>
Error error_of_receiver(const Send& send, const Receive& receive) {
    LocalNetwork network(2);
    auto outcomes = network.run_each([&](Party& me) {
        if (me.index() == 0) send(me);
        if (me.index() == 1) receive(me);
        return 0;
    });
    return outcomes[1].error();
}

}  // namespace

TEST(Party, WordsArraysAndVectorsArriveAsTheyWere) {
    LocalNetwork network(2);
    const std::vector<std::uint32_t> words{1, 2, 0xffffffff};
    static_cast<void>(network.run([&](Party& me) {
        const int peer = 1 - me.index();
        me.send(peer, word_type, words);
        me.send(peer, other_type, Digest{std::byte{5}});
        me.send(peer, word_type, std::vector<std::byte>{});
        EXPECT_EQ(me.receive<std::uint32_t>(peer, word_type, 3), words);
        EXPECT_EQ(me.receive<Digest>(peer, other_type), Digest{std::byte{5}});
        EXPECT_TRUE(me.receive<std::byte>(peer, word_type, 0).empty());
        return 0;
    }));
    EXPECT_EQ(network.rounds(), 1);
    EXPECT_EQ(network.traffic()[0].bytes_sent, 44U);
}

TEST(Party, AnotherTypeOrLengthThanIsDueEndsTheRun) {
    const auto receive_word = [](Party& me) { static_cast<void>(me.receive<std::uint64_t>(0, word_type)); };
    const Error length = error_of_receiver([](Party& me) { me.send(1, word_type, std::uint32_t{1}); }, receive_word);
    EXPECT_EQ(length.code(), ErrorCode::protocol_violation);
    EXPECT_STREQ(length.what(),
                 "party 0 sent 4 bytes of type 0x7f01 as message 0 where 'word' (0x7f01) of 8 bytes was due as 0; all "
                 "parties must run the same version on the same plan");
    const Error type = error_of_receiver([](Party& me) { me.send(1, other_type, std::uint64_t{1}); }, receive_word);
    EXPECT_EQ(type.code(), ErrorCode::protocol_violation);
}

TEST(Party, NobodySendsToItselfOrToNobody) {
    for (const int to : {0, -1, 2}) {
        LocalNetwork network(2);
        expect_throws(ErrorCode::invalid_argument, "send: party 0 of 2 cannot have party", [&] {
            return network.run([&](Party& me) {
                if (me.index() == 0) me.send(to, word_type, std::uint8_t{1});
                return 0;
            });
        });
    }
}

TEST(Party, HashesDifferByLabelPartySessionAndData) {
    LocalNetwork network(2);
    const std::vector<std::byte> data(3);
    const auto hashes = [&](Party& me) {
        EXPECT_NE(me.hash("a", 0, data), me.hash("b", 0, data));
        EXPECT_NE(me.hash("a", 0, data), me.hash("a", 1, data));
        EXPECT_NE(me.hash("a", 0, data), me.hash("a", 0, std::span(data).first(2)));
        return me.hash("a", 0, data);
    };
    const auto first = network.run(hashes);
    EXPECT_EQ(first[0], first[1]);
    EXPECT_NE(first, network.run(hashes)) << "two runs have one session";
}

}  // namespace tacit::party
