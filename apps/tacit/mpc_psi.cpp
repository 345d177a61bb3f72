#include "mpc_psi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "output.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/progress.hpp"
#include "tacit/mpc/decimal.hpp"
#include "tacit/mpc/run_budget.hpp"
#include "tacit/table/table.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::invalid_argument, why); }

/// The two who compute.
std::vector<party::Member> two_of(const party::Roster& roster) {
    std::vector<party::Member> parties = party::computing(roster);
    if (parties.size() != 2) {
        refuse(fmt::format("{} parties compute in '{}'; it takes two", parties.size(), roster.name));
    }
    return parties;
}

PsiTerms terms_of(const PsiCommand& command, const std::vector<party::Member>& parties) {
    PsiTerms terms{.protocol = command.protocol,
                   .output = command.reveal,
                   .minimum = command.minimum,
                   .largest = command.largest,
                   .purpose = fmt::format("spelling {}; digits {}", to_string(command.spelling), command.digits)};
    if (command.reveal == PsiOutput::sum) {
        const auto by = std::ranges::find(parties, command.weights_of, &party::Member::name);
        if (by == parties.end()) {
            refuse(fmt::format("nobody is called '{}'; say with --weights-of who of '{}' and '{}' gives the weights",
                               command.weights_of, parties[0].name, parties[1].name));
        }
        terms.receiver = by == parties.begin() ? 1 : 0;
        return terms;
    }
    if (!parties[0].roles.receive && !parties[1].roles.receive) {
        refuse("nobody receives the result; give one of the two that role in the roster");
    }
    terms.receiver = parties[0].roles.receive ? 0 : 1;
    terms.sender_learns = parties[0].roles.receive && parties[1].roles.receive;
    return terms;
}

/// A file's identifiers, a row at a time. Rows with an empty cell are no elements.
class File {
public:
    File(const PsiCommand& command, bool weighted)
        : command_(command), name_(fmt::format("'{}'", command.data.string())), weighted_(weighted) {}

    /// Calls visit(fields, identifier, line) for every row that has an identifier; header(names) first.
    template <class Header, class Row>
    void visit(const Header& header, const Row& row) const {
        std::size_t column = 0;
        const table::CsvFormat format{
            .delimiter = command_.delimiter, .largest_bytes = std::uint64_t{1} << 40, .most_rows = command_.largest};
        table::visit_csv(
            command_.data, format,
            [&](std::span<const std::string_view> names) {
                column = table::column_of(names, command_.column, name_);
                header(names);
            },
            [&](std::span<const std::string_view> fields, std::size_t line) {
                const std::string identifier =
                    at_line(line, command_.column, [&] { return table::normalise(fields[column], command_.spelling); });
                row(fields, identifier, line);
            });
    }

    [[nodiscard]] PsiSource elements() const {
        return [this](const std::function<void(const PsiElement&)>& add) {
            std::size_t weights = 0;
            visit(
                [&](std::span<const std::string_view> names) {
                    if (weighted_) weights = table::column_of(names, command_.weights, name_);
                },
                [&](std::span<const std::string_view> fields, const std::string& identifier, std::size_t line) {
                    if (identifier.empty()) return;
                    add({identifier, weighted_ ? weight(fields[weights], line) : 0});
                });
        };
    }

    /// Writes the header and these rows, counted among those that have an identifier.
    void copy_rows(std::span<const std::uint64_t> rows, const fs::path& to) const {
        AtomicFile out = AtomicFile::open(to, FileMode::owner_only);
        std::uint64_t row = 0;
        auto next = rows.begin();
        visit([&](std::span<const std::string_view> names) { write_line(out, names); },
              [&](std::span<const std::string_view> fields, const std::string& identifier, std::size_t) {
                  if (identifier.empty()) return;
                  if (next != rows.end() && *next == row) {
                      write_line(out, fields);
                      ++next;
                  }
                  ++row;
              });
        out.commit();
    }

private:
    template <class Work>
    auto at_line(std::size_t line, const std::string& column, const Work& work) const {
        try {
            return work();
        } catch (const Error& error) {
            throw Error(error.code(), fmt::format("'{}', line {}, column '{}': {}", command_.data.string(), line,
                                                  column, error.what()));
        }
    }

    std::uint64_t weight(std::string_view cell, std::size_t line) const {
        return at_line(line, command_.weights, [&] {
            const std::int64_t value = parse_decimal(cell, command_.digits).value();
            if (value < 0 || value > std::int64_t{UINT32_MAX}) {
                refuse(fmt::format("a weight must lie between 0 and {}; take a larger unit or fewer --digits",
                                   to_decimal(UINT32_MAX, command_.digits)));
            }
            return static_cast<std::uint64_t>(value);
        });
    }

