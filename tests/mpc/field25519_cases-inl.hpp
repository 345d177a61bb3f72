// Operations of the field on the limbs of one lane, beside other lanes. Included once per target (no include guard).

namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE {
namespace {

Field lane_set(std::size_t lane, const Limbs& in_lane, const Limbs& elsewhere) {
    std::uint64_t words[5][lanes];
    for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t l = 0; l < lanes; ++l) words[i][l] = l == lane ? in_lane[i] : elsewhere[i];
    }
    Field x;
    std::memcpy(&x, words, sizeof x);
    return x;
}

Limbs lane_of(const Field& x, std::size_t lane) {
    std::uint64_t words[5][lanes];
    std::memcpy(words, &x, sizeof words);
    return {words[0][lane], words[1][lane], words[2][lane], words[3][lane], words[4][lane]};
}

Limbs operate(char operation, std::size_t lane, const Limbs& a, const Limbs& b) {
    const Field x = lane_set(lane % lanes, a, b);
    const Field y = lane_set(lane % lanes, b, a);
    Field result{};
    if (operation == '*') result = multiply(x, y);
    if (operation == '2') result = square(x);
    if (operation == '+') result = add(x, y);
    if (operation == '-') result = subtract(x, y);
    if (operation == 'c') result = canonical(x);
    if (operation == 'i') result = inverse(x);
    if (operation == 'z') result.limb[0] = is_zero(x);
    if (operation == '=') result.limb[0] = same_limbs(x, y);
    alignas(64) static constexpr std::uint64_t row[8] = {10, 11, 12, 13, 14, 15, 16, 17};
    if (operation == 'l') result.limb[0] = looked_up(row, x.limb[0] & splat(7));
    if (operation == 'r') result = root_of_ratio(x, y).root;
    if (operation == 's') result.limb[0] = root_of_ratio(x, y).is_square;
    return lane_of(result, lane % lanes);
}

}  // namespace
}  // namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE
