// refused: temporary keys would not outlive the statement
#include "tacit/ckks/evaluator.hpp"

tacit::ckks::EvaluationKeys read_keys();

int use() {
#ifdef REFUSED
    const tacit::ckks::Evaluator refused(read_keys());
#endif
    const tacit::ckks::EvaluationKeys keys = read_keys();
    const tacit::ckks::Evaluator evaluator(keys);
    return static_cast<int>(evaluator.parameters().slots());
}
