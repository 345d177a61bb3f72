#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tacit/base/error.hpp"

namespace tacit {

/// Runs `work`, which must throw a tacit::Error of that code, and returns its message.
template <class Work>
std::string message_of(ErrorCode code, Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        EXPECT_STREQ(to_string(error.code()), to_string(code)) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "no error was thrown";
    return {};
}

/// The same, and the message must hold `part`.
template <class Work>
void expect_throws(ErrorCode code, const std::string& part, Work&& work) {
    EXPECT_THAT(message_of(code, [&] { static_cast<void>(work()); }), testing::HasSubstr(part));
}

}  // namespace tacit
