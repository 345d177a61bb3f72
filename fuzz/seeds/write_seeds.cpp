// write_seeds FOLDER: writes FOLDER/TARGET/NAME, valid inputs that the fuzz targets start from.
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>

#include "../checkpoint.hpp"
#include "../common.hpp"
#include "../folder.hpp"
#include "../threshold.hpp"
#include "dp/ledger_format.hpp"
#include "learn/score_files.hpp"
#include "learn/state_file.hpp"
#include "mpc/psi_checkpoint.hpp"
#include "tacit/base/files.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/compile/cost.hpp"
#include "tacit/compile/text.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/mpc/prio3.hpp"
#include "tacit/mpc/sealed_shares.hpp"
#include "tacit/runtime/encrypted_value.hpp"
#include "tacit/table/feature_map.hpp"

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

void write_shares(const Seeds& seeds) {
    using ckks::ObjectKind;
    Rng rng = Rng::from_system();
    const auto& session = fuzz::session();
    auto party = ckks::threshold::Party::create(session, "A", rng);
    auto other = ckks::threshold::Party::create(session, "B", rng);
    const auto add = [&](const char* name, ckks::threshold::Share&& share) {
        seeds.object("threshold", name, serialize(std::move(share)), ObjectKind::threshold_share);
    };
    add("public_key", party.public_key_share(rng));
    add("galois_key", party.galois_share(5, rng));
    auto first = collect_relinearization_one(session);
    first.add(party.relinearization_share_one(rng));
    first.add(other.relinearization_share_one(rng));
    const auto round = std::move(first).finish();
    seeds.object("threshold", "round", serialize(round), ObjectKind::relinearization_round, 0x80);
    add("relinearization_two", party.relinearization_share_two(round, rng));
    const auto ciphertext = ckks::Encryptor(fuzz::keys().public_key).encrypt(std::vector<double>{0.5});
    ckks::threshold::DecryptionLedger ledger(session, "A", 2);
    add("decryption", party.decryption_share(ciphertext, {.error_standard_deviation = 1}, ledger, rng));
    add("key_switch", party.key_switch_share(ciphertext, fuzz::keys().public_key, {.error_standard_deviation = 1},
                                             ledger, rng, ckks::threshold::Repeat::allow));
    seeds.object("threshold", "ledger", ckks::threshold::LedgerAccess::bytes(ledger), ObjectKind::decryption_ledger,
                 0xc0);
}

void write_encrypted_values(const Seeds& seeds) {
    const ckks::Encryptor encryptor(fuzz::keys().secret_key);
    const auto add = [&](const linalg::Description& what, const linalg::Dense& matrix) {
        seeds.object("encrypted_value", what.name, serialize(runtime::encrypt(encryptor, what, matrix, 0)),
                     ckks::ObjectKind::encrypted_value);
    };
    const auto unit = linalg::Unit::make(4, 8);
    add({"scalar", linalg::Layout::scalar(unit)}, linalg::Dense(1, 1));
    add({"matrix", linalg::Layout::matrix(unit, 5, 3).with_clean(false)}, linalg::Dense(5, 3));
    add({"transposed", linalg::Layout::row_vector(unit, 3).with_copies(2), true}, linalg::Dense(3, 1));
}

/// Nothing done, and the rotation done.
void write_checkpoints(const Seeds& seeds) {
    runtime::Checkpoint checkpoint{.done = std::vector<bool>(fuzz::plan().tasks())};
    seeds.object("checkpoint", "none", serialize(checkpoint, fuzz::parameters()), ckks::ObjectKind::checkpoint);
    const auto& all = fuzz::plan().program().instructions();
    for (std::size_t task = 0; task < fuzz::plan().tasks(); ++task) {
        const std::uint32_t result = fuzz::plan().task(task).results.front();
        if (all[result].step != compile::Step::rotate) continue;
        checkpoint.done[task] = true;
        checkpoint.alive.emplace(result, ckks::Ciphertext::zero(fuzz::parameters(), all[result].type));
    }
    seeds.object("checkpoint", "rotated", serialize(checkpoint, fuzz::parameters()), ckks::ObjectKind::checkpoint);
}

