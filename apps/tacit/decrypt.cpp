#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

void decrypt(const DecryptOptions& options) {
    const learn::ModelRecord model = learn::decrypt_model(options.private_folder, options.result_folder);
    const std::size_t features = model.preprocessing.standardiser.means.size();
    print_step("decrypt", fmt::format("bias and {} weights -> {}", features,
                                      (options.private_folder / learn::file_names::model).string()));
}

}  // namespace tacit::app
