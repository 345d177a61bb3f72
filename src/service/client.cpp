#include "tacit/service/client.hpp"

#include <thread>

#include "base/printable.hpp"
#include "learn/role_files.hpp"
#include "service/clock.hpp"
#include "service/sender.hpp"
#include "service/wire.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

constexpr double longest_check_seconds = 60;

JobState state_of(v1::Job::State state) {
    if (state == v1::Job::CHECKING) return JobState::checking;
    if (state == v1::Job::QUEUED) return JobState::queued;
    if (state == v1::Job::WAITING) return JobState::waiting;
    if (state == v1::Job::RUNNING) return JobState::running;
    if (state == v1::Job::DONE) return JobState::done;
    if (state == v1::Job::CANCELLED) return JobState::cancelled;
    return JobState::failed;
}

learn::TrainingWork work_of(const v1::Work& work) {
    return {.done = work.done(),
            .total = work.total(),
            .segment = static_cast<int>(work.segment()),
            .segments = static_cast<int>(work.segments()),
            .levels_left = static_cast<int>(work.levels_left()),
            .levels = static_cast<int>(work.levels()),
            .noise_budget = static_cast<int>(work.noise_budget())};
}

JobStatus status_of(const v1::Job& job) {
    return {.id = from_wire<JobId>(job.id(), "the job's name"),
            .state = state_of(job.state()),
            .jobs_before = job.jobs_before(),
            .work = work_of(job.work()),
            .work_begun = job.work_begun(),
            .work_seconds = job.work_seconds(),
            .segment = static_cast<int>(job.segment()),
            .seconds = job.seconds(),
            .submitted = job.submitted(),
            .reason = printable(job.reason())};
}

/// A folder in the private one for a state on its way, gone with the end of the refresh. What a killed client left is
/// removed by the next.
class RefreshFolder {
public:
    explicit RefreshFolder(const fs::path& private_folder) : path_(private_folder / "refresh") {
        clear();
        for (const fs::path& folder : {result(), upload()}) learn::make_folder(folder, FileMode::owner_only);
        std::error_code missing;  // refresh_state says so
        fs::copy_file(private_folder / learn::file_names::program, upload() / learn::file_names::program, missing);
    }
    ~RefreshFolder() { clear(); }
    RefreshFolder(const RefreshFolder&) = delete;
    RefreshFolder& operator=(const RefreshFolder&) = delete;
    [[nodiscard]] fs::path result() const { return path_ / "result"; }
    [[nodiscard]] fs::path upload() const { return path_ / "upload"; }

private:
    void clear() const {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path path_;
};

v1::JobName name_of(const JobId& id) {
    v1::JobName name;
    name.set_id(to_wire(id));
    return name;
}

}  // namespace

struct Client::Parts {
    Parts(const identity::Identity& identity, const identity::Pin& service) : channel(identity, service) {}

    [[nodiscard]] v1::Job find(const JobId& id) {
        ShortCall call;
        v1::Job job;
        channel.check(channel.stub().FindJob(call.get(), name_of(id), &job));
        return job;
    }

    /// Goes on where a connection was cut; returns the bytes.
    std::uint64_t fetch(const Digest& hash, AtomicFile& file) {
        Hasher hasher;
        std::uint64_t bytes = 0;
        const auto fetch_rest = [&] {
            grpc::ClientContext context;
            v1::FetchRequest request;
            request.set_hash(to_wire(hash));
            request.set_offset(bytes);
            const auto stream = channel.stub().FetchObject(&context, request);
            v1::Piece piece;
            while (stream->Read(&piece)) {
                if (interruption_requested()) context.TryCancel();
                throw_if_interrupted();
                const auto data = std::as_bytes(std::span(piece.data()));
                file.write(data);
                hasher.update(data);
                bytes += data.size();
            }
            channel.check(stream->Finish());
        };
        patiently(channel, fetch_rest);
        if (hasher.finish() != hash) fail(ErrorCode::malformed_input, "the result came damaged; fetch it again");
        return bytes;
    }

    [[nodiscard]] JobStatus submit(const v1::JobObjects& objects) {
        ShortCall call;
        v1::Job job;
        channel.check(channel.stub().Submit(call.get(), objects, &job));
        return status_of(job);
    }

    [[nodiscard]] JobStatus hand_in(const v1::RefreshedState& refreshed) {
        ShortCall call;
        v1::Job job;
        channel.check(channel.stub().HandIn(call.get(), refreshed, &job));
        return status_of(job);
    }

    Channel channel;
};

Client::Client(const identity::Identity& identity, const identity::Pin& service)
    : parts_(std::make_unique<Parts>(identity, service)) {}

Client::~Client() = default;

ServiceInfo Client::hello() {
    ShortCall call;
    v1::HelloReply reply;
    parts_->channel.check(parts_->channel.stub().Hello(call.get(), {}, &reply));
    return {.version = printable(reply.version()),
            .customer = printable(reply.customer()),
            .clock_ahead = reply.unix_seconds() - unix_seconds(),
            .bytes_used = reply.bytes_used(),
            .bytes_allowed = reply.bytes_allowed(),
            .object_bytes_allowed = reply.object_bytes_allowed(),
            .jobs_allowed = reply.jobs_allowed(),
            .seconds_used = reply.seconds_used(),
            .seconds_allowed = reply.seconds_allowed()};
}

