#!/usr/bin/python3
"""data_sets.py TACIT FOLDER [ROUNDS]: trains on real data sets with the program TACIT, encrypted, and prints one JSON
object per run and three tables: two classes, several classes, numbers.

FOLDER holds diabetes.csv, credit-g.csv, breast-cancer.csv (tools/arff_to_csv.py from Weka's examples), wdbc.csv,
wine.csv, digits.csv and progression.csv (--prepare makes them), a folder mnist38 with the idx files of MNIST's 3 and 8,
and whatever of them there is; docs/training.md says where they come from. Irises come with Tacit, and Fashion-MNIST is
taken from Debian's dataset-fashion-mnist. Times are the least of ROUNDS (default 3) interleaved runs.

data_sets.py --prepare SKLEARN_DATA FOLDER: gives files of scikit-learn's datasets/data headers and names of classes.

Beside the program's own numbers stands the exact optimum on all training rows, on features that this script makes from
the CSV file by the saved feature map: Newton's method (iteratively reweighted least squares) with ridge 1e-3 on all
weights but the bias, one class against the rest for several, and numpy's least squares for numbers. It also scores the
held-out rows itself and compares with what the program said. Needs numpy.
"""
import csv
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

FASHION = Path("/usr/share/datasets/fashion-mnist")
IRISES = Path(__file__).resolve().parent.parent / "tests" / "data" / "iris.csv"
RIDGE = 1e-3

# name: options of keygen, after --data.
TABLES = {
    "diabetes": ["--label", "class", "--positive", "tested_positive", "--minibatches", "4"],
    "breast-cancer": ["--label", "Class", "--positive", "recurrence-events", "--missing", "mode", "--minibatches", "3",
                      "--minibatch-size", "64"],
    "wdbc": ["--label", "class", "--positive", "malignant", "--minibatches", "3"],
    "credit-g": ["--label", "class", "--positive", "bad", "--minibatches", "5"],
}
VARIANTS = {
    "nesterov": [],
    "gradient-descent": ["--algorithm", "gradient-descent"],
    "fixed-hessian": ["--algorithm", "fixed-hessian"],
    "quadratic-gradient": ["--algorithm", "quadratic-gradient"],
}
# name: (folder, options)
IMAGES = {
    "MNIST 3/8": ("mnist38", []),
    "MNIST 3/8, ten of 256": ("mnist38", ["--minibatches", "10", "--minibatch-size", "256"]),
    "Fashion 2/4 (pullover, coat)": (FASHION, ["--classes", "2,4"]),
    "Fashion 0/6 (T-shirt, shirt)": (FASHION, ["--classes", "0,6"]),
}
# name: (file, options)
OTHER_MODELS = {
    "irises": (IRISES, ["--model", "multinomial", "--label", "species", "--full-batch", "--passes", "5"]),
    "wine": ("wine.csv", ["--model", "multinomial", "--label", "cultivar", "--full-batch", "--passes", "4"]),
    "digits": ("digits.csv", ["--model", "multinomial", "--label", "digit", "--minibatches", "5"]),
    "irises, petal width": (IRISES, ["--model", "linear", "--label", "petal_width", "--full-batch", "--passes", "6"]),
    "diabetes, progression": ("progression.csv", ["--model", "linear", "--label", "progression", "--full-batch",
                                                  "--passes", "5"]),
}
MASK = (1 << 64) - 1


def shuffled_order(count, seed):
    """tacit::learn::shuffled_order: Fisher-Yates driven by SplitMix64."""
    state = seed

    def word():
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    order = list(range(count))
    for left in range(count, 1, -1):
        value = word()
        while value < (1 << 64) % left:
            value = word()
        order[left - 1], order[value % left] = order[value % left], order[left - 1]
    return order


def table_rows(data):
    """(features, labels) of training and held-out rows of a CSV file, by the feature map of data.json."""
    map_ = data["feature_map"]
    with open(data["source"], encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=data["delimiter"]))
    every = data["held_out"]
    order = shuffled_order(len(rows), data["seed"])
    held_out = sorted(r for i, r in enumerate(order) if i % every == every - 1)
    training = sorted(r for i, r in enumerate(order) if i % every != every - 1)

    def numbers(row):
        values = []
        for column in map_["columns"]:
            cell = row[column["name"]].strip()
            missing = cell in map_["missing_words"]
            if "levels" in column:
                level = column["levels"][column["fill_level"]] if missing else cell
                values += [float(level == other) for other in column["levels"]]
            else:
                values.append(((column["fill"] if missing else float(cell)) - column["mean"]) / column["deviation"])
        return values

    def label(row):
        cell = row[map_["label"]].strip()
        target = map_["target"]
        if target is None:
            return cell == map_["positive"]
        return target["levels"].index(cell) if "levels" in target else float(cell)

    return [(np.array([numbers(rows[i]) for i in part]), np.array([label(rows[i]) for i in part]))
            for part in (training, held_out)]


