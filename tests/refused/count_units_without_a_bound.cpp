// refused: count\(\) has no bound on the rows of one unit
#include "tacit/dp/groups.hpp"
#include "tacit/dp/mechanisms.hpp"

using namespace tacit::dp;

auto counted() {
#ifdef REFUSED
    return rows<ByUnit>() >> count() >> laplace(Cost::ratio(1, 2));
#else
    return contributions_of("person", 3) >> count() >> laplace(Cost::ratio(1, 2));
#endif
}
