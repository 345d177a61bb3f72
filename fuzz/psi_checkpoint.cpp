// The files of a stopped set intersection. The first byte says which of them the input is.
#include "mpc/psi_checkpoint.hpp"

#include "common.hpp"
#include "folder.hpp"

namespace {

template <class Record>
void check_received(const tacit::mpc::PsiCheckpoint& checkpoint, std::uint64_t total) {
    std::uint64_t read = 0;
    const auto count =
        checkpoint.read_received<Record>(total, [&](std::uint64_t at, const Record&) { read += at == read; });
    if (read != count || (count != total && count % tacit::mpc::psi_chunk != 0)) {
        tacit::fuzz::report("points are missing");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    static const fuzz::Folder folder;
    if (size == 0) return 0;
    const auto input = fuzz::as_bytes(data + 1, size - 1);
    const mpc::PsiCheckpoint checkpoint(folder.path());
    const auto outcome = catching([&] {
        if (data[0] % 3 == 0) {
            static_cast<void>(folder.file(input, "run"));
            if (const auto run = checkpoint.stopped({})) {
                std::uint64_t read = 0;
                checkpoint.read_masked([&](const mpc::MaskedElement&) { ++read; });
                if (read != run->masked || run->count > read) fuzz::report("a run with other elements than it says");
            }
        } else if (data[0] % 3 == 1) {
            static_cast<void>(folder.file(input, "size"));
            static_cast<void>(checkpoint.size_of_other(1));
        } else {
            static_cast<void>(folder.file(input, "tags"));
            const std::uint64_t total = data[0];
            if (total % 2 == 0) {
                check_received<mpc::PsiCheckpoint::Received>(checkpoint, total);
            } else {
                check_received<mpc::PsiCheckpoint::WeightedReceived>(checkpoint, total);
            }
        }
        return 0;
    });
    const bool too_long = data[0] % 3 == 1 && size > 1 + sizeof(std::uint64_t);
    if (!outcome && !too_long) fuzz::check_error(outcome.error());
    return 0;
}
