// refused: encrypted values cannot be ordered
#include "tacit/circuit/trace.hpp"

using namespace tacit::circuit;

Circuit write() {
    return trace<1>([](Expr x) {
#ifdef REFUSED
        while (x < 10) x *= x;
#endif
        return x;
    });
}
