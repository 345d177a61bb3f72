// The JSON of calibrations.
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/fail.hpp"
#include "tacit/compile/cost.hpp"

namespace tacit::compile {

namespace {

constexpr const char* format = "tacit calibration";
constexpr int version = 1;
constexpr std::size_t largest_text = std::size_t{1} << 20;
constexpr int most_levels = 64;

TimedOperation operation(std::size_t i) { return static_cast<TimedOperation>(i); }

Calibration decode(const nlohmann::json& j) {
    if (j.at("format").get<std::string>() != format || j.at("version").get<int>() != version) {
        fail(ErrorCode::malformed_input, "it is no '{}' of version {}", format, version);
    }
    Calibration c;
    c.parameters = j.at("parameters").get<std::string>();
    c.threads = j.at("threads").get<int>();
    c.levels = j.at("levels").get<std::vector<int>>();
    int next = 0;
    for (const int level : c.levels) {
        if (level < next || level >= most_levels) fail(ErrorCode::malformed_input, "level {} is out of order", level);
        next = level + 1;
    }
    if (c.levels.empty()) fail(ErrorCode::malformed_input, "it has no levels");
    for (std::size_t i = 0; i < timed_operations; ++i) {
        const char* const name = to_string(operation(i));
        c.seconds[i] = j.at("seconds").at(name).get<std::vector<double>>();
        if (c.seconds[i].size() != c.levels.size()) {
            fail(ErrorCode::malformed_input, "{} has {} times for {} levels", name, c.seconds[i].size(),
                 c.levels.size());
        }
        for (const double time : c.seconds[i]) {
            if (!(time >= 0) || !std::isfinite(time)) fail(ErrorCode::malformed_input, "{} takes {} s", name, time);
        }
    }
    return c;
}

}  // namespace

std::string to_json(const Calibration& calibration) {
    nlohmann::ordered_json seconds = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < timed_operations; ++i) seconds[to_string(operation(i))] = calibration.seconds[i];
    const nlohmann::ordered_json j{{"format", format},
                                   {"version", version},
                                   {"parameters", calibration.parameters},
                                   {"threads", calibration.threads},
                                   {"levels", calibration.levels},
                                   {"seconds", std::move(seconds)}};
    return j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Expected<Calibration> parse_calibration(std::string_view json) {
    return catching([&] {
        const auto refuse = [](const char* flaw) {
            fail(ErrorCode::malformed_input, "calibration: {}; calibrate again", flaw);
        };
        if (json.size() > largest_text) refuse("it is larger than 1 MiB");
        Calibration read;
        try {
            read = decode(nlohmann::json::parse(json));
        } catch (const nlohmann::json::exception& error) {
            refuse(error.what());
        } catch (const Error& error) {
            refuse(error.what());
        }
        return read;
    });
}

}  // namespace tacit::compile
