// write_seeds FOLDER: writes FOLDER/TARGET/NAME, valid inputs that the fuzz targets start from.
#include <filesystem>
#include <string_view>

#include "../common.hpp"
#include "tacit/base/files.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/compile/text.hpp"

namespace {

using namespace tacit;
using fuzz::Bytes;
namespace fs = std::filesystem;

class Seeds {
public:
    explicit Seeds(fs::path folder) : folder_(std::move(folder)) {}

    void raw(const char* target, const std::string& name, std::span<const std::byte> bytes) const {
        fs::create_directories(folder_ / target);
        write_file_atomically(folder_ / target / name, bytes);
    }
    void text(const char* target, const std::string& name, std::string_view content) const {
        raw(target, name, std::as_bytes(std::span(content)));
    }
    /// The object as it is, and its payload behind `mark`.
    void object(const char* target, const std::string& name, const Bytes& object, ckks::ObjectKind kind,
                int mark = 1) const {
        Bytes whole{std::byte{0}};
        whole.insert(whole.end(), object.begin(), object.end());
        raw(target, "whole-" + name, whole);
        Bytes payload = fuzz::payload_input(object, kind);
        payload.front() = static_cast<std::byte>(mark);
        raw(target, name, payload);
    }

private:
    fs::path folder_;
};

void write_keys(const Seeds& seeds) {
    using ckks::ObjectKind;
    const ckks::KeySet& keys = fuzz::keys();
    const ckks::EvaluationKeys& evaluation = keys.evaluation_keys;
    seeds.object("secret_key", "key", serialize(keys.secret_key, ckks::insecure_secret_key_access()),
                 ObjectKind::secret_key);
    seeds.object("public_key", "key", serialize(keys.public_key), ObjectKind::public_key);
    seeds.object("evaluation_keys", "all", serialize(evaluation), ObjectKind::evaluation_keys);
    seeds.object("evaluation_keys", "none", serialize(ckks::EvaluationKeys(fuzz::parameters())),
                 ObjectKind::evaluation_keys);
    seeds.object("evaluation_keys", "relinearization", serialize(*evaluation.relinearization()),
                 ObjectKind::relinearization_key, 0x80);
    seeds.object("evaluation_keys", "galois", serialize(evaluation.galois_keys().begin()->second),
                 ObjectKind::galois_key, 0xc0);
    for (const int depth : {0, 1, 3}) {
        const auto made = ckks::Parameters::create({.depth = depth});
        seeds.object("parameters", "depth" + std::to_string(depth), serialize(made), ObjectKind::parameters);
    }
    seeds.object("parameters", "insecure", serialize(fuzz::parameters()), ObjectKind::parameters);
}

void write_ciphertexts(const Seeds& seeds) {
    using ckks::ObjectKind;
    const ckks::Encryptor encryptor(fuzz::keys().secret_key);
    const ckks::Evaluator evaluator(fuzz::keys().evaluation_keys);
    const std::vector<double> values{0.5, -0.25};
    const ckks::Ciphertext fresh = encryptor.encrypt(values);
    const auto add = [&](const char* name, const ckks::Ciphertext& ciphertext) {
        seeds.object("ciphertext", name, serialize(ciphertext), ObjectKind::ciphertext);
    };
    add("fresh", fresh);
    add("level0", encryptor.encrypt(values, 0));
    add("sum", evaluator.add(fresh, fresh));
    add("product", evaluator.mul(fresh, fresh));
    add("zero", ckks::Ciphertext::zero(fuzz::parameters(), {0, 1, 1}));
    seeds.object("plaintext", "level0", serialize(encryptor.encoder().encode(values, 0)), ObjectKind::plaintext);
    seeds.object("plaintext", "level1", serialize(encryptor.encoder().encode(values, 1, 2)), ObjectKind::plaintext);
}

void write_others(const Seeds& seeds) {
    using namespace std::string_view_literals;
    seeds.text("circuit_text", "example",
               "circuit 1\n%0 = input \"x\"\n%1 = mul %0, %0\n%2 = constant [1, 0.5]\n%3 = add %1, %2\n"
               "%4 = rotate %3, -1\noutput %4 \"y\"\n");
    seeds.text("circuit_text", "operations",
               "circuit 1\n%0 = input \"a\"\n%1 = input \"b\"\n%2 = sub %0, %1\n%3 = negate %2\n"
               "%4 = constant [-0.5]\n%5 = mul %3, %4\noutput %5 \"p\"\noutput %2 \"q\"\n");
    compile::Calibration calibration{"00ff", 2, {0, 3}, {}};
    for (auto& times : calibration.seconds) times = {1e-3, 0.25};
    seeds.text("calibration", "example", compile::to_json(calibration));
    const auto circuit = circuit::trace<2>([](auto x, auto w) { return 2 - rotate(x * w, 1) * x * 0.5; });
    seeds.text("managed_text", "operations", compile::print(compile::manage(circuit, 8)));
    const std::string fingerprint(64, 'a');
    seeds.text("pins", "two", "# known\nalice " + fingerprint + "\nserver " + std::string(64, '0') + " host:7433\n");
    seeds.text("worker_message", "run", "progress 1 20\nnoise\nprogress 20 20\ndone\n");
    seeds.text("worker_message", "failure", "progress 0 7\nfailed 'upload/inputs.bin' is damaged\n");
    seeds.text("layout_text", "matrix", "matrix 20x30 unit 64x64 clean");
    seeds.text("layout_text", "row_vector", "row_vector 300 unit 64x64 copies 7 dirty");
    seeds.text("layout_text", "column_vector", "column_vector 3 unit 16x256 copies 16 clean");
    seeds.text("layout_text", "scalar", "scalar unit 64x64");
    seeds.text("idx", "labels", "\1\0\0\10\1\0\0\0\2\3\7"sv);
    seeds.text("idx", "image", "\0\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2abcd"sv);
    seeds.text(
        "idx", "gzipped_labels",  // the same labels behind gzip -n
        "\1\037\213\010\000\000\000\000\000\002\377\143\140\340\140\144\140\140\140\142\146\007\000\171\152\325\040\012\000\000\000"sv);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: write_seeds FOLDER\n");
        return 2;
    }
    const Seeds seeds(argv[1]);
    write_keys(seeds);
    write_ciphertexts(seeds);
    write_others(seeds);
    return 0;
}
