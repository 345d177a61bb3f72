// What a worker says, cut into lines as it comes: messages are written as they were read.
#include "service/worker_message.hpp"

#include <algorithm>
#include <string_view>

#include "common.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    service::LineReader lines;
    while (!rest.empty()) {
        const std::size_t piece = std::min<std::size_t>(rest.size(), 1 + static_cast<unsigned char>(rest.front()));
        lines.add(rest.substr(0, piece));
        rest.remove_prefix(piece);
        while (const auto line = lines.next()) {
            const auto message = service::parse_worker_line(*line);
            if (!message) continue;
            std::string again = service::to_line(*message);
            again.pop_back();
            const auto reread = service::parse_worker_line(again);
            if (!reread || service::to_line(*reread) != again + "\n") fuzz::report("a message is not read as written");
        }
    }
    return 0;
}
