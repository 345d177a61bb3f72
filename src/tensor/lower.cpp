#include "tensor/lower.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/expr.hpp"
#include "tensor/block_slots.hpp"
#include "tensor/clear.hpp"
#include "tensor/grid_sums.hpp"
#include "tensor/hosts.hpp"

namespace tacit::tensor {

namespace {

using circuit::Expr;
using Part = InputBlock::Part;

/// A vector over as many ciphertexts as it takes.
using Tiles = std::vector<Expr>;

void accumulate(std::optional<Expr>& sum, const Expr& term) { sum = sum ? *sum + term : term; }

class Lowering {
public:
    Lowering(const Program& program, const Targets& targets, const Levels& levels, const Choices& choices, Grid grid,
             Summation summation, const Techniques& techniques)
        : public_(program),
          targets_(targets),
          levels_(levels),
          choices_(choices),
          grid_(grid),
          summation_(summation),
          pair_outputs_(techniques.paired_outputs) {
        if (techniques.carried_conversions) hosts_ = Hosts(targets, levels, choices);
    }

    Lowered run() {
        for (std::size_t i = 0; i < choices_.outputs.size(); ++i) write_output(i);
        return {grid_, summation_, {}, std::move(builder_).finish(), std::move(inputs_), std::move(outputs_)};
    }

private:
    [[nodiscard]] bool mask_free() const { return summation_ == Summation::mask_free; }
    /// How many entries of a vector one ciphertext holds.
    [[nodiscard]] std::size_t extent(Encoding e) const { return e == Encoding::inner ? grid_.width : grid_.height; }

    // --- polynomials ---------------------------------------------------------------------------------------------

    /// A polynomial at the tiles of its argument.
    std::vector<FoldedValue>& polynomial(std::uint32_t p, Encoding e) {
        const auto key = std::make_pair(p, e);
        if (const auto at = polynomials_.find(key); at != polynomials_.end()) return at->second;
        std::vector<FoldedValue> tiles;
        for (const Expr& x : value(targets_.polynomials[p].argument, e)) {
            tiles.emplace_back(targets_.polynomials[p].folded, x);
        }
        return polynomials_.emplace(key, std::move(tiles)).first->second;
    }

    /// x' h(x') in the other encoding than that of x', times -i if a host carried it.
    struct Converted {
        Tiles tiles;
        bool times_minus_i = false;
    };
    const Converted& converted(std::uint32_t polynomial, Encoding to) {
        const auto key = std::make_pair(polynomial, to);
        if (const auto host = hosts_.of(polynomial, to)) value(host->target, to);
        if (const auto at = converted_.find(key); at != converted_.end()) return at->second;
        const std::size_t size = targets_.targets[targets_.polynomials[polynomial].argument].size;
        Target identity;
        identity.size = size;
        identity.products.push_back({1, {}, {true, polynomial}, true});
        Converted made;
        const Sum sum{&identity, {other(to)}, to, levels_.converted(polynomial, to), false, std::nullopt, 0};
        for (std::size_t first = 0; first < size; first += extent(to)) made.tiles.push_back(product_sum(sum, first));
        return converted_.emplace(key, std::move(made)).first->second;
    }

    // --- matrices times vectors ----------------------------------------------------------------------------------

    /// The products of one target in one form.
    struct Sum {
        const Target* target;
        std::vector<Encoding> from;
        Encoding encoding;
        int level;
        bool final;
        std::optional<std::size_t> carrier;  ///< the term that carries a polynomial along
        std::size_t second_offset;           ///< the imaginary part holds the entries that far on; 0: none
    };

    /// Where a block lies: `entry` of the result and of the operand in its corner, and the column of the grid.
    struct Place {
        std::size_t result = 0;
        std::size_t source = 0;
        bool half = false;
        std::size_t at = 0;
        std::size_t tile = 0;  ///< of the operand
    };

