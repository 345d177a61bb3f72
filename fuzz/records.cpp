// The JSON files of trainings and of scoring, each read, written and read again; and models, which become those of
// private prediction. The first byte says which file it is.
#include "tacit/learn/records.hpp"

#include <string>

#include "common.hpp"
#include "folder.hpp"
#include "learn/score_files.hpp"
#include "tacit/learn/offer.hpp"
#include "tacit/mpc/prediction_model.hpp"

namespace {

using namespace tacit;
using namespace tacit::learn;

const fuzz::Folder& folder() {
    static const fuzz::Folder made;
    return made;
}

template <class Record>
void read(std::span<const std::byte> input) {
    const auto record = read_record<Record>(folder().file(input));
    if (!record) return fuzz::check_error(record.error());
    write_record(folder().path() / "written", *record);
    const auto again = read_record<Record>(folder().path() / "written");
    if (!again) fuzz::report(std::string("a written record does not parse: ") + again.error().what());
    if constexpr (std::is_same_v<Record, ModelRecord>) {
        static_cast<void>(catching([&] { return offer_of(*record, "model.json").delimiter; }));
        static_cast<void>(catching([&] { return mpc::integer_model(scoring_weights(*record)).shape.features; }));
    }
}

template <class Record>
void read_of_scoring(std::span<const std::byte> input) {
    const auto file = folder().file(input);
    const auto record = catching([&] { return read_score_record<Record>(file); });
    if (!record) return fuzz::check_error(record.error());
    write_score_record(folder().path() / "written", *record, FileMode::owner_only);
    static_cast<void>(read_score_record<Record>(folder().path() / "written"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto input = fuzz::as_bytes(data + 1, size - 1);
    switch (data[0] % 10) {
        case 0: read<ProgramRecord>(input); break;
        case 1: read<DataRecord>(input); break;
        case 2: read<PreprocessingRecord>(input); break;
        case 3: read<ModelRecord>(input); break;
        case 4: read<StatisticsRecord>(input); break;
        case 5: read<EvaluationRecord>(input); break;
        case 6: read_of_scoring<OfferRecord>(input); break;
        case 7: read_of_scoring<ScoringRecord>(input); break;
        case 8: read_of_scoring<RowsRecord>(input); break;
        default: read_of_scoring<ScoringStatistics>(input); break;
    }
    return 0;
}
