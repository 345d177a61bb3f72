#include "service/wire.hpp"

#include "base/throws.hpp"
#include "tacit/service/job.hpp"

namespace tacit::service {

namespace {

TEST(Wire, ErrorsThatAreTheCallersTravelWithTheirText) {
    for (const ErrorCode code : {ErrorCode::invalid_argument, ErrorCode::malformed_input, ErrorCode::quota_exceeded,
                                 ErrorCode::untrusted_peer, ErrorCode::unreachable}) {
        const grpc::Status status = to_status(Error(code, "the text"));
        EXPECT_EQ(status.error_message(), "the text");
        EXPECT_STREQ(to_string(to_code(status.error_code())), to_string(code));
    }
}

TEST(Wire, ErrorsOfTheServiceStayThere) {
    for (const ErrorCode code : {ErrorCode::io_failure, ErrorCode::internal, ErrorCode::missing_key}) {
        const grpc::Status status = to_status(Error(code, "/secret/path"));
        EXPECT_THAT(status.error_message(), testing::HasSubstr("tell its operator"));
        EXPECT_EQ(status.error_message().find("/secret/path"), std::string::npos);
        EXPECT_EQ(to_code(status.error_code()), ErrorCode::internal);
    }
}

TEST(Wire, HashesAndNamesHaveTheirLength) {
    JobId id{};
    id[3] = std::byte{0xab};
    EXPECT_EQ(from_wire<JobId>(to_wire(id), "the name"), id);
    expect_throws(ErrorCode::malformed_input, "the name has 15 bytes instead of 16",
                  [] { return from_wire<JobId>(std::string(15, 'x'), "the name"); });
}

}  // namespace

}  // namespace tacit::service
