#include "service/handlers.hpp"

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <functional>

#include "service/clock.hpp"
#include "service/job_files.hpp"
#include "service/training.grpc.pb.h"
#include "service/wire.hpp"

namespace tacit::service {

namespace {

using grpc::ServerContext;
using grpc::Status;

/// Who calls.
struct Caller {
    identity::Pin pin;
    CustomerId customer{};
};

JobObjects objects_of(const v1::JobObjects& wire) {
    JobObjects objects{.program = from_wire<Digest>(wire.program(), "the hash of the program"),
                       .parameters = from_wire<Digest>(wire.parameters(), "the hash of the parameters"),
                       .evaluation_keys = from_wire<Digest>(wire.evaluation_keys(), "the hash of the evaluation keys")};
    for (const std::string& hash : wire.inputs()) {
        objects.inputs.push_back(from_wire<Digest>(hash, "the hash of the inputs"));
    }
    return objects;
}

v1::Job::State state_of(JobState state) {
    switch (state) {
        case JobState::checking: return v1::Job::CHECKING;
        case JobState::waiting: return v1::Job::WAITING;
        case JobState::queued: return v1::Job::QUEUED;
        case JobState::running: return v1::Job::RUNNING;
        case JobState::done: return v1::Job::DONE;
        case JobState::failed: return v1::Job::FAILED;
        case JobState::cancelled: return v1::Job::CANCELLED;
    }
    return v1::Job::FAILED;
}

constexpr std::uint32_t most_segment = 1'000'000;  ///< a larger one is none of any job

void fill(v1::Work& wire, const learn::TrainingWork& work) {
    wire.set_done(work.done);
    wire.set_total(work.total);
    wire.set_segment(static_cast<std::uint32_t>(work.segment));
    wire.set_segments(static_cast<std::uint32_t>(work.segments));
    wire.set_levels_left(static_cast<std::uint32_t>(work.levels_left));
    wire.set_levels(static_cast<std::uint32_t>(work.levels));
    wire.set_noise_budget(static_cast<std::uint32_t>(work.noise_budget));
}

class Handlers final : public v1::Training::Service {
public:
    explicit Handlers(const HandlerParts& parts) : parts_(parts) {}

    Status Hello(ServerContext* context, const v1::HelloRequest*, v1::HelloReply* reply) override {
        return serve(context, "Hello", [&](const Caller& caller) {
            const Usage usage = parts_.store.usage(caller.customer);
            reply->set_version(version);
            reply->set_customer(caller.pin.name);
            reply->set_unix_seconds(unix_seconds());
            reply->set_bytes_used(usage.bytes);
            reply->set_bytes_allowed(parts_.quota.bytes);
            reply->set_object_bytes_allowed(parts_.quota.object_bytes);
            reply->set_jobs_allowed(parts_.quota.jobs);
            reply->set_seconds_used(usage.seconds);
            reply->set_seconds_allowed(parts_.quota.seconds);
        });
    }

    Status FindObject(ServerContext* context, const v1::ObjectName* name, v1::ObjectState* reply) override {
        return serve(context, "FindObject", [&](const Caller& caller) {
            fill(*reply, parts_.store.object_state(caller.customer, from_wire<Digest>(name->hash(), "the hash")));
        });
    }

    Status SendObject(ServerContext* context, grpc::ServerReader<v1::UploadPiece>* pieces,
                      v1::ObjectState* reply) override {
        return serve(context, "SendObject", [&](const Caller& caller) { receive(caller, *pieces, *reply); });
    }

    Status Submit(ServerContext* context, const v1::JobObjects* wire, v1::Job* reply) override {
        return serve(context, "Submit", [&](const Caller& caller) {
            const Job job =
                parts_.store.submit(caller.customer, caller.pin.fingerprint, objects_of(*wire), parts_.quota);
            parts_.log.write("job_submitted", {{"customer", caller.pin.name}, {"job", to_hex(job.id)}});
            parts_.runner.look();
            fill(*reply, job);
        });
    }

