// The head of a training's state: what is read is written as it was.
#include <string>

#include "common.hpp"
#include "learn/state_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const auto record = learn::parse_state_record({reinterpret_cast<const char*>(data), size});
    if (!record) return 0;
    const std::string line = learn::to_line(*record);
    const auto again = learn::parse_state_record(line);
    if (!again || learn::to_line(*again) != line) fuzz::report("a state's head is not read as written");
    return 0;
}
