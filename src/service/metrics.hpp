#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tacit/service/job.hpp"

namespace tacit::service {

/// What Prometheus asks for at http://ADDRESS/metrics; sums over all customers, nobody's name. Any thread.
class Metrics {
public:
    /// Empty: counts, and tells nobody. Throws io_failure if the address cannot be had.
    explicit Metrics(const std::string& address);
    ~Metrics();

    void count_call(const char* method, const char* outcome);
    void count_refused_handshake();
    void count_received(std::uint64_t bytes);
    void count_sent(std::uint64_t bytes);
    /// Of a "check" or a "training".
    void count_run(const char* kind, const char* outcome, double seconds);
    void count_damaged_object();
    void set_jobs(JobState state, std::size_t count);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tacit::service