    Status HandIn(ServerContext* context, const v1::RefreshedState* wire, v1::Job* reply) override {
        return serve(context, "HandIn", [&](const Caller& caller) {
            const int segment = static_cast<int>(std::min<std::uint32_t>(wire->segment(), most_segment));
            const Job job = parts_.store.hand_in(caller.customer, from_wire<JobId>(wire->job(), "the job's name"),
                                                 segment, from_wire<Digest>(wire->hash(), "the hash of the state"));
            parts_.log.write(
                "state_handed_in",
                {{"customer", caller.pin.name}, {"job", to_hex(job.id)}, {"segment", std::int64_t{segment}}});
            parts_.runner.look();
            fill(*reply, job);
        });
    }

    Status FindJob(ServerContext* context, const v1::JobName* name, v1::Job* reply) override {
        return serve(context, "FindJob", [&](const Caller& caller) { fill(*reply, find(caller, *name)); });
    }

    Status ListJobs(ServerContext* context, const v1::ListRequest*, v1::JobList* reply) override {
        return serve(context, "ListJobs", [&](const Caller& caller) {
            for (const Job& job : parts_.store.jobs(caller.customer)) fill(*reply->add_jobs(), job);
        });
    }

    Status Cancel(ServerContext* context, const v1::JobName* name, v1::Job* reply) override {
        return serve(context, "Cancel", [&](const Caller& caller) {
            parts_.store.cancel(caller.customer, from_wire<JobId>(name->id(), "the job's name"));
            parts_.runner.look();
            fill(*reply, find(caller, *name));
        });
    }

    Status Remove(ServerContext* context, const v1::JobName* name, v1::RemoveReply* reply) override {
        return serve(context, "Remove", [&](const Caller& caller) {
            reply->set_bytes_freed(
                parts_.store.remove(caller.customer, from_wire<JobId>(name->id(), "the job's name")));
        });
    }

    Status Clean(ServerContext* context, const v1::CleanRequest*, v1::RemoveReply* reply) override {
        return serve(context, "Clean",
                     [&](const Caller& caller) { reply->set_bytes_freed(parts_.store.clean(caller.customer)); });
    }

    Status FetchObject(ServerContext* context, const v1::FetchRequest* request,
                       grpc::ServerWriter<v1::Piece>* pieces) override {
        return serve(context, "FetchObject", [&](const Caller& caller) { send(caller, *request, *pieces); });
    }

private:
    /// Finds out who calls, does the work, and turns errors into what the caller may know.
    template <class Work>
    Status serve(ServerContext* context, const char* method, const Work& work) {
        std::string name;
        try {
            const Caller caller = identify(*context);
            name = caller.pin.name;
            const OpenCalls::Place place = calls_.enter(caller.customer);
            work(caller);
            parts_.metrics.count_call(method, "done");
            return Status::OK;
        } catch (const Error& error) {
            parts_.metrics.count_call(method, to_string(error.code()));
            parts_.log.write("call_refused", {{"method", std::string(method)},
                                              {"customer", name},
                                              {"code", std::string(to_string(error.code()))},
                                              {"reason", std::string(error.what())}});
            return to_status(error);
        } catch (const std::exception& error) {
            parts_.metrics.count_call(method, "exception");
            parts_.log.write("call_failed", {{"method", std::string(method)}, {"reason", std::string(error.what())}});
            return to_status(Error(ErrorCode::internal, error.what()));
        }
    }

    /// The pin may have gone since the handshake.
    Caller identify(const ServerContext& context) {
        const auto certificates = context.auth_context()->FindPropertyValues("x509_pem_cert");
        if (!certificates.empty()) {
            const grpc::string_ref& pem = certificates.front();
            const auto fingerprint = identity::fingerprint_of_certificate(std::string_view(pem.data(), pem.size()));
            if (auto pin = fingerprint ? parts_.pins.find(*fingerprint) : std::nullopt) {
                return {*std::move(pin), parts_.store.customer(*fingerprint)};
            }
        }
        fail(ErrorCode::untrusted_peer, "your key is no longer pinned here; ask the service's operator");
    }

    Job find(const Caller& caller, const v1::JobName& name) {
        return parts_.store.job(caller.customer, from_wire<JobId>(name.id(), "the job's name"));
    }

    static void fill(v1::ObjectState& reply, const ObjectState& state) {
        reply.set_bytes(state.bytes);
        reply.set_complete(state.complete);
    }

