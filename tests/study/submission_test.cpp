#include "tacit/study/submission.hpp"

#include "../base/temporary_folder.hpp"
#include "studies.hpp"
#include "tacit/base/files.hpp"
#include "tacit/mpc/dealing.hpp"

namespace tacit::study {

namespace {

class Submissions : public InTemporaryFolder {
protected:
    Submissions() : made_(make_study(seeded_.rng, 3)), table_(made_.study) {
        table_.fill(1, std::vector<std::int64_t>{7, -500});
        table_.fill(4, std::vector<std::int64_t>{100'000, 100'000'000});
        bytes_ = make_submission(study(), contributor(5), 3, table_, seeded_.rng);
    }
    [[nodiscard]] const Study& study() const { return made_.study; }
    std::string csv_error(const std::string& text) {
        const auto path = folder_ / "table.csv";
        write_file_atomically(path, std::as_bytes(std::span(text)));
        try {
            return fmt::format("{} cells", read_table(study(), path).filled());
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::malformed_input) << error.what();
            return error.what();
        }
    }

    Seeded seeded_;
    Made made_;
    Table table_;
    std::vector<std::byte> bytes_;
};

}  // namespace

TEST_F(Submissions, TheServersTogetherHoldTheTable) {
    EXPECT_EQ(bytes_.size(), submission_bytes(study()));
    const Header header = read_header(study(), bytes_).value();
    EXPECT_EQ(header.contributor, contributor(5));
    EXPECT_EQ(header.version, 3U);
    std::vector<mpc::Numbers> shares;
    for (std::size_t server = 0; server < 3; ++server) {
        const auto part = part_for(study(), bytes_, server);
        EXPECT_EQ(read_header(study(), part)->receipt, header.receipt);
        shares.push_back(
            {.parts = open_part(study(), server, made_.servers[server], part).value(), .size = study().words()});
    }
    const auto words = mpc::combine(shares).value();
    EXPECT_TRUE(std::ranges::equal(words, table_.words()));
    EXPECT_EQ(words[1], 1U);
    EXPECT_EQ(words[6 + 1], 6U);
    EXPECT_EQ(words[12 + 4], 100'000'500U);
    EXPECT_EQ(table_.filled(), 2U);
}

TEST_F(Submissions, NothingButTheServersKeyOpensAPartUnaltered) {
    const auto part = part_for(study(), bytes_, 1);
    const auto refused = [&](std::size_t server, const party::SealingKey& key, std::span<const std::byte> bytes) {
        const auto opened = open_part(study(), server, key, bytes);
        return !opened && opened.error().code() == ErrorCode::malformed_input;
    };
    EXPECT_FALSE(refused(1, made_.servers[1], part));
    EXPECT_TRUE(refused(0, made_.servers[1], part));
    EXPECT_TRUE(refused(1, made_.servers[0], part));
    EXPECT_TRUE(refused(1, made_.analyst, part));
    for (std::size_t i = 0; i < part.size(); i += i < 200 ? 1 : 17) {
        auto altered = part;
        altered[i] ^= std::byte{1};
        EXPECT_TRUE(refused(1, made_.servers[1], altered)) << i;
        EXPECT_TRUE(refused(1, made_.servers[1], std::span(part).first(i))) << i;
    }
}

TEST_F(Submissions, SharesThatTheHeaderDoesNotCommitToAreRefused) {
    // A contributor who seals another table's shares under this header.
    const auto other = make_submission(study(), contributor(5), 3, Table(study()), seeded_.rng);
    const std::size_t header = part_bytes(study()) - (bytes_.size() - part_bytes(study())) / 2;
    ASSERT_EQ(header, 4U + 32 + 16 + 8 + 96);
    const auto part = part_for(study(), other, 0);
    const std::span place_of_other(part.data(), header);
    std::vector<std::byte> place(place_of_other.begin(), place_of_other.end());
    place.push_back(std::byte{0});
    auto message = party::unseal(made_.servers[0], std::span(part).subspan(header), place).value();
    std::vector<std::byte> cheat(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(header));
    place.assign(cheat.begin(), cheat.end());
    place.push_back(std::byte{0});
    const auto sealed = party::seal(study().servers[0].key, message, place, seeded_.rng);
    cheat.insert(cheat.end(), sealed.begin(), sealed.end());
    const auto opened = open_part(study(), 0, made_.servers[0], cheat);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().what(), testing::HasSubstr("its sender cheats"));
}

TEST_F(Submissions, HeadersOfAnotherStudyAndWrongLengthsAreRefused) {
    Study other = study();
    other.text = "changed";
    EXPECT_THAT(read_header(other, bytes_).error().what(), testing::HasSubstr("another study"));
    EXPECT_THAT(read_header(study(), std::span(bytes_).first(bytes_.size() - 1)).error().what(),
                testing::HasSubstr("are due"));
    auto marked = bytes_;
    marked[0] ^= std::byte{1};
    EXPECT_THAT(read_header(study(), marked).error().what(), testing::HasSubstr("no submission"));
    for (std::size_t i = 0; i < 150; ++i) EXPECT_FALSE(read_header(study(), std::span(bytes_).first(i)));
}

TEST_F(Submissions, LinksAreReadAsWritten) {
    const Link link{.base = "https://host.example:8443", .invitation = {std::byte{0xab}}};
    EXPECT_EQ(to_text(link), "https://host.example:8443/#ab000000000000000000000000000000");
    EXPECT_EQ(parse_link(to_text(link))->invitation, link.invitation);
    EXPECT_EQ(parse_link(to_text(link))->base, link.base);
    for (const char* none :
         {"", "https://host", "https://host/#ab", "ftp://host/#ab000000000000000000000000000000",
          "https://host/#AB000000000000000000000000000000", "https:///#ab000000000000000000000000000000",
          "https://host/path/#ab000000000000000000000000000000"}) {
        EXPECT_EQ(parse_link(none).error().code(), ErrorCode::malformed_input) << none;
    }
}

TEST_F(Submissions, TablesAreReadFromCsvOrRefusedWithTheirPlace) {
    EXPECT_EQ(csv_error("region,sex,wages,employees\nnorth,men,10.5,1\nsouth,women,-5,100000\n"), "2 cells");
    const std::string head = "sex,region,employees,wages\n";
    EXPECT_THAT(csv_error(head), testing::HasSubstr("fills in no cell"));
    EXPECT_THAT(csv_error(head + "men,west,1,2\n"), testing::HasSubstr("'west' is no 'region'; use one of: north"));
    EXPECT_THAT(csv_error(head + "men,north,1,x\n"), testing::HasSubstr("line 2"));
    EXPECT_THAT(csv_error(head + "men,north,0,2\n"), testing::HasSubstr("'employees' lies between 1 and 100000"));
    EXPECT_THAT(csv_error(head + "men,north,1,2.555\n"), testing::HasSubstr("line 2"));
    EXPECT_THAT(csv_error(head + "men,north,1,2\nmen,north,1,2\n"),
                testing::HasSubstr("line 3: this cell is there twice"));
    EXPECT_THAT(csv_error("sex,region,wages\nmen,north,2\n"), testing::HasSubstr("has 3 columns"));
}

TEST_F(Submissions, ValuesOutsideTheirBoundsAreNotFilledIn) {
    Table table(study());
    expect_throws(ErrorCode::invalid_argument, "'wages' of cell 1", [&] {
        table.fill(0, std::vector<std::int64_t>{1, -501});
        return 0;
    });
    expect_throws(ErrorCode::invalid_argument, "1 values", [&] {
        table.fill(0, std::vector<std::int64_t>{1});
        return 0;
    });
    EXPECT_EQ(table.filled(), 0U);
}

}  // namespace tacit::study
