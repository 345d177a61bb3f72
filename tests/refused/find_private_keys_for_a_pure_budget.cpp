// refused: no matching (member )?function (for call to )?.*release
#include "tacit/dp/groups.hpp"
#include "tacit/dp/session.hpp"

using namespace tacit::dp;

#ifdef REFUSED
std::size_t keys(Session<Pure>& session) {
#else
std::size_t keys(Session<Approximate>& session) {
#endif
    const auto chain = rows() >> tally_private_keys("t", Cost::ratio(1, 1), Cost::ratio(1, 1000000));
    return session.release(chain).answer().size();
}
