// The JSON of tree ensembles and of their offers: parsed, made a model, offered, parsed again.
#include <string_view>

#include "common.hpp"
#include "tacit/mpc/prediction_model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto offer = mpc::parse_tree_offer(text);
    if (offer && mpc::parse_tree_offer(to_json(*offer)).value() != *offer)
        fuzz::report("an offer is not read as written");
    const auto trees = mpc::parse_tree_ensemble(text);
    if (!trees) {
        fuzz::check_error(trees.error());
        return 0;
    }
    const auto offered = offer_of(*trees);
    if (mpc::parse_tree_offer(to_json(offered)).value() != offered) fuzz::report("the offer of trees is not read");
    const auto model = catching([&] { return mpc::integer_model(*trees); });
    if (!model) return 0;
    const std::vector<double> row(model->shape.features, 1.5);
    static_cast<void>(mpc::class_of(scores(*model, mpc::encode_rows(model->shape, row))));
    return 0;
}
