// Descriptions of studies, and what is made of those that parse.
#include <string_view>

#include "common.hpp"
#include "tacit/study/compute.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto study = study::parse_study(text);
    if (const auto link = study::parse_link(text); link && study::to_text(*link) != text) {
        fuzz::report("a link is not written as it was read");
    }
    if (!study) {
        fuzz::check_error(study.error());
        return 0;
    }
    const study::Cube cube = study::cube_of(*study);
    if (cube.cells() != study->cells() || study->words() > 512 * 17) fuzz::report("a study of a wrong size");
    if (study::to_json(*study).find(study::number_of(*study)) == std::string::npos) fuzz::report("no number");
    return 0;
}
