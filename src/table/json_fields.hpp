#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace tacit::table {

/// The fields of an object from outside, each of which has to be asked for. `refuse` throws, and says of which file.
class JsonFields {
public:
    using Refuse = void (*)(const std::string& why);

    JsonFields(const nlohmann::json& object, Refuse refuse) : object_(object), refuse_(refuse) {
        if (!object.is_object()) refuse_("an object is missing");
    }

    const nlohmann::json& at(const char* name) {
        const auto found = object_.find(name);
        if (found == object_.end()) refuse_(fmt::format("the field '{}' is missing", name));
        ++asked_;
        return *found;
    }
    const nlohmann::json& list(const char* name, std::size_t limit) {
        const nlohmann::json& value = at(name);
        if (!value.is_array() || value.size() > limit) refuse_(fmt::format("'{}' is no list of up to {}", name, limit));
        return value;
    }
    void expect_end() const {
        if (asked_ != object_.size()) refuse_("a field is unknown");
    }

private:
    const nlohmann::json& object_;
    Refuse refuse_;
    std::size_t asked_ = 0;
};

}  // namespace tacit::table
