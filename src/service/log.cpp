#include "service/log.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>

namespace tacit::service {

namespace {

/// UTC with milliseconds, as in RFC 3339.
std::string timestamp() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    const std::time_t seconds = milliseconds / 1000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
    std::snprintf(text.data() + size, text.size() - size, ".%03dZ", static_cast<int>(milliseconds % 1000));
    return text.data();
}

}  // namespace

void Log::write(const char* event, std::initializer_list<Field> fields) {
    nlohmann::ordered_json line = {{"time", timestamp()}, {"event", event}};
    for (const auto& [name, value] : fields) {
        std::visit([&, key = name](const auto& v) { line[key] = v; }, value);
    }
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    std::fputs(text.c_str(), stream_);
    std::fflush(stream_);
}

}  // namespace tacit::service
