#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tacit/base/error.hpp"

namespace tacit::circuit {

/// Runs `action` and checks that it throws `Error` with this code and this part of its message.
template <class Action>
void expect_error(ErrorCode code, const std::string& part, const Action& action) {
    try {
        action();
        ADD_FAILURE() << "no error; expected: " << part;
    } catch (const Error& error) {
        EXPECT_STREQ(to_string(error.code()), to_string(code));
        EXPECT_THAT(error.what(), ::testing::HasSubstr(part));
    }
}

}  // namespace tacit::circuit