def image_rows(data):
    """The same for two classes of images, pooled to 14x14 as the program does."""
    parts = []
    folder = Path(data["source"])
    for part in ("train", "t10k"):
        images, labels = (np.frombuffer(gzip.open(next(folder.glob(f"*{part}-{kind}-ubyte.gz"))).read(), np.uint8, offset=o)
                          for kind, o in (("images-idx3", 16), ("labels-idx1", 8)))
        images = images.reshape(-1, 14, 2, 14, 2).astype(int).sum(axis=(2, 4))
        keep = np.isin(labels, data["classes"])
        parts.append((((images[keep] + 2) // 4 / 255.0).reshape(-1, 196), labels[keep] == data["classes"][1]))
    return parts


def exact_weights(x, y):
    """The optimum of the mean log-likelihood minus RIDGE/2 |w|^2, the bias first and not penalised."""
    x = np.hstack([np.ones((len(x), 1)), x])
    penalty = np.full(x.shape[1], RIDGE)
    penalty[0] = 0
    w = np.zeros(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -500, 500)))
        gradient = x.T @ (y - p) / len(x) - penalty * w
        hessian = (x.T * (p * (1 - p))) @ x / len(x) + np.diag(penalty)
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]  # one-hot columns add up to the bias
        w += step
        if np.abs(step).max() < 1e-10:
            return w
    raise RuntimeError("Newton's method does not settle")


def accuracy_and_auc(scores, y):
    """Accuracy at 0 and Wilcoxon's statistic, ties one half."""
    ones, zeros = scores[y], scores[~y]
    wins = sum((one > zeros).sum() + 0.5 * (one == zeros).sum() for one in ones)
    return float(((scores > 0) == y).mean()), float(wins / len(ones) / len(zeros))


def judge(model, scores, y, unit):
    """The figures of evaluation.json for scores [outputs x rows]."""
    if model == "linear":
        error = np.mean((scores[0] - y) ** 2)
        return {"r_squared": 1 - error / np.var(y), "root_mean_square_error": unit * error ** 0.5}
    if model == "multinomial":
        return {"accuracy": float((scores.argmax(axis=0) == y).mean())}
    return dict(zip(("accuracy", "area_under_roc"), accuracy_and_auc(scores[0], y)))


def optima(model, x, y):
    """[outputs x (1 + features)]"""
    if model == "linear":
        return [np.linalg.lstsq(np.hstack([np.ones((len(x), 1)), x]), y, rcond=None)[0]]
    return [exact_weights(x, y == c) for c in range(y.max() + 1)] if model == "multinomial" else [exact_weights(x, y)]


def reference(private):
    """The exact optimum on the held-out rows; checks the program's own evaluation on the way."""
    record = json.loads((private / "model.json").read_text())
    evaluation = json.loads((private / "evaluation.json").read_text())
    preprocessing = record["preprocessing"]
    data = preprocessing["data"]
    model = evaluation["model"]
    (x, y), (x_held_out, y_held_out) = table_rows(data) if "feature_map" in data else image_rows(data)
    unit = 1
    if model == "linear":
        target = data["feature_map"]["target"]
        unit = target["deviation"]
        y, y_held_out = ((part - target["mean"]) / unit for part in (y, y_held_out))
    means, factors = np.array(preprocessing["means"]), np.array(preprocessing["factors"])
    weights = np.array(record["weights"]).reshape(-1, record["program"]["recipe"]["features"])
    held_out = (x_held_out - means) * factors
    found = judge(model, weights[:, 1:1 + len(means)] @ held_out.T + weights[:, :1] * preprocessing["bias"], y_held_out, unit)
    for name, value in found.items():
        assert abs(value - evaluation["encrypted"][name]) < 1e-9 * max(1, abs(value)), (name, value, evaluation)
    deviation = np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
    scale = lambda rows: (rows - means) / deviation
    best = np.array(optima(model, scale(x), y))
    return judge(model, best[:, 1:] @ scale(x_held_out).T + best[:, :1], y_held_out, unit)


def run(tacit, folder, choice):
    """One job from keygen to evaluation; its numbers."""
    def command(name, *options):
        quiet = ["--quiet"] if name in ("keygen", "encrypt", "train") else []
        subprocess.run([tacit, name, *map(str, options), *quiet], check=True, stdout=subprocess.PIPE)
    private, upload, result = (folder / n for n in ("private", "upload", "result"))
    one_circuit = ["--segment-steps", "64"]  # no refreshes: as many steps as there are
    command("keygen", "--private", private, "--upload", upload, "--overwrite", *choice, *one_circuit)
    command("encrypt", "--private", private, "--upload", upload)
    command("train", "--upload", upload, "--result", result)
    command("decrypt", "--private", private, "--result", result)
    command("evaluate", "--private", private, "--no-pictures")
    statistics = json.loads((result / "statistics.json").read_text())
    evaluation = json.loads((private / "evaluation.json").read_text())
    program = json.loads((private / "program.json").read_text())
    optimum = reference(private)
    return {"rows": evaluation["training_rows"], "features": len(json.loads((private / "preprocessing.json").read_text())["means"]),
            "recipe": program["recipe"], "held_out_rows": evaluation["held_out_rows"],
            "encrypted": evaluation["encrypted"], "clear": evaluation["clear"],
            "exact": evaluation["exact"], "optimum": optimum, "model": evaluation["model"],
            "relative_weight_error": evaluation["relative_weight_error"], "seconds": statistics["seconds"],
            "threads": statistics["threads"], "peak_memory_bytes": statistics["peak_memory_bytes"],
            "depth": statistics["depth"], "log_ring_dimension": statistics["log_ring_dimension"],
            "upload_bytes": statistics["key_file_bytes"] + statistics["input_file_bytes"],
            "key_file_bytes": statistics["key_file_bytes"], "input_file_bytes": statistics["input_file_bytes"],
            "output_file_bytes": statistics["output_file_bytes"]}


