#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "base/fail.hpp"

namespace tacit::circuit {

/// Reads the tokens of one line and knows where each began.
class TextLine {
public:
    /// `subject` begins the messages: "circuit text".
    TextLine(const char* subject, std::string_view text, std::size_t number)
        : subject_(subject), text_(text), number_(number) {}

    /// Refuses the token that began last.
    template <class... Args>
    [[noreturn]] void refuse(fmt::format_string<Args...> text, Args&&... args) const {
        fail(ErrorCode::malformed_input, "{}, line {}, column {}: {}", subject_, number_, token_ + 1,
             fmt::format(text, std::forward<Args>(args)...));
    }

    /// Calls make(); what it refuses is a flaw of the text here.
    template <class F>
    std::invoke_result_t<F> build(const F& make) const {
        try {
            return make();
        } catch (const Error& error) {
            refuse("{}", error.what());
        }
    }

    /// What the last token begins with, for a message.
    [[nodiscard]] std::string next() const {
        return token_ < text_.size() ? fmt::format("'{}'", text_.substr(token_, 20)) : "the end of the line";
    }
    /// Whether only blanks and a comment are left.
    [[nodiscard]] bool at_end() {
        begin_token();
        return at_ == text_.size() || text_[at_] == '#';
    }
    void expect_end() {
        if (!at_end()) refuse("{} after the end of the statement; begin a new line", next());
    }
    /// Takes `symbol` if it is next.
    [[nodiscard]] bool take(char symbol) {
        if (at_end() || text_[at_] != symbol) return false;
        ++at_;
        return true;
    }
    void expect(char symbol) {
        if (!take(symbol)) refuse("expected '{}' before {}; write lines as print() does", symbol, next());
    }
    void expect_word(std::string_view expected) {
        if (word() != expected) refuse("expected '{}' before {}; write lines as print() does", expected, next());
    }
    /// Letters up to the next blank or symbol; perhaps none.
    [[nodiscard]] std::string_view word() {
        begin_token();
        at_ = std::min(text_.find_first_of(" \t\r#%,=\"[]", at_), text_.size());
        return text_.substr(token_, at_ - token_);
    }
    [[nodiscard]] std::string name() {
        expect('"');
        const std::size_t end = text_.find('"', at_);
        if (end == std::string_view::npos) refuse("the name has no closing quote; add '\"'");
        const std::string_view found = text_.substr(at_, end - at_);
        at_ = end + 1;
        return std::string(found);
    }
    template <class T>
    [[nodiscard]] T number(const char* what) {
        begin_token();
        T value{};
        const char* const begin = text_.data() + at_;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
        if (error == std::errc::invalid_argument) refuse("expected {} before {}; write a number", what, next());
        at_ += static_cast<std::size_t>(end - begin);
        const bool representable = error == std::errc{} && std::isfinite(static_cast<double>(value));
        if (!representable) {
            refuse("{} '{}' is out of range; write a smaller number", what, text_.substr(token_, at_ - token_));
        }
        return value;
    }

private:
    void begin_token() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
        token_ = at_;
    }

    const char* subject_;
    std::string_view text_;
    std::size_t number_;
    std::size_t at_ = 0;
    std::size_t token_ = 0;
};

/// Calls read(line) for every line of a text that holds more than blanks and a comment; returns the last line, for what
/// can only be refused there.
template <class Read>
TextLine for_lines(const char* subject, std::string_view text, const Read& read) {
    std::size_t number = 1;
    for (std::size_t begin = 0; begin <= text.size(); ++number) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        TextLine line(subject, text.substr(begin, end - begin), number);
        if (!line.at_end()) read(line);
        begin = end + 1;
    }
    return {subject, {}, number - 1};
}

}  // namespace tacit::circuit
