// refused: no matching (member )?function (for call to )?.*release
#include "tacit/base/random.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/session.hpp"

using namespace tacit::dp;

double counted(Session<Pure>& session, tacit::Rng& rng) {
    const auto measurement = rows() >> count() >> laplace(Cost::ratio(1, 2));
#ifdef REFUSED
    return session.release(measurement, rng).answer().value;
#else
    static_cast<void>(rng);
    return session.release(measurement).answer().value;
#endif
}
