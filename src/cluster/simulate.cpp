#include "cluster/simulate.hpp"

#include <algorithm>
#include <queue>
#include <set>

namespace tacit::cluster {

using compile::Plan;

namespace {

/// One machine in the simulation.
struct Machine {
    std::vector<std::uint32_t> tasks{};  // its own, in order
    std::set<std::uint32_t> ready{};     // places
    std::size_t first_unfinished = 0;    // place
    bool computes = false;
    double sends_until = 0, receives_until = 0;
};

/// A task ends, or a value arrives at a rank.
struct Event {
    double time;
    std::uint64_t number;  // of two at one time the earlier one first
    bool arrival;
    std::uint32_t what;  // task or value
    std::uint32_t rank;
    friend bool operator>(const Event& a, const Event& b) {
        return a.time != b.time ? a.time > b.time : a.number > b.number;
    }
};

class Simulation {
public:
    Simulation(const Plan& plan, const std::vector<std::uint32_t>& rank_of, int ranks,
               const std::vector<double>& seconds, const ckks::Parameters& parameters, const Network& network)
        : plan_(plan),
          rank_of_(rank_of),
          seconds_(seconds),
          parameters_(parameters),
          network_(network),
          routes_(find_routes(plan, rank_of)),
          machines_(static_cast<std::size_t>(ranks)),
          place_(plan.tasks()),
          missing_(plan.tasks()),
          finished_(plan.tasks()),
          readers_(plan.program().instructions().size()) {
        found_.busy.resize(machines_.size());
        for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
            if (routes_.owner[plan.task(task).results.front()] == Routes::everybody) continue;
            Machine& machine = machines_[rank_of[task]];
            place_[task] = static_cast<std::uint32_t>(machine.tasks.size());
            machine.tasks.push_back(task);
            for (const std::uint32_t value : plan.task(task).operands) {
                if (routes_.owner[value] == Routes::everybody) continue;
                ++missing_[task];
                readers_[value].push_back(task);
            }
            if (missing_[task] == 0) machine.ready.insert(place_[task]);
        }
    }

    Prediction run() {
        for (std::uint32_t rank = 0; rank < machines_.size(); ++rank) start(rank, 0);
        while (!events_.empty()) {
            const Event event = events_.top();
            events_.pop();
            found_.seconds = event.time;
            if (event.arrival) {
                reach(event.what, event.rank);
            } else {
                finish(event.what, event.time);
            }
            start(event.rank, event.time);
        }
        for (const double busy : found_.busy) found_.serial_seconds += busy;
        return found_;
    }

private:
    void push(double time, bool arrival, std::uint32_t what, std::uint32_t rank) {
        events_.push({time, number_++, arrival, what, rank});
    }
    /// The first ready task, if the machine is free and may.
    void start(std::uint32_t rank, double now) {
        Machine& machine = machines_[rank];
        if (machine.computes || machine.ready.empty()) return;
        const std::uint32_t place = *machine.ready.begin();
        if (place >= machine.first_unfinished + tasks_ahead) return;
        machine.ready.erase(machine.ready.begin());
        machine.computes = true;
        const double seconds = seconds_[machine.tasks[place]];
        found_.busy[rank] += seconds;
        push(now + seconds, false, machine.tasks[place], rank);
    }
    void finish(std::uint32_t task, double now) {
        const std::uint32_t rank = rank_of_[task];
        Machine& machine = machines_[rank];
        machine.computes = false;
        finished_[task] = true;
        while (machine.first_unfinished < machine.tasks.size() && finished_[machine.tasks[machine.first_unfinished]]) {
            ++machine.first_unfinished;
        }
        for (const std::uint32_t value : plan_.task(task).results) {
            reach(value, rank);
            for (const std::uint32_t target : routes_.targets[value]) send(value, rank, target, now);
        }
    }
    void send(std::uint32_t value, std::uint32_t from, std::uint32_t to, double now) {
        const ckks::CiphertextType& type = plan_.program().instructions()[value].type;
        const std::uint64_t bytes = parameters_.ciphertext_bytes(type.level, type.degree);
        double& sends = machines_[from].sends_until;
        double& receives = machines_[to].receives_until;
        const double begin = std::max({now, sends, receives});
        sends = receives = begin + static_cast<double>(bytes) / network_.bytes_per_second;
        push(sends + network_.seconds_per_message, true, value, to);
        ++found_.messages;
        found_.bytes += bytes;
    }
    /// The value is there for the tasks of a rank.
    void reach(std::uint32_t value, std::uint32_t rank) {
        for (const std::uint32_t task : readers_[value]) {
            if (rank_of_[task] == rank && --missing_[task] == 0) machines_[rank].ready.insert(place_[task]);
        }
    }

    const Plan& plan_;
    const std::vector<std::uint32_t>& rank_of_;
    const std::vector<double>& seconds_;
    const ckks::Parameters& parameters_;
    const Network& network_;
    Routes routes_;
    std::vector<Machine> machines_;
    std::vector<std::uint32_t> place_;
    std::vector<int> missing_;
    std::vector<bool> finished_;
    std::vector<std::vector<std::uint32_t>> readers_;  // tasks, by value
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    std::uint64_t number_ = 0;
    Prediction found_;
};

}  // namespace

Prediction simulate(const Plan& plan, const std::vector<std::uint32_t>& rank_of, int ranks,
                    const std::vector<double>& seconds, const ckks::Parameters& parameters, const Network& network) {
    return Simulation(plan, rank_of, ranks, seconds, parameters, network).run();
}

}  // namespace tacit::cluster
