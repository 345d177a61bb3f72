#include "tacit/table/identifier.hpp"

#include "base/throws.hpp"

namespace tacit::table {
namespace {

TEST(Identifier, WhiteSpaceAroundItNeverCounts) {
    for (const Spelling spelling : {Spelling::exact, Spelling::lower, Spelling::email, Spelling::phone}) {
        EXPECT_EQ(normalise(" \t ", spelling), "") << to_string(spelling);
    }
    EXPECT_EQ(normalise("  Ada Lovelace\t", Spelling::exact), "Ada Lovelace");
}

TEST(Identifier, ComposedAndDecomposedLettersAreOne) {
    EXPECT_EQ(normalise("Mu\u0308ller", Spelling::exact), normalise("M\u00fcller", Spelling::exact));
    EXPECT_NE(normalise("M\u00fcller", Spelling::exact), normalise("m\u00fcller", Spelling::exact));
}

TEST(Identifier, CaseIsFoldedAsUnicodeSays) {
    EXPECT_EQ(normalise("STRASSE", Spelling::lower), normalise("Stra\u00dfe", Spelling::lower));
    EXPECT_EQ(normalise("\u00c5sa", Spelling::lower), normalise("a\u030asa", Spelling::lower));
    EXPECT_EQ(normalise(" Ada@Example.ORG ", Spelling::email), "ada@example.org");
}

TEST(Identifier, TelephoneNumbersLoseWhatIsBetweenTheirDigits) {
    for (const char* text : {"+44 (20) 7946-0958", "0044 20.7946/0958", "+442079460958"}) {
        EXPECT_EQ(normalise(text, Spelling::phone), "+442079460958") << text;
    }
    EXPECT_EQ(normalise("112 0", Spelling::phone), "1120");
}

TEST(Identifier, RefusesWhatIsNoAddressOrNumberWithoutRepeatingIt) {
    for (const char* text : {"ada", "@b", "a@", "a@b@c"}) {
        EXPECT_EQ(message_of(ErrorCode::malformed_input, [&] { static_cast<void>(normalise(text, Spelling::email)); }),
                  "this is no e-mail address: one '@' with something on either side; mend the cell or empty it");
    }
    for (const char* text : {"123", "12a45", "4+445", "12345678901234567"}) {
        EXPECT_THAT(
            message_of(ErrorCode::malformed_input, [&] { static_cast<void>(normalise(text, Spelling::phone)); }),
            testing::StartsWith("this is no telephone number: 4 to 15 digits"));
    }
}

}  // namespace
}  // namespace tacit::table
