#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>

namespace tacit::service {

/// One JSON object per line: time, event, and fields. Never content of objects; customers by the names of their pins.
/// Lines of several logs on one stream do not mix.
class Log {
public:
    using Value = std::variant<std::string, std::int64_t, double>;
    using Field = std::pair<const char*, Value>;

    explicit Log(std::FILE* stream) : stream_(stream) {}
    /// Any thread. Losing the output is never an error.
    void write(const char* event, std::initializer_list<Field> fields = {});

private:
    std::FILE* stream_;
};

}  // namespace tacit::service
