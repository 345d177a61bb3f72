// refused: the two chains are for different neighbour relations
#include "tacit/dp/mechanisms.hpp"

using namespace tacit::dp;

auto women() {
#ifdef REFUSED
    return where("sex", "female") >> number<ChangeOne>("wage");
#else
    return where("sex", "female") >> number("wage");
#endif
}