void write_tables(const Seeds& seeds) {
    const std::string text = "y,age,town\r\n0,41,Oslo\r\n1,?,\"Rome, old \"\"R\"\"\"\r\n0,36,Oslo\r\n";
    seeds.text("csv", "people", text);
    seeds.text("csv", "numbers", "a,b\n0,-1.5e3\n1,.25\n");
    const auto people = table::parse_csv(text, "people").value();
    const std::vector<std::size_t> rows{0, 1, 2};
    seeds.text("feature_map", "people",
               to_json(table::FeatureMap::fit(people, rows, {.label = "y", .missing = table::Missing::mean})));
}

void write_ledger(const Seeds& seeds) {
    const dp::LedgerTerms terms{.data_set = "people", .budget = {.epsilon = dp::Cost::ratio(2, 1)}};
    auto bytes = dp::ledger_format::first_record(terms, Seed{});
    bytes.insert(bytes.begin(), std::byte{1});
    const dp::LedgerEntry entry{.number = 1, .loss = {.epsilon = dp::Cost::ratio(1, 2)}, .label = "count"};
    const auto record = dp::ledger_format::record(entry, Digest{}, Digest{});
    bytes.insert(bytes.end(), record.begin(), record.end());
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    seeds.text("ledger", "one_release", text);
    seeds.text("ledger", "torn", text.substr(0, text.size() - 100));
    seeds.text("dp_plan", "all", std::string(1, '\0') + R"({"delta": "1e-6", "questions": [
{"ask": "count", "where": {"sex": "f"}, "epsilon": "0.1"}, {"ask": "sum", "column": "w", "low": 0, "high": 9, "rho": "0.01"},
{"ask": "quantile", "column": "w", "low": 0, "high": 9, "step": "1/2", "q": "1/2", "epsilon": "1"},
{"ask": "exponential", "column": "t", "keys": ["a", "b"], "epsilon": "0.1"},
{"ask": "histogram", "column": "t", "keys": ["a"], "by": "r", "groups": ["n"], "unit": "p", "rows_of_unit": 2,
 "groups_of_unit": 3, "epsilon": "0.5"}]})");
}

