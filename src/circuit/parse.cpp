#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/text.hpp"

namespace tacit::circuit {

namespace {

/// Reads the tokens of one line and knows where each began.
class Line {
public:
    Line(std::string_view text, std::size_t number) : text_(text), number_(number) {}

    /// Refuses the token that began last.
    template <class... Args>
    [[noreturn]] void refuse(fmt::format_string<Args...> text, Args&&... args) const {
        fail(ErrorCode::malformed_input, "circuit text, line {}, column {}: {}", number_, token_ + 1,
             fmt::format(text, std::forward<Args>(args)...));
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

    std::string_view text_;
    std::size_t number_;
    std::size_t at_ = 0;
    std::size_t token_ = 0;
};

class Parser {
public:
    Circuit run(std::string_view text) {
        std::size_t number = 1;
        for (std::size_t begin = 0; begin <= text.size(); ++number) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            Line line(text.substr(begin, end - begin), number);
            if (!line.at_end()) statement(line);
            begin = end + 1;
        }
        const Line last({}, number - 1);
        if (!has_header_) last.refuse("the text is empty; begin with 'circuit 1'");
        return build(last, [this] { return std::move(builder_).finish(); });
    }

private:
    /// What the builder refuses is a flaw of the text here.
    template <class F>
    static std::invoke_result_t<F> build(const Line& line, const F& make) {
        try {
            return make();
        } catch (const Error& error) {
            line.refuse("{}", error.what());
        }
    }

    void statement(Line& line) {
        if (!has_header_) {
            header(line);
        } else if (line.take('%')) {
            definition(line);
        } else if (line.word() == "output") {
            const ValueId value = operand(line);
            std::string name = line.name();
            build(line, [&] { builder_.output(value, std::move(name)); });
        } else {
            line.refuse("{} begins no statement; write '%number = operation' or 'output %number \"name\"'",
                        line.next());
        }
        line.expect_end();
    }

    void header(Line& line) {
        if (line.word() != "circuit") line.refuse("this is no circuit; begin with 'circuit 1'");
        const auto version = line.number<std::uint32_t>("the version of the text form");
        if (version != 1) line.refuse("version {} of the text form is unknown; this library reads version 1", version);
        has_header_ = true;
    }

    void definition(Line& line) {
        const auto number = line.number<std::uint32_t>("the number of a value");
        if (values_.contains(number)) line.refuse("%{} is defined twice; give every value its own number", number);
        line.expect('=');
        values_.emplace(number, operation(line));
    }

    ValueId operation(Line& line) {
        const std::string_view word = line.word();
        if (word == "input") {
            std::string name = line.name();
            return build(line, [&] { return builder_.input(std::move(name), Location{}); });
        }
        if (word == "constant") {
            const auto values = constant(line);
            return build(line, [&] { return builder_.constant(values, Location{}); });
        }
        if (word == "negate") {
            const ValueId a = operand(line);
            return build(line, [&] { return builder_.negate(a, Location{}); });
        }
        if (word == "conjugate") {
            const ValueId a = operand(line);
            return build(line, [&] { return builder_.conjugate(a, Location{}); });
        }
        if (word == "rotate") {
            const ValueId a = operand(line);
            line.expect(',');
            const auto steps = line.number<std::int32_t>("the steps of a rotation");
            return build(line, [&] { return builder_.rotate(a, steps, Location{}); });
        }
        return binary(line, word);
    }

    ValueId binary(Line& line, std::string_view word) {
        if (word != "add" && word != "sub" && word != "mul") {
            line.refuse("unknown operation {}; use input, constant, add, sub, mul, negate, rotate or conjugate",
                        line.next());
        }
        const ValueId a = operand(line);
        line.expect(',');
        const ValueId b = operand(line);
        return build(line, [&] {
            if (word == "add") return builder_.add(a, b, Location{});
            return word == "sub" ? builder_.sub(a, b, Location{}) : builder_.mul(a, b, Location{});
        });
    }

    ValueId operand(Line& line) {
        line.expect('%');
        const auto number = line.number<std::uint32_t>("the number of a value");
        const auto found = values_.find(number);
        if (found == values_.end()) line.refuse("%{} is not defined above; define a value before its use", number);
        return found->second;
    }

    static std::vector<double> constant(Line& line) {
        std::vector<double> values;
        const bool list = line.take('[');
        do {
            values.push_back(line.number<double>("a value of a constant"));
        } while (list && line.take(','));
        if (list) line.expect(']');
        return values;
    }

    Builder builder_;
    std::unordered_map<std::uint32_t, ValueId> values_;
    bool has_header_ = false;
};

}  // namespace

Circuit parse(std::string_view text) { return Parser().run(text); }

}  // namespace tacit::circuit
