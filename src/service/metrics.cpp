// The only file that sees the Prometheus client.
#include "service/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <exception>
#include <optional>

#include "base/fail.hpp"

namespace tacit::service {

namespace {

using prometheus::Counter;
using prometheus::Family;

const prometheus::Histogram::BucketBoundaries run_seconds = {1, 5, 15, 60, 300, 900, 3600, 14'400, 86'400};

Family<Counter>& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

}  // namespace

struct Metrics::Parts {
    std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
    Family<Counter>& calls = counter(*registry, "tacit_calls_total", "Calls by method and outcome");
    Counter& refused_handshakes =
        counter(*registry, "tacit_refused_handshakes_total", "Connections with a key that is not pinned").Add({});
    Counter& received = counter(*registry, "tacit_received_bytes_total", "Bytes of objects taken").Add({});
    Counter& sent = counter(*registry, "tacit_sent_bytes_total", "Bytes of objects handed out").Add({});
    Counter& damaged =
        counter(*registry, "tacit_damaged_objects_total", "Objects that the disk lost or damaged").Add({});
    Family<Counter>& runs = counter(*registry, "tacit_runs_total", "Runs of workers by kind and outcome");
    prometheus::Histogram& seconds = prometheus::BuildHistogram()
                                         .Name("tacit_run_seconds")
                                         .Help("Time of trainings that gave a result")
                                         .Register(*registry)
                                         .Add({}, run_seconds);
    Family<prometheus::Gauge>& jobs =
        prometheus::BuildGauge().Name("tacit_jobs").Help("Jobs in the store by state").Register(*registry);
    std::optional<prometheus::Exposer> exposer{};
};

Metrics::Metrics(const std::string& address) : parts_(std::make_unique<Parts>()) {
    if (address.empty()) return;
    try {
        parts_->exposer.emplace(address, 1);
    } catch (const std::exception& error) {
        fail(ErrorCode::io_failure, "cannot listen at {} for Prometheus: {}; choose a free host:port", address,
             error.what());
    }
    parts_->exposer->RegisterCollectable(parts_->registry);
}

Metrics::~Metrics() = default;

void Metrics::count_call(const char* method, const char* outcome) {
    parts_->calls.Add({{"method", method}, {"outcome", outcome}}).Increment();
}

void Metrics::count_refused_handshake() { parts_->refused_handshakes.Increment(); }

void Metrics::count_received(std::uint64_t bytes) { parts_->received.Increment(static_cast<double>(bytes)); }

void Metrics::count_sent(std::uint64_t bytes) { parts_->sent.Increment(static_cast<double>(bytes)); }

void Metrics::count_run(const char* kind, const char* outcome, double seconds) {
    parts_->runs.Add({{"kind", kind}, {"outcome", outcome}}).Increment();
    if (std::string_view(kind) == "training" && std::string_view(outcome) == "done") parts_->seconds.Observe(seconds);
}

void Metrics::count_damaged_object() { parts_->damaged.Increment(); }

void Metrics::set_jobs(JobState state, std::size_t count) {
    parts_->jobs.Add({{"state", to_string(state)}}).Set(static_cast<double>(count));
}

}  // namespace tacit::service