def choices(folder):
    """(name, variant, options of keygen) of every run."""
    for name, options in TABLES.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            print(f"data_sets.py: no {path}; left out", file=sys.stderr)
            continue
        for variant, more in VARIANTS.items():
            yield name, variant, ["--data", path, *options, *more]
    for name, (source, options) in [*IMAGES.items(), *OTHER_MODELS.items()]:
        if (folder / source).exists():
            yield name, "nesterov", ["--data", folder / source, *options]


FIGURES = {"logistic": "accuracy / AUC", "multinomial": "accuracy", "linear": "R^2 / RMSE"}


def figures(model, r):
    if model == "linear":
        return f"{r['r_squared']:.3f} / {r['root_mean_square_error']:.3g}"
    return f"{100 * r['accuracy']:.1f}" + (f" / {r['area_under_roc']:.4f}" if model == "logistic" else "")


def print_table(model, results):
    print(f"\n{model}: {FIGURES[model]}\n")
    print("| data | rows x features | algorithm | steps | encrypted | same steps | exact | optimum | time | memory | keys | inputs | result |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for (name, variant), r in results.items():
        judged = " | ".join(figures(model, r[k]) for k in ("encrypted", "clear", "exact", "optimum"))
        recipe = r["recipe"]
        steps = f"{recipe['minibatches'] * recipe['passes']} x {recipe['minibatch_size'] - recipe['zero_rows']}"
        print(f"| {name} | {r['rows']} x {r['features']} | {variant} | {steps} | {judged} | "
              f"{r['seconds']:.2f} s | {r['peak_memory_bytes'] / 1e6:.0f} MB | {r['key_file_bytes'] / 1e6:.0f} MB | "
              f"{r['input_file_bytes'] / 1e6:.1f} MB | {r['output_file_bytes'] / 1e6:.2f} MB |")


def write_csv(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def prepare(source, out):
    def table(name):
        with open(source / name, encoding="utf-8", newline="") as file:
            return [row for row in csv.reader(file) if row]

    first, *rows = table("breast_cancer.csv")
    columns = [f"{measure}_{kind}" for kind in ("mean", "error", "worst") for measure in
               ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points",
                "symmetry", "fractal_dimension")]
    write_csv(out / "wdbc.csv", [*columns, "class"], [[*row[:-1], first[2 + int(row[-1])]] for row in rows])
    columns = ["alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "phenols", "flavanoids",
               "nonflavanoid_phenols", "proanthocyanins", "colour_intensity", "hue", "od280_od315", "proline"]
    write_csv(out / "wine.csv", [*columns, "cultivar"], table("wine_data.csv")[1:])
    rows = np.loadtxt(gzip.open(source / "digits.csv.gz"), delimiter=",")
    write_csv(out / "digits.csv", [*(f"pixel_{i // 8}_{i % 8}" for i in range(64)), "digit"], rows.astype(int).tolist())
    rows = np.loadtxt(gzip.open(source / "diabetes_data_raw.csv.gz"))
    progression = np.loadtxt(gzip.open(source / "diabetes_target.csv.gz"))
    write_csv(out / "progression.csv", ["age", "sex", "bmi", "pressure", *(f"serum_{i}" for i in range(1, 7)), "progression"],
              np.column_stack([rows, progression]).tolist())


def main(arguments):
    if len(arguments) == 4 and arguments[1] == "--prepare":
        return prepare(*map(Path, arguments[2:]))
    if len(arguments) not in (3, 4):
        sys.exit("usage: data_sets.py TACIT FOLDER [ROUNDS] | data_sets.py --prepare SKLEARN_DATA FOLDER")
    results = {}
    for _ in range(int(arguments[3]) if len(arguments) == 4 else 3):
        for name, variant, options in choices(Path(arguments[2]).resolve()):
            with tempfile.TemporaryDirectory(prefix="tacit-data-sets-") as folder:
                found = run(arguments[1], Path(folder), options)
            best = results.setdefault((name, variant), found)
            best["seconds"] = min(best["seconds"], found["seconds"])
    for (name, variant), found in results.items():
        print(json.dumps({"data": name, "algorithm": variant, **found}))
    for model in FIGURES:
        print_table(model, {key: r for key, r in results.items() if r["model"] == model})


if __name__ == "__main__":
    main(sys.argv)
