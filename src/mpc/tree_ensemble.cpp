// The JSON of tree ensembles and their offers; the only file of this layer that sees the JSON parser.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/fail.hpp"
#include "table/json_fields.hpp"
#include "tacit/mpc/prediction_model.hpp"

namespace tacit::mpc {

namespace {

using nlohmann::json;

constexpr std::size_t largest_ensemble = std::size_t{1} << 28;
constexpr std::size_t largest_offer = std::size_t{1} << 24;
constexpr std::size_t most_features = 65536;
constexpr std::size_t most_outputs = 256;
constexpr std::size_t most_trees = 10'000;
constexpr std::size_t most_levels = 12;
constexpr std::size_t most_nodes = std::size_t{1} << 20;   // of one tree as written
constexpr std::size_t most_values = std::size_t{1} << 23;  // leaves times outputs of whole trees
constexpr std::size_t longest_name = 256;

[[noreturn]] void refuse(const std::string& why) { fail(ErrorCode::malformed_input, "trees: {}", why); }

/// Also whole numbers, and what the file is.
class Fields : public table::JsonFields {
public:
    explicit Fields(const json& object) : JsonFields(object, refuse) {}

    std::size_t whole(const char* name, std::size_t least, std::size_t most) {
        const json& value = at(name);
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least || value.get<std::uint64_t>() > most) {
            refuse(fmt::format("'{}' is no whole number from {} to {}", name, least, most));
        }
        return value.get<std::size_t>();
    }
    void format(const char* name) {
        const json& value = at("format");
        if (!value.is_string() || value != name) refuse(fmt::format("the format is not '{}'", name));
        static_cast<void>(whole("version", 1, 1));
    }
};

double number(const json& value, const char* name) {
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        refuse(fmt::format("'{}' has no finite number", name));
    return value.get<double>();
}

std::vector<double> numbers(const json& list, const char* name) {
    std::vector<double> out;
    for (const json& value : list) out.push_back(number(value, name));
    return out;
}

std::vector<std::string> names(const json& list, const char* name) {
    std::vector<std::string> out;
    for (const json& value : list) {
        if (!value.is_string() || value.get_ref<const std::string&>().size() > longest_name) {
            refuse(fmt::format("'{}' has what is no name of up to {} bytes", name, longest_name));
        }
        out.push_back(value.get<std::string>());
    }
    if (std::set(out.begin(), out.end()).size() != out.size()) refuse(fmt::format("'{}' has a name twice", name));
    return out;
}

/// -1 or a node behind this one.
std::int64_t child(const json& value, std::size_t node, std::size_t nodes) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < -1 ||
        (value.get<std::int64_t>() >= 0 &&
         (value.get<std::uint64_t>() <= node || value.get<std::uint64_t>() >= nodes))) {
        refuse(fmt::format("node {} has a child that is neither -1 nor a node behind it", node));
    }
    return value.get<std::int64_t>();
}

void read_node(const json& feature, std::size_t features, TreeEnsemble::Tree& tree) {
    const std::size_t node = tree.feature.size();
    const bool leaf = tree.left[node] < 0;
    if (leaf != (tree.right[node] < 0)) refuse(fmt::format("node {} has one child", node));
    if (leaf) {
        tree.feature.push_back(0);  // whatever is written there
        return;
    }
    if (!feature.is_number_unsigned() || feature.get<std::uint64_t>() >= features) {
        refuse(fmt::format("node {} asks for a feature that is none of {}", node, features));
    }
    tree.feature.push_back(feature.get<std::size_t>());
}

TreeEnsemble::Tree read_tree(const json& object, std::size_t features, std::size_t outputs) {
    Fields fields(object);
    const json& asked = fields.list("feature", most_nodes);
    const std::size_t nodes = asked.size();
    TreeEnsemble::Tree tree{.threshold = numbers(fields.list("threshold", nodes), "threshold")};
    const json& left = fields.list("left", nodes);
    const json& right = fields.list("right", nodes);
    const json& values = fields.list("value", nodes);
    fields.expect_end();
    for (const std::size_t length : {tree.threshold.size(), left.size(), right.size(), values.size()}) {
        if (length != nodes || nodes == 0) refuse("the arrays of a tree are empty or of different lengths");
    }
    for (std::size_t node = 0; node < nodes; ++node) {
        tree.left.push_back(child(left[node], node, nodes));
        tree.right.push_back(child(right[node], node, nodes));
        read_node(asked[node], features, tree);
        if (!values[node].is_array() || values[node].size() != outputs) {
            refuse(fmt::format("node {} has no value for each of {} outputs", node, outputs));
        }
        tree.value.push_back(numbers(values[node], "value"));
    }
    return tree;
}