    /// The block of a chain, with the operand's entries against the result's.
    [[nodiscard]] static Part matrix_part(const Chain& chain, double factor, Encoding e, std::size_t result,
                                          std::size_t source) {
        const bool inner = e == Encoding::inner;  // the operand goes down the grid, the result across
        return {Part::Kind::matrix,
                {{factor, inner ? transposed(chain) : chain}},
                inner ? source : result,
                inner ? result : source};
    }

    /// The values of a block that is public.
    Expr constant(const InputBlock& block) {
        const InputBlock::Term& term = block.real.terms.front();
        const ClearMatrix* m = term.chain.empty() ? nullptr : &public_product(term.chain);
        std::vector<double> slots(grid_.height * grid_.width, 0.0);
        for_each_slot(grid_, block, block.real, [&](std::size_t slot, std::size_t r, std::size_t c) {
            slots[slot] = term.factor * entry(m, r, c);
        });
        return builder_.expr(builder_.constant(slots));
    }
    const ClearMatrix& public_product(const Chain& chain) {
        const auto [at, fresh] = public_products_.try_emplace(chain);
        if (fresh) at->second = public_.product(chain);
        return at->second;
    }

    Expr block(const Sum& sum, std::size_t i, const Place& place, bool times_i) {
        const ProductTerm& term = sum.target->products[i];
        InputBlock b;
        const double factor = sum.carrier ? term.coefficient / 2 : term.coefficient;
        b.real = matrix_part(term.block, factor, sum.encoding, place.result, place.source);
        if (sum.second_offset != 0) {
            b.imaginary = matrix_part(term.block, factor, sum.encoding, place.result + sum.second_offset, place.source);
        }
        if (sum.carrier == i) b.imaginary = matrix_part({}, 0.5, sum.encoding, place.result, place.source);
        if (times_i) {
            std::swap(b.real, b.imaginary);
            for (auto& t : b.real.terms) t.factor = -t.factor;
        }
        b.columns = place.half ? grid_.width / 2 : grid_.width;
        b.grid_column = place.at;
        return term.is_public ? constant(b) : input(b);
    }

    Expr term(const Sum& sum, std::size_t i, const Place& place) {
        const ProductTerm& term = sum.target->products[i];
        const std::uint32_t index = term.operand.index;
        if (!term.operand.is_polynomial) return block(sum, i, place, false) * value(index, sum.from[i])[place.tile];
        if (sum.from[i] == sum.encoding) {
            const Converted& operand = converted(index, other(sum.encoding));
            const Expr x = operand.tiles[place.tile];
            return block(sum, i, place, operand.times_minus_i) * x;
        }
        const Expr matrix = block(sum, i, place, false);
        FoldedValue& p = polynomial(index, sum.from[i])[place.tile];
        if (levels_.slope_product(term, sum.encoding, sum.final) <= sum.level) return matrix * p.slope();
        return p.times(matrix);
    }

    /// The sum of all terms over all tiles of their operands, each at the place that `at(tile)` says, if there is one.
    template <class At>
    std::optional<Expr> all_terms(const Sum& sum, const At& at) {
        std::optional<Expr> total;
        for (std::size_t i = 0; i < sum.target->products.size(); ++i) {
            const std::size_t size = targets_.source_size(sum.target->products[i]);
            const std::size_t step = extent(other(sum.encoding));
            for (std::size_t tile = 0; tile * step < size; ++tile) {
                const std::optional<Place> place = at(tile, size);
                if (place) accumulate(total, term(sum, i, *place));
            }
        }
        return total;
    }

    /// Entries first .. first + extent - 1 of a sum of products.
    Expr product_sum(const Sum& sum, std::size_t first) {
        return sum.encoding == Encoding::inner ? inner_result(sum, first) : outer_result(sum, first);
    }

