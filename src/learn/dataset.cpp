#include "tacit/learn/dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "base/fail.hpp"
#include "learn/embedded_mnist.hpp"
#include "learn/idx.hpp"
#include "tacit/base/files.hpp"

namespace tacit::learn {

namespace {

constexpr std::uint32_t largest_image_count = 1U << 20;
constexpr std::uint64_t largest_file_bytes = std::uint64_t{1} << 30;
constexpr std::size_t side = 14;
constexpr std::size_t pixels = side * side;

/// Images and labels of all classes, checked against each other; `images` is of 14x14 or 28x28.
struct RawImages {
    IdxArray images;
    IdxArray labels;
};

/// One file: its path or another name for messages, and its bytes.
struct NamedBytes {
    std::string name;
    std::span<const std::byte> bytes;
};

RawImages parse_pair(const NamedBytes& images, const NamedBytes& labels, int largest_label) {
    constexpr std::uint32_t large_side = 2 * side;
    RawImages raw{parse_idx(images.bytes, std::array{largest_image_count, large_side, large_side}, images.name),
                  parse_idx(labels.bytes, std::array{largest_image_count}, labels.name)};
    const std::vector<std::uint32_t>& shape = raw.images.shape;
    if (shape[1] != shape[2] || (shape[1] != side && shape[1] != large_side)) {
        fail(ErrorCode::malformed_input, "{}: offset 8: images of {}x{}, they must be 28x28 or 14x14; resize them",
             images.name, shape[1], shape[2]);
    }
    if (raw.labels.shape[0] != shape[0]) {
        fail(ErrorCode::malformed_input,
             "{}: offset 4: {} labels, but {} has {} images; the two files must come from one set", labels.name,
             raw.labels.shape[0], images.name, shape[0]);
    }
    const auto bad = std::ranges::find_if(raw.labels.bytes, [&](std::uint8_t label) { return label > largest_label; });
    if (bad != raw.labels.bytes.end()) {
        fail(ErrorCode::malformed_input,
             "{}: offset {}: label {} is above the largest, {}; the file is damaged, or state the largest label",
             labels.name, 8 + (bad - raw.labels.bytes.begin()), *bad, largest_label);
    }
    return raw;
}

/// Appends one image as 196 values in [0, 1]; 28x28 is averaged over 2x2 blocks to whole bytes, halves up.
void append_pixels(std::span<const std::uint8_t> image, std::vector<double>& values) {
    if (image.size() == pixels) {
        std::ranges::transform(image, std::back_inserter(values), [](std::uint8_t byte) { return byte / 255.0; });
        return;
    }
    constexpr std::size_t large_side = 2 * side;
    for (std::size_t y = 0; y < large_side; y += 2) {
        for (std::size_t x = 0; x < large_side; x += 2) {
            const std::uint8_t* corner = &image[y * large_side + x];
            const int sum = corner[0] + corner[1] + corner[large_side] + corner[large_side + 1];
            values.push_back((sum + 2) / 4 / 255.0);
        }
    }
}

/// The rows of the two classes that `keep(index within its class)` accepts, in file order.
template <class Keep>
Dataset select(const RawImages& raw, ClassPair classes, std::string name, Keep keep) {
    Dataset data{.name = std::move(name), .features = pixels, .values = {}, .labels = {}};
    const std::size_t size = raw.images.bytes.size() / raw.images.shape[0];
    std::array<std::size_t, 2> seen{};
    for (std::size_t i = 0; i < raw.labels.bytes.size(); ++i) {
        const int label = raw.labels.bytes[i];
        if (label != classes.zero && label != classes.one) {
            continue;
        }
        const std::uint8_t bit = label == classes.one ? 1 : 0;
        if (keep(seen[bit]++)) {
            data.labels.push_back(bit);
            append_pixels(std::span(raw.images.bytes).subspan(i * size, size), data.values);
        }
    }
    for (const int bit : {0, 1}) {
        if (std::ranges::count(data.labels, bit) == 0) {
            fail(ErrorCode::invalid_argument, "{}: not a single sample of class {}; choose classes that occur in it",
                 data.name, bit == 0 ? classes.zero : classes.one);
        }
    }
    return data;
}

bool everything(std::size_t) { return true; }

/// The file in `folder` called `ending`, `ending`.gz, PREFIX`ending` or PREFIX`ending`.gz; the first of these wins.
std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& ending) {
    std::vector<std::filesystem::path> prefixed;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.ends_with(ending) || name.ends_with(ending + ".gz")) {
            prefixed.push_back(entry->path());
        }
    }
    if (error) {
        fail(ErrorCode::io_failure, "{}: {}; name a folder with idx files", folder.string(), error.message());
    }
    for (const std::string& exact : {ending, ending + ".gz"}) {
        const auto match = std::ranges::find(prefixed, folder / exact);
        if (match != prefixed.end()) {
            return *match;
        }
    }
    std::ranges::sort(prefixed);  // a plain file comes before its .gz
    if (prefixed.empty()) {
        fail(ErrorCode::io_failure, "{}: no file named {} or {}.gz; name a folder with the four idx files",
             folder.string(), ending, ending);
    }
    for (const std::filesystem::path& other : prefixed) {
        if (other != prefixed[0] && other.string() != prefixed[0].string() + ".gz") {
            fail(ErrorCode::io_failure, "{} and {} both end in {}; leave one data set in the folder",
                 prefixed[0].string(), other.string(), ending);
        }
    }
    return prefixed[0];
}

