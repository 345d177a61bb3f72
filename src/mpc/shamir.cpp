#include "tacit/mpc/shamir.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/fail.hpp"
#include "mpc/field64.hpp"
#include "tacit/mpc/secret_vector.hpp"

namespace tacit::mpc::shamir {

namespace {

static_assert(modulus == Field64::modulus);

using Matrix = std::vector<std::vector<Field64>>;

Field64 point_of(int party) { return Field64(static_cast<std::uint64_t>(party) + 1); }

std::uint64_t integer(Field64 value) { return static_cast<std::uint64_t>(value.integer()); }

/// Uniform; what is rejected says nothing about what is kept.
Field64 uniform(Rng& rng) {
    std::uint64_t value = rng.next();
    while (value >= modulus) value = rng.next();
    return Field64(value);
}

/// Coefficients lowest first.
Field64 value_at(std::span<const Field64> polynomial, Field64 x) {
    Field64 value;
    for (std::size_t i = polynomial.size(); i-- > 0;) value = value * x + polynomial[i];
    return value;
}

void check_scheme(const Scheme& scheme) {
    if (scheme.parties < 2 || scheme.parties > 1000 || scheme.degree < 1 || scheme.degree >= scheme.parties) {
        fail(ErrorCode::invalid_argument,
             "shares among {} parties by polynomials of degree {}; use 2 to 1000 parties and a degree from 1 to one "
             "less",
             scheme.parties, scheme.degree);
    }
}

void check_shares(const Scheme& scheme, std::span<const Share> shares) {
    check_scheme(scheme);
    std::set<int> parties;
    for (const Share& one : shares) {
        if (one.party < 0 || one.party >= scheme.parties || !parties.insert(one.party).second) {
            fail(ErrorCode::invalid_argument, "a second share of party {}, or no such party; give one of each",
                 one.party);
        }
        if (one.values.size() != shares.front().values.size()) {
            fail(ErrorCode::invalid_argument, "shares of {} and of {} values; open the same values of all",
                 shares.front().values.size(), one.values.size());
        }
        if (std::ranges::any_of(one.values, [](std::uint64_t value) { return value >= modulus; })) {
            fail(ErrorCode::protocol_violation, "a share of party {} is no field element", one.party);
        }
    }
    if (shares.size() <= static_cast<std::size_t>(scheme.degree)) {
        fail(ErrorCode::invalid_argument, "{} shares; opening takes {} or more", shares.size(), scheme.degree + 1);
    }
}

/// Some solution of the system whose rows are coefficients and right side, by Gauss's elimination. Unknowns that the
/// rows leave open are 0.
std::optional<std::vector<Field64>> solve(Matrix rows, std::size_t unknowns) {
    std::vector<std::size_t> pivots;
    for (std::size_t column = 0; column < unknowns && pivots.size() < rows.size(); ++column) {
        const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(pivots.size());
        const auto pivot = std::find_if(begin, rows.end(), [&](const auto& row) { return row[column] != Field64(); });
        if (pivot == rows.end()) continue;
        std::swap(*begin, *pivot);
        const Field64 inverse = (*begin)[column].inverse();
        for (Field64& entry : *begin) entry *= inverse;
        for (auto& row : rows) {
            const Field64 factor = row[column];
            if (&row == &*begin || factor == Field64()) continue;
            for (std::size_t i = column; i <= unknowns; ++i) row[i] -= factor * (*begin)[i];
        }
        pivots.push_back(column);
    }
    for (std::size_t row = pivots.size(); row < rows.size(); ++row) {
        if (rows[row][unknowns] != Field64()) return std::nullopt;
    }
    std::vector<Field64> solution(unknowns);
    for (std::size_t row = 0; row < pivots.size(); ++row) solution[pivots[row]] = rows[row][unknowns];
    return solution;
}

/// The polynomial of that degree through all but `errors` of the points [BW86]: Q(x) = y E(x) with E monic of degree
/// `errors` and Q = P E. Nothing if there is none.
std::optional<std::vector<Field64>> decode(std::span<const Field64> x, std::span<const Field64> y, std::size_t degree,
                                           std::size_t errors) {
    const std::size_t of_q = degree + errors + 1;
    Matrix rows;
    for (std::size_t i = 0; i < x.size(); ++i) {
        std::vector<Field64> row;
        Field64 power(1);
        for (std::size_t j = 0; j < of_q; ++j, power *= x[i]) row.push_back(power);
        power = Field64(1);
        for (std::size_t j = 0; j < errors; ++j, power *= x[i]) row.push_back(-(y[i] * power));
        row.push_back(y[i] * power);
        rows.push_back(std::move(row));
    }
    auto solution = solve(std::move(rows), of_q + errors);
    if (!solution) return std::nullopt;
    std::vector<Field64> q(solution->begin(), solution->begin() + static_cast<std::ptrdiff_t>(of_q));
    std::vector<Field64> e(solution->begin() + static_cast<std::ptrdiff_t>(of_q), solution->end());
    e.emplace_back(1);
    std::vector<Field64> p(degree + 1);
    for (std::size_t i = p.size(); i-- > 0;) {  // long division
        p[i] = q[i + errors];
        for (std::size_t j = 0; j <= errors; ++j) q[i + j] -= p[i] * e[j];
    }
    if (std::ranges::any_of(q, [](Field64 rest) { return rest != Field64(); })) return std::nullopt;
    return p;
}

/// The same random sum of the values of each share.
std::vector<Field64> random_sums(std::span<const Share> shares, Rng& rng) {
    std::vector<Field64> sums(shares.size());
    for (std::size_t i = 0; i < shares.front().values.size(); ++i) {
        const Field64 factor = uniform(rng);
        for (std::size_t j = 0; j < shares.size(); ++j) sums[j] += factor * Field64(shares[j].values[i]);
    }
    return sums;
}

/// What the value at 0 takes of the value at each of the points (Lagrange).
std::vector<Field64> weights_at_zero(std::span<const Field64> x) {
    std::vector<Field64> weights;
    for (const Field64 own : x) {
        Field64 numerator(1);
        Field64 denominator(1);
        for (const Field64 other : x) {
            if (other == own) continue;
            numerator *= other;
            denominator *= other - own;
        }
        weights.push_back(numerator * denominator.inverse());
    }
    return weights;
}

}  // namespace

std::uint64_t to_field(std::int64_t value) noexcept {
    const auto bits = static_cast<std::uint64_t>(value);
    return integer(Field64(bits) - Field64(mask(value < 0) & 0xFFFFFFFF));  // 2^64 = 2^32 - 1
}

std::int64_t from_field(std::uint64_t element) noexcept {
    return static_cast<std::int64_t>(element - (modulus & mask(element > modulus / 2)));
}

std::vector<Share> share(const Scheme& scheme, std::span<const std::uint64_t> secrets, Rng& rng) {
    check_scheme(scheme);
    if (std::ranges::any_of(secrets, [](std::uint64_t value) { return value >= modulus; })) {
        fail(ErrorCode::invalid_argument, "a secret is no field element; make it one by to_field()");
    }
    std::vector<Share> shares(static_cast<std::size_t>(scheme.parties));
    for (int party = 0; party < scheme.parties; ++party) {
        shares[static_cast<std::size_t>(party)].party = party;
        shares[static_cast<std::size_t>(party)].values.reserve(secrets.size());
    }
    SecretVector<Field64> polynomial(static_cast<std::size_t>(scheme.degree) + 1);
    for (const std::uint64_t secret : secrets) {
        polynomial[0] = Field64(secret);
        std::generate(polynomial.begin() + 1, polynomial.end(), [&] { return uniform(rng); });
        for (Share& one : shares) one.values.push_back(integer(value_at(polynomial, point_of(one.party))));
    }
    return shares;
}

void add(Share& total, const Share& more) {
    if (total.party != more.party || total.values.size() != more.values.size()) {
        fail(ErrorCode::invalid_argument, "{} values of party {} and {} of party {} do not add; add one party's",
             total.values.size(), total.party, more.values.size(), more.party);
    }
    for (std::size_t i = 0; i < more.values.size(); ++i) {
        total.values[i] = integer(Field64(total.values[i]) + Field64(more.values[i]));
    }
}

Opened open(const Scheme& scheme, std::span<const Share> shares, Rng& rng) {
    check_shares(scheme, shares);
    const auto degree = static_cast<std::size_t>(scheme.degree);
    std::vector<Field64> x;
    for (const Share& one : shares) x.push_back(point_of(one.party));
    const std::vector<Field64> y = random_sums(shares, rng);
    const auto polynomial = decode(x, y, degree, (shares.size() - degree - 1) / 2);
    Opened opened;
    std::vector<const Share*> right;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const bool fits = polynomial && value_at(*polynomial, x[i]) == y[i];
        if (fits) right.push_back(&shares[i]);
        if (!fits) opened.wrong.push_back(shares[i].party);
    }
    if (2 * opened.wrong.size() + degree + 1 > shares.size()) {
        fail(
            ErrorCode::protocol_violation,
            "{} shares do not lie on one polynomial of degree {}, and too many are wrong to tell which; ask for shares "
            "of more parties",
            shares.size(), degree);
    }
    std::ranges::sort(opened.wrong);
    x.clear();
    for (std::size_t i = 0; i <= degree; ++i) x.push_back(point_of(right[i]->party));
    const std::vector<Field64> weights = weights_at_zero(x);
    for (std::size_t entry = 0; entry < shares.front().values.size(); ++entry) {
        Field64 secret;
        for (std::size_t i = 0; i <= degree; ++i) secret += weights[i] * Field64(right[i]->values[entry]);
        opened.secrets.push_back(integer(secret));
    }
    return opened;
}

}  // namespace tacit::mpc::shamir
