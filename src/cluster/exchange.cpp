#include "cluster/exchange.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/fail.hpp"

namespace tacit::cluster {

using ckks::Ciphertext;

namespace {

/// The residues of a ciphertext, row by row where they lie.
class Residues {
public:
    explicit Residues(const Ciphertext& ciphertext) {
        std::vector<MPI_Aint> rows;
        for (std::size_t j = 0; j <= static_cast<std::size_t>(ciphertext.type().degree); ++j) {
            for (std::size_t i = 0; i < ciphertext.limbs(); ++i) {
                MPI_Aint address = 0;
                MPI_Get_address(ciphertext.poly(j).limb(i), &address);
                rows.push_back(address);
            }
        }
        const auto n = static_cast<int>(ciphertext.parameters().ring_dimension());
        MPI_Type_create_hindexed_block(static_cast<int>(rows.size()), n, rows.data(), MPI_DOUBLE, &type_);
        World::Impl::check(MPI_Type_commit(&type_), "describing a ciphertext");
    }
    ~Residues() { MPI_Type_free(&type_); }  // a transfer under way keeps it
    Residues(const Residues&) = delete;
    Residues& operator=(const Residues&) = delete;
    [[nodiscard]] MPI_Datatype type() const noexcept { return type_; }

private:
    MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

/// Room for a value.
Ciphertext uninitialised(const ckks::Parameters& parameters, const ckks::CiphertextType& type) {
    std::vector<ring::EvaluationPoly> polys;
    for (int i = 0; i <= type.degree; ++i) {
        polys.emplace_back(parameters.ring_dimension(), parameters.limbs(type.level));
    }
    return {parameters, std::move(polys), type.level, type.scale_power};
}

/// Values have to be tags.
void check_tags(MPI_Comm channel, std::size_t values) {
    int* most = nullptr;
    int found = 0;
    MPI_Comm_get_attr(channel, MPI_TAG_UB, &most, &found);
    if (found == 0 || values <= static_cast<std::size_t>(*most)) return;
    fail(ErrorCode::invalid_argument, "cluster: {} values, but this MPI tells at most {} apart; use a smaller program",
         values, *most);
}

constexpr std::size_t times_ahead = 4;  // of Portion::ahead: for which tasks values are taken from the network

}  // namespace

Exchange::Exchange(World::Impl& world, const Schedule& schedule, const Routes& routes,
                   const ckks::Parameters& parameters, const runtime::Portion& portion)
    : world_(world),
      plan_(schedule.plan),
      routes_(routes),
      parameters_(parameters),
      ahead_(times_ahead * portion.ahead) {
    check_tags(world.values, plan_.program().instructions().size());
    std::map<std::uint32_t, std::size_t> first;  // reader
    for (std::size_t place = 0; place < portion.tasks.size(); ++place) {
        for (const std::uint32_t value : plan_.task(portion.tasks[place]).operands) first.try_emplace(value, place);
    }
    for (const std::uint32_t value : portion.arriving) {
        if (routes.owner[value] == Routes::everybody) continue;
        const auto reader = first.find(value);
        expected_.emplace_back(reader == first.end() ? portion.tasks.size() : reader->second, value);
    }
    std::ranges::sort(expected_);
}

void Exchange::left(std::uint32_t value) {
    if (routes_.targets[value].empty()) return;
    const std::lock_guard lock(mutex_);
    made_.push_back(value);
}

bool Exchange::all_sent() {
    const std::lock_guard lock(mutex_);
    return made_.empty() && outgoing_.empty();
}

bool Exchange::step(runtime::Run& run) {
    std::deque<std::uint32_t> made;
    {
        const std::lock_guard lock(mutex_);
        made.swap(made_);
    }
    for (const std::uint32_t value : made) send(run, value);
    const std::size_t end = run.first_unfinished() + ahead_;
    bool busy = !made.empty();
    for (; next_expected_ < expected_.size() && expected_[next_expected_].first < end; ++next_expected_) {
        receive(expected_[next_expected_].second);
        busy = true;
    }
    busy |= finish(incoming_, run);
    busy |= finish(outgoing_, run);
    return busy;
}

void Exchange::send(runtime::Run& run, std::uint32_t value) {
    const Ciphertext& ciphertext = run.value(value);
    const Residues residues(ciphertext);
    const std::uint64_t bytes = parameters_.ciphertext_bytes(ciphertext.level(), ciphertext.type().degree);
    for (const std::uint32_t target : routes_.targets[value]) {
        Transfer transfer{value, {}, MPI_REQUEST_NULL};
        World::Impl::check(MPI_Isend(MPI_BOTTOM, 1, residues.type(), static_cast<int>(target), static_cast<int>(value),
                                     world_.values, &transfer.request),
                           "sending a ciphertext");
        outgoing_.push_back(std::move(transfer));
        ++traffic_.messages_sent;
        traffic_.bytes_sent += bytes;
    }
}

void Exchange::receive(std::uint32_t value) {
    Transfer transfer{value, uninitialised(parameters_, plan_.program().instructions()[value].type), MPI_REQUEST_NULL};
    const Residues residues(*transfer.incoming);
    World::Impl::check(MPI_Irecv(MPI_BOTTOM, 1, residues.type(), static_cast<int>(routes_.owner[value]),
                                 static_cast<int>(value), world_.values, &transfer.request),
                       "receiving a ciphertext");
    incoming_.push_back(std::move(transfer));
}

/// Ends the transfers that are done: in order of their beginning.
bool Exchange::finish(std::vector<Transfer>& transfers, runtime::Run& run) {
    return std::erase_if(transfers, [&](Transfer& transfer) {
               int done = 0;
               World::Impl::check(MPI_Test(&transfer.request, &done, MPI_STATUS_IGNORE), "moving a ciphertext");
               if (done == 0) return false;
               if (transfer.incoming) {
                   run.arrive(transfer.value, *std::move(transfer.incoming));
               } else {
                   run.sent(transfer.value);
               }
               return true;
           }) > 0;
}

}  // namespace tacit::cluster
