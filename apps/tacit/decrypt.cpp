#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

void decrypt(const DecryptOptions& options) {
    const learn::ModelRecord model = learn::decrypt_model(options.private_folder, options.result_folder);
    const std::size_t features = model.preprocessing.standardiser.means.size();
    const int outputs = model.program.recipe.outputs();
    const std::string times = outputs > 1 ? fmt::format("{} times ", outputs) : "";
    print_step("decrypt", fmt::format("{}bias and {} weights -> {}", times, features,
                                      (options.private_folder / learn::file_names::model).string()));
}

}  // namespace tacit::app