    Expr inner_result(const Sum& sum, std::size_t first) {
        const std::size_t half = grid_.width / 2;
        const auto place = [&](std::size_t shift) {
            return [=, this](std::size_t tile, std::size_t) {
                return std::optional(
                    Place{first + shift, tile * grid_.height, mask_free(), mask_free() ? half : 0, tile});
            };
        };
        Expr total = *all_terms(sum, place(0));
        if (mask_free()) {  // operands are exact in the upper half of the columns only: two halves side by side
            total = rotate(total, static_cast<std::int32_t>(half));
            const std::size_t end = sum.target->size;
            if (first + half < end) total += *all_terms(sum, place(half));
        }
        return rotate_sum(total, static_cast<std::ptrdiff_t>(grid_.width), grid_.height);
    }

    Expr outer_result(const Sum& sum, std::size_t first) {
        const std::size_t width = grid_.width, half = width / 2;
        if (mask_free()) {
            const Expr lower = *all_terms(sum, [&](std::size_t tile, std::size_t) {
                return std::optional(Place{first, tile * width, true, 0, tile});
            });
            const std::optional<Expr> upper = all_terms(sum, [&](std::size_t tile, std::size_t size) {
                const std::size_t column = tile * width + half;
                return column < size ? std::optional(Place{first, column, true, half, tile}) : std::nullopt;
            });
            return rotate_sum(upper ? lower + rotate(*upper, static_cast<std::int32_t>(half)) : lower, -1, width);
        }
        const Expr total = rotate_sum(*all_terms(sum,
                                                 [&](std::size_t tile, std::size_t) {
                                                     return std::optional(Place{first, tile * width, false, 0, tile});
                                                 }),
                                      1, width);  // exact in column 0
        return sum.final || width == 1 ? total : rotate_sum(total * first_column(width, 1), -1, width);
    }

    // --- targets -------------------------------------------------------------------------------------------------

    /// The vectors that owners compute themselves.
    std::optional<Expr> clear_sum(const Target& target, Encoding e, std::size_t first, std::size_t second_offset) {
        std::optional<Expr> total;
        for (const auto& [_, terms] : target.clear) {
            const auto part = [&](std::size_t offset) {
                Part p;
                p.kind = e == Encoding::inner ? Part::Kind::along_columns : Part::Kind::along_rows;
                for (const ClearTerm& t : terms) {
                    const bool vector = t.leaf.base.kind == Base::Kind::vector;
                    p.terms.push_back({t.coefficient, t.leaf.chain, vector, vector ? t.leaf.base.index : 0});
                }
                (e == Encoding::inner ? p.column : p.row) = offset;
                return p;
            };
            InputBlock b;
            b.real = part(first);
            if (second_offset != 0) b.imaginary = part(first + second_offset);
            b.columns = grid_.width;
            accumulate(total, input(b));
        }
        return total;
    }

    /// What is added to the products: owners' vectors, polynomials themselves.
    std::optional<Expr> rest(const Target& target, Encoding e, std::size_t first, std::size_t second_offset) {
        std::optional<Expr> total = clear_sum(target, e, first, second_offset);
        for (const auto& [factor, index] : target.bare) {
            FoldedValue& p = polynomial(index, e)[first / extent(e)];
            if (std::abs(factor) == 1) {
                accumulate(total, factor == 1 ? p.slope() : -p.slope());
            } else if (levels_.folds()) {
                accumulate(total, p.times(factor));
            } else {
                accumulate(total, p.slope() * factor);
            }
        }
        return total;
    }

    /// The sum with what is public added.
    Expr with_constant(const std::optional<Expr>& sum, const Target& target, Encoding e, std::size_t first) {
        const std::vector<double>& c = target.constant;
        if (c.empty()) return *sum;
        const bool number = std::ranges::all_of(c, [&](double x) { return x == c.front(); });
        std::vector<double> slots(number ? 1 : grid_.height * grid_.width, c.front());
        for (std::size_t slot = 0; !number && slot < slots.size(); ++slot) {
            const std::size_t i = first + (e == Encoding::inner ? slot % grid_.width : slot / grid_.width);
            slots[slot] = i < c.size() ? c[i] : 0;
        }
        const Expr constant = builder_.expr(builder_.constant(slots));
        return sum ? *sum + constant : constant;
    }