    void fill(v1::Job& reply, const Job& job) {
        const Runner::Progress progress = parts_.runner.progress(job);
        reply.set_id(to_wire(job.id));
        reply.set_state(state_of(job.state));
        reply.set_jobs_before(parts_.store.jobs_before(job));
        service::fill(*reply.mutable_work(), progress.work);
        reply.set_work_begun(progress.work_begun);
        reply.set_work_seconds(progress.work_seconds);
        reply.set_seconds(job.seconds + progress.seconds);
        reply.set_submitted(job.submitted);
        reply.set_reason(job.reason);
        if (const auto hash = job.file(job_files::weights())) reply.set_weights(to_wire(*hash));
        if (const auto hash = job.file(job_files::statistics())) reply.set_statistics(to_wire(*hash));
        if (job.state != JobState::waiting) return;
        reply.set_segment(static_cast<std::uint32_t>(job.segment));
        reply.set_state_hash(to_wire(job.file(job_files::state(job.segment)).value_or(Digest{})));
    }

    void receive(const Caller& caller, grpc::ServerReader<v1::UploadPiece>& pieces, v1::ObjectState& reply) {
        v1::UploadPiece piece;
        if (!pieces.Read(&piece) || !piece.has_header()) {
            fail(ErrorCode::malformed_input, "an upload begins with a header; use one version of Tacit on both sides");
        }
        const Digest hash = from_wire<Digest>(piece.header().hash(), "the hash");
        if (const ObjectState state = parts_.store.object_state(caller.customer, hash); state.complete) {
            return fill(reply, state);
        }
        Upload upload = parts_.store.begin_upload(caller.customer, hash, piece.header().bytes(), parts_.quota);
        if (upload.offset() != piece.header().offset()) {
            fail(ErrorCode::unreachable, "the upload goes on at byte {}, not {}; try again", upload.offset(),
                 piece.header().offset());
        }
        while (pieces.Read(&piece)) {
            const std::string& data = piece.data();
            if (data.size() > piece_bytes)
                fail(ErrorCode::malformed_input, "a piece has more than {} bytes", piece_bytes);
            upload.append(std::as_bytes(std::span(data)));
            parts_.metrics.count_received(data.size());
        }
        const bool complete = upload.finish();
        if (complete) {
            parts_.log.write("object_stored", {{"customer", caller.pin.name},
                                               {"object", to_hex(hash)},
                                               {"bytes", static_cast<std::int64_t>(upload.offset())}});
        }
        fill(reply, {upload.offset(), complete});
    }

    /// What is sent from its beginning is compared with its hash on the way: a disk that damaged it is found here.
    void send(const Caller& caller, const v1::FetchRequest& request, grpc::ServerWriter<v1::Piece>& pieces) {
        const Digest hash = from_wire<Digest>(request.hash(), "the hash");
        const Descriptor file = parts_.store.open_object(caller.customer, hash);
        Hasher hasher;
        v1::Piece piece;
        std::string& data = *piece.mutable_data();
        for (std::uint64_t offset = request.offset();;) {
            data.resize(piece_bytes);
            const ssize_t got = pread(file.value(), data.data(), data.size(), static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail_io("read", "an object", errno);
            if (got == 0) break;
            data.resize(static_cast<std::size_t>(got));
            hasher.update(std::as_bytes(std::span(data)));
            if (!pieces.Write(piece)) return;  // the caller went away
            offset += data.size();
            parts_.metrics.count_sent(data.size());
        }
        if (request.offset() > 0 || hasher.finish() == hash) return;
        parts_.store.forget_damaged(caller.customer, hash);
        parts_.metrics.count_damaged_object();
        parts_.log.write("object_damaged", {{"customer", caller.pin.name}, {"object", to_hex(hash)}});
        fail(ErrorCode::io_failure, "object {} was damaged by the disk", to_hex(hash));
    }

    HandlerParts parts_;
    OpenCalls calls_;
};

}  // namespace

std::shared_ptr<grpc::Service> make_handlers(const HandlerParts& parts) { return std::make_shared<Handlers>(parts); }

}  // namespace tacit::service