/// Levels of nodes that ask. Children come behind their parents, so one pass suffices.
std::size_t depth_of(const TreeEnsemble::Tree& tree) {
    std::vector<std::size_t> levels(tree.left.size());
    for (std::size_t node = tree.left.size(); node-- > 0;) {
        if (tree.left[node] < 0) continue;
        levels[node] = 1 + std::max(levels[static_cast<std::size_t>(tree.left[node])],
                                    levels[static_cast<std::size_t>(tree.right[node])]);
    }
    return levels[0];
}

void check_size(std::size_t trees, std::size_t depth, std::size_t outputs) {
    if (depth <= most_levels && (trees << depth) * outputs <= most_values) return;
    refuse(fmt::format(
        "{} trees of up to {} levels with {} outputs; the limits are {} levels and {} values of leaves once all "
        "trees are filled up to the deepest: train with a smaller depth",
        trees, depth, outputs, most_levels, most_values));
}

void check_classes(std::size_t classes, std::size_t outputs) {
    if (classes == outputs && classes > 2) return;
    if (outputs == 1 && (classes == 0 || classes == 2)) return;
    if (outputs == 2 && classes == 2) return;
    refuse(fmt::format("{} classes and {} outputs; take one output for a number or two classes, else one a class",
                       classes, outputs));
}

json parse(std::string_view text, std::size_t limit) {
    if (text.size() > limit) refuse(fmt::format("{} bytes, the limit is {}", text.size(), limit));
    json object = json::parse(text.begin(), text.end(), nullptr, false);
    if (object.is_discarded()) refuse("this is no JSON");
    return object;
}

}  // namespace

Expected<TreeEnsemble> parse_tree_ensemble(std::string_view text) {
    return catching([&] {
        const json object = parse(text, largest_ensemble);
        Fields fields(object);
        fields.format("tacit tree ensemble");
        TreeEnsemble ensemble{.features = names(fields.list("features", most_features), "features"),
                              .classes = names(fields.list("classes", most_outputs), "classes"),
                              .bias = numbers(fields.list("bias", most_outputs), "bias")};
        if (ensemble.features.empty()) refuse("there is no feature");
        check_classes(ensemble.classes.size(), ensemble.bias.size());
        const json& trees = fields.list("trees", most_trees);
        fields.expect_end();
        if (trees.empty()) refuse("there is no tree");
        std::size_t depth = 1;
        for (const json& tree : trees) {
            ensemble.trees.push_back(read_tree(tree, ensemble.features.size(), ensemble.bias.size()));
            depth = std::max(depth, depth_of(ensemble.trees.back()));
        }
        check_size(trees.size(), depth, ensemble.bias.size());
        return ensemble;
    });
}

TreeOffer offer_of(const TreeEnsemble& ensemble) {
    TreeOffer offer{.features = ensemble.features, .classes = ensemble.classes};
    offer.shape = {ModelKind::trees, ensemble.features.size(), ensemble.bias.size(), ensemble.trees.size(), 1};
    for (const auto& tree : ensemble.trees) offer.shape.depth = std::max(offer.shape.depth, depth_of(tree));
    return offer;
}

std::string to_json(const TreeOffer& offer) {
    return json{{"format", "tacit tree offer"},   {"version", 1},
                {"features", offer.features},     {"classes", offer.classes},
                {"outputs", offer.shape.outputs}, {"trees", offer.shape.trees},
                {"depth", offer.shape.depth}}
        .dump();
}

Expected<TreeOffer> parse_tree_offer(std::string_view text) {
    return catching([&] {
        const json object = parse(text, largest_offer);
        Fields fields(object);
        fields.format("tacit tree offer");
        TreeOffer offer{.features = names(fields.list("features", most_features), "features"),
                        .classes = names(fields.list("classes", most_outputs), "classes")};
        if (offer.features.empty()) refuse("there is no feature");
        offer.shape = {ModelKind::trees, offer.features.size(), fields.whole("outputs", 1, most_outputs),
                       fields.whole("trees", 1, most_trees), fields.whole("depth", 1, most_levels)};
        fields.expect_end();
        check_classes(offer.classes.size(), offer.shape.outputs);
        check_size(offer.shape.trees, offer.shape.depth, offer.shape.outputs);
        return offer;
    });
}

}  // namespace tacit::mpc
