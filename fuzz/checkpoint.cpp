// Checkpoints: parsed, and written again.
#include "checkpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    fuzz::run_alone();
    const fuzz::Bytes bytes = fuzz::object(fuzz::as_bytes(data, size), ckks::ObjectKind::checkpoint);
    const auto parsed = runtime::parse_checkpoint(bytes, fuzz::plan(), fuzz::parameters(), Digest{});
    fuzz::check_canonical(parsed, bytes,
                          [](const auto& object) { return runtime::serialize(object, fuzz::parameters()); });
    return 0;
}