    const Tiles& value(std::uint32_t t, Encoding e) {
        const Form form{t, e, false};
        if (const auto at = values_.find(form); at != values_.end()) return at->second;
        const Target& target = targets_.targets[t];
        const std::vector<Encoding>& from = choices_.forms.at(form);
        const auto carried = hosts_.carried(form);
        const auto carrier_term = carried ? std::optional(carried->term) : std::nullopt;
        const Sum sum{&target, from, e, levels_.target(t, e), false, carrier_term, 0};
        Tiles tiles;
        Converted companion{{}, true};
        for (std::size_t first = 0; first < target.size; first += extent(e)) {
            std::optional<Expr> total;
            if (!target.products.empty()) {
                const Expr y = product_sum(sum, first);
                const Expr conjugated = carrier_term ? conjugate(y) : y;
                total = carrier_term ? y + conjugated : y;
                if (carrier_term) companion.tiles.push_back(conjugated - y);
            }
            if (const auto more = rest(target, e, first, 0)) accumulate(total, *more);
            tiles.push_back(with_constant(total, target, e, first));
        }
        if (carrier_term) converted_.emplace(std::make_pair(carried->polynomial, e), std::move(companion));
        return values_.emplace(form, std::move(tiles)).first->second;
    }

    /// Whether a second half can lie in imaginary parts: not with polynomials of real parts, nor real constants.
    static bool can_pair(const Target& target) {
        return target.bare.empty() && target.constant.empty() &&
               std::ranges::none_of(target.products, &ProductTerm::is_public);
    }

    void write_output(std::size_t number) {
        const Form& form = choices_.outputs[number];
        const Target& target = targets_.targets[form.target];
        const Encoding e = form.encoding;
        const bool in_pairs = pair_outputs_ && can_pair(target);
        const std::size_t each = extent(e);
        for (std::size_t first = 0; first < target.size; first += (in_pairs ? 2 : 1) * each) {
            const bool two = in_pairs && first + each < target.size;
            const Sum sum{&target,      choices_.forms.at(form), e, levels_.target(form.target, e, true), true,
                          std::nullopt, two ? each : 0};
            std::optional<Expr> total;
            if (!target.products.empty()) total = product_sum(sum, first);
            if (const auto more = rest(target, e, first, sum.second_offset)) accumulate(total, *more);
            builder_.output(with_constant(total, target, e, first), "out" + std::to_string(output_count_));
            place_output(number, target, e, false, first);
            if (two) place_output(number, target, e, true, first + each);
            ++output_count_;
        }
    }

    void place_output(std::size_t number, const Target& target, Encoding e, bool imaginary, std::size_t first) {
        OutputSlots s{number, output_count_, imaginary, first, std::min(extent(e), target.size - first), 0, 1};
        if (e == Encoding::outer) {
            s.first_slot = mask_free() ? grid_.width - 1 : 0;
            s.stride = grid_.width;
        }
        outputs_.push_back(s);
    }

    Expr input(const InputBlock& block) {
        inputs_.push_back(block);
        return builder_.expr(builder_.input("in" + std::to_string(inputs_.size() - 1)));
    }

    Values public_;
    const Targets& targets_;
    const Levels& levels_;
    const Choices& choices_;
    Grid grid_;
    Summation summation_;
    bool pair_outputs_;
    Hosts hosts_;
    circuit::Builder builder_;
    std::vector<InputBlock> inputs_;
    std::vector<OutputSlots> outputs_;
    std::size_t output_count_ = 0;
    std::map<Form, Tiles> values_;
    std::map<std::pair<std::uint32_t, Encoding>, std::vector<FoldedValue>> polynomials_;
    std::map<std::pair<std::uint32_t, Encoding>, Converted> converted_;
    std::map<Chain, ClearMatrix> public_products_;
};

}  // namespace

Lowered lower(const Program& program, const Targets& targets, const Levels& levels, const Choices& choices, Grid grid,
              Summation summation, const Techniques& techniques) {
    return Lowering(program, targets, levels, choices, grid, summation, techniques).run();
}

}  // namespace tacit::tensor