JobStatus Client::submit(const fs::path& upload_folder, const UploadProgress& progress) {
    namespace names = learn::file_names;
    const learn::OpenJob job = learn::open_job(upload_folder);
    static_cast<void>(job.plan(0));  // refused here, if it is another circuit, before anything travels
    learn::require_file(upload_folder / names::evaluation_keys, "keygen");
    std::vector<Parcel> parcels;
    for (const char* name : {names::program, names::parameters, names::evaluation_keys}) {
        parcels.emplace_back(upload_folder / name);
    }
    for (int segment = 0; segment < job.segments(); ++segment) {
        learn::require_file(upload_folder / names::segment_inputs(segment), "encrypt");
        parcels.emplace_back(upload_folder / names::segment_inputs(segment));
    }
    std::uint64_t total = 0;
    for (const Parcel& parcel : parcels) total += parcel.bytes();
    Sender sender(parts_->channel, total, progress);
    for (const Parcel& parcel : parcels) sender.send(parcel);
    v1::JobObjects objects;
    objects.set_program(to_wire(parcels[0].hash));
    objects.set_parameters(to_wire(parcels[1].hash));
    objects.set_evaluation_keys(to_wire(parcels[2].hash));
    for (std::size_t i = 3; i < parcels.size(); ++i) objects.add_inputs(to_wire(parcels[i].hash));
    return patiently(parts_->channel, [&] { return parts_->submit(objects); });
}

JobStatus Client::await_check(const JobStatus& job) {
    const auto start = SteadyClock::now();
    JobStatus now = job;
    while (now.state == JobState::checking && seconds_since(start) < longest_check_seconds) {
        throw_if_interrupted();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        now = patiently(parts_->channel, [&] { return status(job.id); });
    }
    return now;
}

JobStatus Client::status(const JobId& job) { return status_of(parts_->find(job)); }

std::vector<JobStatus> Client::jobs() {
    ShortCall call;
    v1::JobList list;
    parts_->channel.check(parts_->channel.stub().ListJobs(call.get(), {}, &list));
    std::vector<JobStatus> jobs;
    for (const v1::Job& job : list.jobs()) jobs.push_back(status_of(job));
    return jobs;
}

JobStatus Client::watch(const JobId& job, const std::function<void(const JobStatus&)>& changed) {
    Patience patience(parts_->channel);
    while (true) {
        try {
            JobStatus now = status(job);
            patience.renew();
            changed(now);
            if (is_final(now.state)) return now;
        } catch (const Error& error) {
            patience.after(error);
        }
        throw_if_interrupted();
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
}

std::uint64_t Client::fetch(const JobId& id, const fs::path& result_folder) {
    const v1::Job job = patiently(parts_->channel, [&] { return parts_->find(id); });
    if (job.state() != v1::Job::DONE) {
        fail(ErrorCode::invalid_argument, "job {} is {} and has no result; `tacit job watch` waits for it", to_hex(id),
             to_string(state_of(job.state())));
    }
    learn::make_folder(result_folder);
    const fs::path weights_path = result_folder / learn::file_names::weights;
    AtomicFile weights = AtomicFile::open(weights_path);
    AtomicFile statistics = AtomicFile::open(result_folder / learn::file_names::statistics);
    std::uint64_t bytes = parts_->fetch(from_wire<Digest>(job.weights(), "the hash of the weights"), weights);
    bytes += parts_->fetch(from_wire<Digest>(job.statistics(), "the hash of the statistics"), statistics);
    learn::remove_stale(weights_path);  // old weights never stand beside new statistics
    statistics.commit();
    weights.commit();
    return bytes;
}

JobStatus Client::refresh(const JobId& id, const fs::path& private_folder) {
    const v1::Job job = patiently(parts_->channel, [&] { return parts_->find(id); });
    if (job.state() != v1::Job::WAITING) {
        fail(ErrorCode::invalid_argument, "job {} is {} and waits for no refresh; `tacit job watch` waits for it",
             to_hex(id), to_string(state_of(job.state())));
    }
    const int segment = status_of(job).segment;
    const RefreshFolder folder(private_folder);
    AtomicFile state = AtomicFile::open(folder.result() / learn::file_names::state(segment));
    static_cast<void>(parts_->fetch(from_wire<Digest>(job.state_hash(), "the hash of the state"), state));
    state.commit();
    static_cast<void>(learn::refresh_state(private_folder, folder.result(), folder.upload()));
    const Parcel parcel(folder.upload() / learn::file_names::refreshed(segment));
    Sender(parts_->channel, parcel.bytes(), {}).send(parcel);
    v1::RefreshedState refreshed;
    refreshed.set_job(to_wire(id));
    refreshed.set_segment(job.segment());
    refreshed.set_hash(to_wire(parcel.hash));
    return patiently(parts_->channel, [&] { return parts_->hand_in(refreshed); });
}

JobStatus Client::cancel(const JobId& id) {
    ShortCall call;
    v1::Job job;
    parts_->channel.check(parts_->channel.stub().Cancel(call.get(), name_of(id), &job));
    return status_of(job);
}

std::uint64_t Client::remove(const JobId& id) {
    ShortCall call;
    v1::RemoveReply reply;
    parts_->channel.check(parts_->channel.stub().Remove(call.get(), name_of(id), &reply));
    return reply.bytes_freed();
}

std::uint64_t Client::clean() {
    ShortCall call;
    v1::RemoveReply reply;
    parts_->channel.check(parts_->channel.stub().Clean(call.get(), {}, &reply));
    return reply.bytes_freed();
}

}  // namespace tacit::service
