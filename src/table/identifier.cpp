#include "tacit/table/identifier.hpp"

#include <unicase.h>
#include <uninorm.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/fail.hpp"

namespace tacit::table {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n\v\f";
    const std::size_t begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

/// What libunistring gives, which is to be freed.
template <class Function>
std::string taken(const Function& function) {
    std::size_t length = 0;
    const std::unique_ptr<std::uint8_t, decltype(&std::free)> result(function(&length), &std::free);
    if (!result) throw std::bad_alloc();
    return {reinterpret_cast<const char*>(result.get()), length};
}

const std::uint8_t* raw(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

std::string composed(std::string_view text) {
    return taken(
        [&](std::size_t* length) { return u8_normalize(UNINORM_NFC, raw(text), text.size(), nullptr, length); });
}

std::string folded(std::string_view text) {
    return taken([&](std::size_t* length) {
        return u8_casefold(raw(text), text.size(), nullptr, UNINORM_NFC, nullptr, length);
    });
}

std::string email(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.rfind('@') != at) {
        fail(ErrorCode::malformed_input,
             "this is no e-mail address: one '@' with something on either side; mend the "
             "cell or empty it");
    }
    return folded(text);
}

std::string phone(std::string_view text) {
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= '0' && c <= '9') || (c == '+' && i == 0)) {
            digits += c;
        } else if (std::string_view(" -./()").find(c) == std::string_view::npos) {
            digits.clear();
            break;
        }
    }
    if (digits.starts_with("00")) digits.replace(0, 2, "+");
    if (digits.size() < 4 || digits.size() > 16) {
        fail(ErrorCode::malformed_input,
             "this is no telephone number: 4 to 15 digits, perhaps after '+', with spaces "
             "and -./() between them; mend the cell or empty it");
    }
    return digits;
}

}  // namespace

const char* to_string(Spelling spelling) noexcept {
    switch (spelling) {
        case Spelling::exact: return "exact";
        case Spelling::lower: return "lower";
        case Spelling::email: return "email";
        case Spelling::phone: return "phone";
    }
    return "?";
}

std::string normalise(std::string_view text, Spelling spelling) {
    text = trimmed(text);
    if (text.empty()) return {};
    switch (spelling) {
        case Spelling::exact: return composed(text);
        case Spelling::lower: return folded(text);
        case Spelling::email: return email(text);
        case Spelling::phone: return phone(text);
    }
    return {};
}

}  // namespace tacit::table