Dataset read_part(const std::filesystem::path& folder, const std::string& part, ClassPair classes, int largest_label) {
    const std::filesystem::path images = find_file(folder, part + "-images-idx3-ubyte");
    const std::filesystem::path labels = find_file(folder, part + "-labels-idx1-ubyte");
    const std::vector<std::byte> image_bytes = read_file(images, largest_file_bytes);
    const std::vector<std::byte> label_bytes = read_file(labels, largest_file_bytes);
    const RawImages raw = parse_pair({images.string(), image_bytes}, {labels.string(), label_bytes}, largest_label);
    return select(raw, classes, images.string(), everything);
}

void check_classes(ClassPair classes, int largest_label) {
    if (largest_label < 1 || largest_label > 255) {
        fail(ErrorCode::invalid_argument, "the largest label is {}; it must be in [1, 255]", largest_label);
    }
    for (const int chosen : {classes.zero, classes.one}) {
        if (chosen < 0 || chosen > largest_label) {
            fail(ErrorCode::invalid_argument, "class {} is not in [0, {}]; choose two classes of the data set", chosen,
                 largest_label);
        }
    }
    if (classes.zero == classes.one) {
        fail(ErrorCode::invalid_argument, "both classes are {}; choose two different ones", classes.zero);
    }
}

}  // namespace

std::size_t Dataset::ones() const noexcept {
    return static_cast<std::size_t>(std::ranges::count(labels, std::uint8_t{1}));
}

void Dataset::validate() const {
    if (features == 0 || values.size() / features != rows() || values.size() % features != 0) {
        fail(ErrorCode::invalid_argument, "{}: {} values are not {} rows of {} features; give every row all its values",
             name, values.size(), rows(), features);
    }
    if (!targets.empty() && targets.size() != rows()) {
        fail(ErrorCode::invalid_argument, "{}: {} targets for {} rows; give one for each", name, targets.size(),
             rows());
    }
    for (std::size_t i = 0; i < rows(); ++i) {
        if (labels[i] >= classes) {
            fail(ErrorCode::invalid_argument, "{}: row {}: label {} is not below {}, the number of classes", name, i,
                 labels[i], classes);
        }
        if (!targets.empty() && !std::isfinite(targets[i])) {
            fail(ErrorCode::invalid_argument, "{}: row {}: the target {} is not finite; mend or drop the row", name, i,
                 targets[i]);
        }
        const std::span<const double> here = row(i);
        const auto bad = std::ranges::find_if(here, [](double value) { return !std::isfinite(value); });
        if (bad != here.end()) {
            fail(ErrorCode::invalid_argument, "{}: row {}, column {}: {} is not a finite number; mend or drop the row",
                 name, i, bad - here.begin(), *bad);
        }
    }
}

DataSplit embedded_mnist() {
    const RawImages raw = parse_pair({"embedded MNIST images", embedded_mnist_images()},
                                     {"embedded MNIST labels", embedded_mnist_labels()}, 9);
    const ClassPair digits{};
    const auto held_out = [](std::size_t index) { return index % 4 == 3; };
    return {.training = select(raw, digits, "MNIST 3/8, training", [&](std::size_t i) { return !held_out(i); }),
            .held_out = select(raw, digits, "MNIST 3/8, held out", held_out),
            .zero = std::to_string(digits.zero),
            .one = std::to_string(digits.one)};
}

DataSplit read_idx_folder(const std::filesystem::path& folder, ClassPair classes, int largest_label) {
    check_classes(classes, largest_label);
    return {.training = read_part(folder, "train", classes, largest_label),
            .held_out = read_part(folder, "t10k", classes, largest_label),
            .zero = std::to_string(classes.zero),
            .one = std::to_string(classes.one)};
}

}  // namespace tacit::learn