void write_others(const Seeds& seeds) {
    using namespace std::string_view_literals;
    seeds.text("circuit_text", "example",
               "circuit 1\n%0 = input \"x\"\n%1 = mul %0, %0\n%2 = constant [1, 0.5]\n%3 = add %1, %2\n"
               "%4 = rotate %3, -1\noutput %4 \"y\"\n");
    seeds.text("circuit_text", "operations",
               "circuit 1\n%0 = input \"a\"\n%1 = input \"b\"\n%2 = sub %0, %1\n%3 = negate %2\n"
               "%4 = constant [-0.5]\n%5 = mul %3, %4\n%6 = refresh %5\noutput %6 \"r\"\noutput %5 \"p\"\noutput "
               "%2 \"q\"\n");
    compile::Calibration calibration{"00ff", 2, {0, 3}, {}};
    for (auto& times : calibration.seconds) times = {1e-3, 0.25};
    seeds.text("calibration", "example", compile::to_json(calibration));
    const auto circuit = circuit::trace<2>([](auto x, auto w) { return 2 - refresh(rotate(x * w, 1) * x * 0.5) * 3; });
    seeds.text("managed_text", "operations", compile::print(compile::manage(circuit, 8)));
    const std::string fingerprint(64, 'a');
    seeds.text("pins", "two", "# known\nalice " + fingerprint + "\nserver " + std::string(64, '0') + " host:7433\n");
    seeds.text("worker_message", "run",
               "progress 1 20 0 2 9 10 400\nnoise\nprogress 20 20 0 2 0 10 9\nneeds_refresh 0\ndone\n");
    seeds.text("worker_message", "failure", "failed_here no space\nfailed 'upload/inputs.bin' is damaged\n");
    seeds.text("training_state", "refreshed",
               learn::to_line({.job = "1f", .segment = 2, .refreshes = "ab", .so_far = {.job = "1f", .method = "m"}}));
    seeds.text("roster", "two",
               fmt::format("name = \"a\"\n[[party]]\nname = \"b\"\npin = \"{:064}\"\naddress = \"h:1\"\n[[party]]\n"
                           "name = \"c\"\npin = \"{:064}\"\nroles = [\"compute\", \"input\", \"receive\"]\n",
                           1, 2));
    seeds.text("tree_ensemble", "stump",
               "{\"format\": \"tacit tree ensemble\", \"version\": 1, \"features\": [\"a\"], \"classes\": [], "
               "\"bias\": [0.5], \"trees\": [{\"feature\": [0, -2, -2], \"threshold\": [1, -2, -2], \"left\": [1, -1, "
               "-1], \"right\": [2, -1, -1], \"value\": [[0], [1], [2]]}]}");
    seeds.text("tree_ensemble", "offer",
               "{\"format\": \"tacit tree offer\", \"version\": 1, \"features\": [\"a\"], \"classes\": [\"x\", \"y\"], "
               "\"outputs\": 2, \"trees\": 3, \"depth\": 4}");
    seeds.text("study_description", "small",
               fmt::format("name = \"a\"\ntitle = \"b\"\nfewest = 3\nmost = 9\ndeadline = 2999-01-01T00:00:00Z\n"
                           "[[group]]\nname = \"g\"\nlevels = [\"x\", \"y\"]\n[[column]]\nname = \"c\"\ndigits = 2\n"
                           "low = 0\nhigh = \"9.50\"\nper = \"c\"\n[[server]]\nname = \"p\"\nkey = \"{:064}\"\n"
                           "[[server]]\nname = \"q\"\nkey = \"{:064}\"\n[[server]]\nname = \"r\"\nkey = \"{:064}\"\n"
                           "[analyst]\nkey = \"{:064}\"\n",
                           1, 2, 3, 4));
    seeds.text("study_description", "link", "https://h:1/#" + std::string(32, '0'));
    seeds.text("layout_text", "matrix", "matrix 20x30 unit 64x64 clean");
    seeds.text("layout_text", "row_vector", "row_vector 300 unit 64x64 copies 7 dirty");
    seeds.text("layout_text", "column_vector", "column_vector 3 unit 16x256 copies 16 clean");
    seeds.text("layout_text", "diagonals", "diagonals 60x64 unit 64x64 clean");
    seeds.text("layout_text", "scalar", "scalar unit 64x64");
    seeds.text("idx", "labels", "\1\0\0\10\1\0\0\0\2\3\7"sv);
    seeds.text("idx", "image", "\0\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2abcd"sv);
    seeds.text(
        "idx", "gzipped_labels",  // the same labels behind gzip -n
        "\1\037\213\010\000\000\000\000\000\002\377\143\140\340\140\144\140\140\140\142\146\007\000\171\152\325\040\012\000\000\000"sv);
}