    void write_line(AtomicFile& out, std::span<const std::string_view> fields) const {
        std::string line;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (i > 0) line += command_.delimiter;
            line += table::csv_field(fields[i], command_.delimiter);
        }
        line += '\n';
        out.write(std::as_bytes(std::span(line)));
    }

    const PsiCommand& command_;
    std::string name_;  ///< of the file, for messages
    bool weighted_;
};

/// Two bars, one after the other.
PsiProgress progress_bars(std::optional<ProgressBar>& bar) {
    return [&bar, shown = std::optional<PsiStep>{}, last = std::uint64_t{0}](PsiStep step, std::uint64_t done,
                                                                             std::uint64_t total) mutable {
        if (shown != step) {
            bar.emplace(step == PsiStep::own_elements ? "masking your elements" : "masking theirs", total);
            shown = step;
            last = 0;
        }
        bar->advance(done - std::exchange(last, done));
    };
}

/// Where a stopped run with that party on that data is kept.
fs::path checkpoint_folder(const PsiCommand& command, const std::string& who, const std::string& what) {
    Hasher hasher;
    for (const std::string& text : {who, what}) {
        hasher.update(text.size());
        hasher.update(std::as_bytes(std::span(text)));
    }
    return command.session.identity_folder / "stopped" / to_hex(hasher.finish()).substr(0, 16);
}

void report(const PsiCommand& command, const PsiTerms& terms, const PsiResult& result, party::Party& me) {
    const bool rows = terms.output == PsiOutput::intersection && (me.index() == terms.receiver || terms.sender_learns);
    if (command.session.json) {
        nlohmann::json object{{"elements", result.elements}, {"others", result.others},
                              {"minimum", terms.minimum},    {"minimum_reached", result.minimum_reached},
                              {"went_on", result.went_on},   {"bytes_sent", me.traffic().bytes_sent}};
        if (result.count) object["common"] = *result.count;
        if (result.sum) object["sum"] = to_decimal(static_cast<Int128>(*result.sum), command.digits);
        if (rows && !command.out.empty()) object["rows"] = result.rows.size();
        fmt::print("{}\n", object.dump());
        return;
    }
    std::string text = fmt::format("{} elements here, {} there (or fewer, if they were padded)\n",
                                   count_text(result.elements), count_text(result.others));
    if (result.went_on) text += "went on with the run that was stopped\n";
    if (!result.minimum_reached) {
        text += fmt::format("fewer than {} are common, so nothing was opened", terms.minimum);
    } else if (result.sum) {
        text += fmt::format("{} are common; their weights sum to {}", count_text(*result.count),
                            to_decimal(static_cast<Int128>(*result.sum), command.digits));
    } else if (result.count) {
        text += fmt::format("{} are common", count_text(*result.count));
        if (rows) text += fmt::format("; {} rows -> {}", count_text(result.rows.size()), command.out.string());
    } else {
        text += fmt::format("at least {} are common; the result went to the other party", terms.minimum);
    }
    print_step("psi", fmt::format("{}\n{} sent", text, bytes_text(me.traffic().bytes_sent)));
}

}  // namespace

void psi(const PsiCommand& command) {
    const InterruptGuard guard;
    const party::Roster roster = party::read_roster(command.session.roster);
    const auto parties = two_of(roster);
    const PsiTerms terms = terms_of(command, parties);
    terms.check();
    const auto own = identity::Identity::open(command.session.identity_folder).fingerprint();
    const int index = parties[0].pin == own ? 0 : 1;
    const party::Member& other = parties[static_cast<std::size_t>(1 - index)];
    const bool weighted = terms.output == PsiOutput::sum && index != terms.receiver;
    const bool receives = index == terms.receiver || terms.sender_learns;
    if (weighted && command.weights.empty()) refuse("the weights are yours; name their column with --weights");
    if (terms.output == PsiOutput::intersection && receives && command.out.empty()) {
        refuse("name the file for your common rows with --out");
    }
    const File file(command, weighted);
    file.visit([](auto) {}, [](auto, const std::string&, std::size_t) {});  // refuse the file before anybody waits
    party::Session session = open_session(command.session, roster, terms.plan());
    const std::string who = fmt::format("{} {}", other.name, to_string(other.pin));
    const std::string what = fmt::format("{} of {}", command.column, fs::weakly_canonical(command.data).string());
    std::optional<ProgressBar> bar;
    const PsiResult result = intersect(
        session.party(), terms, file.elements(),
        {.padded_size = command.pad,
         .progress = progress_bars(bar),
         .checkpoint = checkpoint_folder(command, who, what),
         .begins = [&] { RunBudget(command.session.identity_folder / "runs").spend(who, what, command.runs); }});
    bar.reset();
    session.finish();
    if (terms.output == PsiOutput::intersection && receives) file.copy_rows(result.rows, command.out);
    report(command, terms, result, session.party());
}

}  // namespace tacit::app::mpc
