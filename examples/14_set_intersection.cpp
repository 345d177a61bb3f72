// Two clinics find out how many patients they share, and what those paid, without showing each other who they treat.
//
// Both parties run in this process; between two companies the same function runs over a network: `tacit mpc psi
// --help`.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tacit/mpc/psi.hpp"
#include "tacit/party/local_network.hpp"

using namespace tacit;

struct Patient {
    std::string insurance_number;
    std::uint64_t paid = 0;
};

int main() {
    const std::vector<Patient> north = {{"A-1007"}, {"B-2210"}, {"C-0042"}, {"D-7781"}};
    const std::vector<Patient> south = {{"B-2210", 120}, {"C-0042", 80}, {"E-5150", 400}, {"F-9009", 35}};

    const auto with_terms = [&](const mpc::PsiTerms& terms) {
        party::LocalNetwork network(2);
        return network.run([&](party::Party& me) {
            const auto& mine = me.index() == 0 ? north : south;
            return mpc::intersect(me, terms, [&](const auto& add) {
                for (const Patient& patient : mine) add({patient.insurance_number, patient.paid});
            });
        });
    };

    // North learns which of its patients South treats too; South learns nothing but the size of North's set.
    const auto common = with_terms({.output = mpc::PsiOutput::intersection})[0];
    for (const auto row : common.rows) std::printf("common: %s\n", north[row].insurance_number.c_str());

    // Both learn how many there are and what they paid South, but not who; nothing if fewer than two are common.
    const auto sum = with_terms({.output = mpc::PsiOutput::sum, .minimum = 2})[0];
    std::printf("%llu patients paid %llu in all\n", static_cast<unsigned long long>(sum.count.value_or(0)),
                static_cast<unsigned long long>(sum.sum.value_or(0)));

    // With a minimum of three, nothing is opened.
    const auto hidden = with_terms({.output = mpc::PsiOutput::sum, .minimum = 3})[0];
    std::printf("with a minimum of three: %s\n", hidden.minimum_reached ? "opened" : "nothing");
    return common.rows.size() == 2 && sum.sum == 200 && !hidden.minimum_reached ? 0 : 1;
}
