#pragma once

#include <string>
#include <string_view>

namespace tacit::table {

/// How an identifier is written before it is compared with another party's. White space around it never counts.
enum class Spelling : unsigned char {
    exact,  ///< as it is, in Unicode's normal form C
    lower,  ///< and without case (full case folding)
    email,  ///< as lower, if it has one '@' with something on either side
    phone,  ///< digits, perhaps after '+'; spaces, '-', '.', '/' and brackets in between are left out, and 00 in front
            ///< is '+'
};

/// "exact", "lower", "email", "phone"
[[nodiscard]] const char* to_string(Spelling spelling) noexcept;

/// The identifier as all spellings of it are written; empty if there is none (white space alone). Throws
/// malformed_input, naming the identifier's kind but not the identifier, for what is no e-mail address or telephone
/// number. The text is UTF-8.
[[nodiscard]] std::string normalise(std::string_view text, Spelling spelling);

}  // namespace tacit::table
