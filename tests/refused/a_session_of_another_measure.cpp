// refused: no matching (member )?function (for call to )?.*release
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/session.hpp"

using namespace tacit::dp;

double counted(Session<Zcdp>& session) {
    const auto measurement = rows() >> count() >> laplace(Cost::ratio(1, 2));
#ifdef REFUSED
    return session.release(measurement).answer().value;
#else
    return session.release(as_zcdp(measurement)).answer().value;
#endif
}