/// Messages that are accepted, for every kind.
void write_prio3(const Seeds& seeds) {
    const mpc::Bytes context, key(mpc::Prio3::verify_key_bytes), nonce(mpc::Prio3::nonce_bytes);
    int kind = 0;
    const auto write = [&](const mpc::Prio3& prio3, std::vector<std::uint64_t> measurement) {
        const auto report = prio3.shard(context, measurement, nonce, mpc::Bytes(prio3.random_bytes()));
        const auto seed = [&](int message, const mpc::Bytes& bytes) {
            mpc::Bytes input{static_cast<std::byte>(5 * message + kind)};
            input.insert(input.end(), bytes.begin(), bytes.end());
            seeds.raw("prio3", fmt::format("kind{}_message{}", kind, message), input);
        };
        seed(0, report.input_shares[0]);
        seed(1, report.public_share);
        mpc::Bytes shares;
        for (int j = 0; j < 2; ++j) {
            const auto begun = prio3.verify_init(key, context, j, nonce, report.public_share,
                                                 report.input_shares[static_cast<std::size_t>(j)]);
            shares.insert(shares.end(), begun.value().verifier_share.begin(), begun.value().verifier_share.end());
        }
        seed(2, shares);
        seed(3, prio3.empty_aggregate());
        ++kind;
    };
    write(mpc::Prio3::count(), {1});
    write(mpc::Prio3::sum(2, 5), {4});
    write(mpc::Prio3::sum_vec(2, 2, 3), {1, 3});
    write(mpc::Prio3::histogram(2, 3), {2});
    write(mpc::Prio3::multihot_count_vec(2, 3, 1), {0, 1, 0});
}

/// A share for each of three and of four parties.
void write_dealt_shares(const Seeds& seeds) {
    Rng rng(Seed{});
    for (int parties = 3; parties <= 4; ++parties) {
        const auto shares = mpc::deal(mpc::ClearBits(mpc::BitShape{.planes = 3, .lanes = 70}), parties, rng);
        for (int party = 0; party < parties; ++party) {
            Bytes input{static_cast<std::byte>(parties - 3 + 2 * party)};
            const auto bytes = mpc::to_bytes(shares[static_cast<std::size_t>(party)], parties, party);
            input.insert(input.end(), bytes.begin(), bytes.end());
            seeds.raw("dealt_share", fmt::format("party{}_of_{}", party, parties), input);
        }
        const auto numbers = mpc::deal(std::array<std::uint64_t, 2>{3, 5}, parties, rng)[0];
        Bytes input{static_cast<std::byte>(128 + parties - 3)};
        const auto bytes = mpc::to_bytes(numbers, parties, 0);
        input.insert(input.end(), bytes.begin(), bytes.end());
        seeds.raw("dealt_share", fmt::format("numbers_of_{}", parties), input);
    }
}

/// A label and what is sealed under it: nothing to know, and a share.
void write_sealed_shares(const Seeds& seeds) {
    Rng rng(Seed{});
    const party::SealingKey key = party::SealingKey::create(rng);
    for (int parties = 3; parties <= 4; ++parties) {
        const mpc::Bits share = mpc::deal(mpc::ClearBits(mpc::BitShape{.planes = 3, .lanes = 1}), parties, rng)[0];
        const mpc::ShareLabel label{
            .kind = "bid", .task = "t", .name = "ada", .parties = parties, .reply = key.public_key()};
        const auto file = mpc::seal_share(label, {}, share, key.public_key(), rng);
        const auto message = mpc::to_bytes(share, parties, 0);
        const std::size_t front = file.size() - message.size() - 4 - party::sealing_overhead_bytes;
        Bytes input{static_cast<std::byte>(front)};
        input.insert(input.end(), file.begin(), file.begin() + static_cast<std::ptrdiff_t>(front));
        input.resize(input.size() + 4);
        input.insert(input.end(), message.begin(), message.end());
        seeds.raw("sealed_share", fmt::format("of_{}", parties), input);
    }
}

/// For targets of Replay: a side, and one change to a frame; the first is none.
void write_changes(const Seeds& seeds) {
    for (const char* target : {"psi", "transfers", "replicated"}) {
        for (unsigned side = 0; side < 8; ++side) {
            for (unsigned frame = 0; frame < 8; ++frame) {
                const Bytes input{std::byte(side), std::byte(frame), std::byte{0},
                                  std::byte{15},   std::byte{0},     std::byte(frame == 0 ? 0 : 1)};
                seeds.raw(target, fmt::format("{}-{}", side, frame), input);
            }
        }
    }
}

