// Another implementation of docs/formats.md, in Python, reads what this one wrote.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include "ckks/make_parameters.hpp"
#include "ckks/serialization_objects.hpp"

namespace tacit::ckks {
namespace {

TEST(Serialization, AnIndependentReaderAgrees) {
    const auto parameters = insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10, .digits = 2});
    const KeySet keys = generate_keys(parameters, {.rotations = {3}});
    const SecretKeyAccess access = insecure_secret_key_access();
    const std::vector<double> halves(parameters.slots(), 0.5);

    const auto folder = std::filesystem::path(::testing::TempDir()) / "tacit-formats";
    std::filesystem::create_directories(folder);
    write_file_atomically(folder / "parameters", serialize(parameters));
    write_file_atomically(folder / "public_key", serialize(keys.public_key));
    write_file_atomically(folder / "ciphertext", serialize(Encryptor(keys.secret_key).encrypt(halves, 1)));
    write_secret_key(folder / "secret_key", keys.secret_key, access);
    write_evaluation_keys(folder / "evaluation_keys", keys.evaluation_keys);

    if (std::system("python3 -c '' 2>/dev/null") != 0) GTEST_SKIP() << "no python3; apt-get install python3";
    const std::string command = "python3 '" TACIT_SOURCE_DIR "/tests/ckks/read_formats.py' '" + folder.string() + "'";
    const int status = std::system(command.c_str());
    std::filesystem::remove_all(folder);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "no openssl program; apt-get install openssl";
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tacit::ckks