/// Records as they are without anything in them, behind the byte that says which.
void write_records(const Seeds& seeds) {
    const fuzz::Folder folder;
    char kind = 0;
    const auto seed = [&] {
        const auto bytes = read_file(folder.path() / "record", 1 << 20);
        seeds.text("records", fmt::format("{}", int{kind}),
                   std::string(1, kind) + std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
        ++kind;
    };
    const auto add = [&](const auto& record) {
        write_record(folder.path() / "record", record);
        seed();
    };
    const auto add_of_scoring = [&](const auto& record) {
        learn::write_score_record(folder.path() / "record", record, FileMode::owner_only);
        seed();
    };
    add(learn::ProgramRecord{});
    add(learn::DataRecord{});
    add(learn::PreprocessingRecord{});
    add(learn::ModelRecord{});
    add(learn::StatisticsRecord{});
    add(learn::EvaluationRecord{});
    add_of_scoring(learn::OfferRecord{});
    add_of_scoring(learn::ScoringRecord{});
    add_of_scoring(learn::RowsRecord{});
    add_of_scoring(learn::ScoringStatistics{});
}

void write_files_of_parties(const Seeds& seeds) {
    seeds.text("run_budget", "runs", "1700000000\ta\tb\n1700000001\ta\tb\t150\n1700000002\tc\td\n");
    const std::string hash(64, '0');
    const auto behind = [](char first, const std::string& rest) { return first + rest; };
    seeds.text("study_files", "table", behind('\0', "g,c\na,3\nb,9\n"));
    seeds.text("study_files", "key", behind('\1', "tacit sealing key 1\n" + std::string(32, 'k')));
    seeds.text("study_files", "record", behind('\2', hash + " " + hash + "\n"));
    seeds.text("study_web", "page", behind('\0', "GET /study.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    seeds.text("study_web", "status", behind('\1', std::string(32, '0')));
    seeds.text("study_web", "stranger", behind('\2', std::string(100, 'x')));
    seeds.text("study_web", "invited", behind('\3', std::string(1000, 'x')));
    for (char mechanism = 0; mechanism < 5; ++mechanism) {
        const std::vector<std::string> reports{"yes\nno\n", "010\n111\n", "010\n111\n", "5:7:1\n9:2:0\n", "3\n1\n"};
        const auto at = static_cast<std::size_t>(mechanism);
        seeds.text("dp_poll", std::to_string(at), behind(mechanism, "r\n" + reports[at]));
    }
    seeds.text("texts", "number", "-12.50");
    seeds.text("texts", "cost", "1e-6");
    seeds.text("texts", "ratio", "3/4");
    seeds.text("texts", "address", "[::1]:7001");
    seeds.text("texts", "hash", std::string(64, 'a'));
    mpc::PsiCheckpoint::Run run{};
    run.masked = 2;
    run.count = 1;
    Bytes file{std::byte{0}};
    const auto header = std::as_bytes(std::span(&run, 1));
    file.insert(file.end(), header.begin(), header.end());
    file.resize(file.size() + 2 * sizeof(mpc::MaskedElement));
    seeds.raw("psi_checkpoint", "run", file);
    seeds.raw("psi_checkpoint", "size", Bytes(9, std::byte{1}));
    seeds.raw("psi_checkpoint", "tags", Bytes(1 + 3 * sizeof(mpc::PsiCheckpoint::Received), std::byte{2}));
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
    write_shares(seeds);
    write_encrypted_values(seeds);
    write_checkpoints(seeds);
    write_tables(seeds);
    write_ledger(seeds);
    write_others(seeds);
    write_prio3(seeds);
    write_dealt_shares(seeds);
    write_sealed_shares(seeds);
    write_changes(seeds);
    write_records(seeds);
    write_files_of_parties(seeds);
    return 0;
}
