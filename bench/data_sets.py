#!/usr/bin/python3
"""data_sets.py TACIT FOLDER [ROUNDS]: trains on real data sets with the program TACIT, encrypted, and prints one JSON
object per run and a table.

FOLDER holds diabetes.csv, credit-g.csv, breast-cancer.csv (tools/arff_to_csv.py from Weka's examples), wdbc.csv
(--prepare makes it) and whatever of them there is; docs/training.md says where they come from. Fashion-MNIST is taken
from Debian's dataset-fashion-mnist. Times are the least of ROUNDS (default 3) interleaved runs.

data_sets.py --prepare BREAST_CANCER.CSV OUT.CSV: gives scikit-learn's breast_cancer.csv a header and names of classes.

Beside the program's own numbers stands the exact optimum: Newton's method (iteratively reweighted least squares) on all
training rows with ridge 1e-3 on all weights but the bias, on features that this script makes from the CSV file by the
saved feature map. It also scores the held-out rows itself and compares with what the program said. Needs numpy.
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
RIDGE = 1e-3

# name: options of keygen, after --data.
TABLES = {
    "diabetes": ["--label", "class", "--positive", "tested_positive", "--minibatches", "4"],
    "breast-cancer": ["--label", "Class", "--positive", "recurrence-events", "--missing", "mode", "--minibatches", "3",
                      "--minibatch-size", "64"],
    "wdbc": ["--label", "class", "--positive", "malignant", "--minibatches", "3"],
    "credit-g": ["--label", "class", "--positive", "bad", "--minibatches", "5"],
}
IMAGES = {"Fashion 2/4 (pullover, coat)": ["--classes", "2,4"], "Fashion 0/6 (T-shirt, shirt)": ["--classes", "0,6"]}
VARIANTS = {
    "nesterov": [],
    "gradient-descent": ["--algorithm", "gradient-descent"],
    "fixed-hessian": ["--algorithm", "fixed-hessian"],
    "quadratic-gradient": ["--algorithm", "quadratic-gradient"],
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

    return [(np.array([numbers(rows[i]) for i in part]), np.array([rows[i][map_["label"]] == map_["positive"] for i in part]))
            for part in (training, held_out)]


def image_rows(data):
    """The same for two classes of Fashion-MNIST, pooled to 14x14 as the program does."""
    parts = []
    for part in ("train", "t10k"):
        images = np.frombuffer(gzip.open(FASHION / f"{part}-images-idx3-ubyte.gz").read(), np.uint8, offset=16)
        labels = np.frombuffer(gzip.open(FASHION / f"{part}-labels-idx1-ubyte.gz").read(), np.uint8, offset=8)
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


def reference(private):
    """The exact optimum on the held-out rows; checks the program's own evaluation on the way."""
    model = json.loads((private / "model.json").read_text())
    evaluation = json.loads((private / "evaluation.json").read_text())
    preprocessing = model["preprocessing"]
    data = preprocessing["data"]
    (x, y), (x_held_out, y_held_out) = table_rows(data) if "feature_map" in data else image_rows(data)
    means, factors = np.array(preprocessing["means"]), np.array(preprocessing["factors"])
    weights = np.array(model["weights"])
    held_out = (x_held_out - means) * factors
    accuracy, auc = accuracy_and_auc(held_out @ weights[1:1 + len(means)] + weights[0] * preprocessing["bias"], y_held_out)
    assert abs(accuracy - evaluation["encrypted"]["accuracy"]) < 1e-12, (accuracy, evaluation)
    assert abs(auc - evaluation["encrypted"]["area_under_roc"]) < 1e-9, (auc, evaluation)
    deviation = np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
    scale = lambda rows: (rows - means) / deviation
    optimum = exact_weights(scale(x), y)
    return accuracy_and_auc(scale(x_held_out) @ optimum[1:] + optimum[0], y_held_out)


def run(tacit, folder, choice):
    """One job from keygen to evaluation; its numbers."""
    def command(name, *options):
        quiet = ["--quiet"] if name in ("keygen", "encrypt", "train") else []
        subprocess.run([tacit, name, *map(str, options), *quiet], check=True, stdout=subprocess.PIPE)
    private, upload, result = (folder / n for n in ("private", "upload", "result"))
    command("keygen", "--private", private, "--upload", upload, "--overwrite", *choice)
    command("encrypt", "--private", private, "--upload", upload)
    command("train", "--upload", upload, "--result", result)
    command("decrypt", "--private", private, "--result", result)
    command("evaluate", "--private", private, "--no-pictures")
    statistics = json.loads((result / "statistics.json").read_text())
    evaluation = json.loads((private / "evaluation.json").read_text())
    program = json.loads((private / "program.json").read_text())
    accuracy, auc = reference(private)
    return {"rows": evaluation["training_rows"], "features": len(json.loads((private / "preprocessing.json").read_text())["means"]),
            "recipe": program["recipe"], "held_out_rows": evaluation["held_out_rows"],
            "encrypted": evaluation["encrypted"], "clear": evaluation["clear"],
            "exact": evaluation["exact"], "optimum": {"accuracy": accuracy, "area_under_roc": auc},
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
    for name, options in IMAGES.items():
        if FASHION.exists():
            yield name, "nesterov", ["--data", FASHION, *options]


def print_table(results):
    print("| data | rows x features | algorithm | steps | encrypted | polynomial | exact sigmoid | optimum | time | memory | keys | inputs |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for (name, variant), r in results.items():
        judged = " | ".join(f"{100 * r[k]['accuracy']:.1f} / {r[k]['area_under_roc']:.3f}"
                            for k in ("encrypted", "clear", "exact", "optimum"))
        steps = r["recipe"]["minibatches"] * r["recipe"]["passes"]
        print(f"| {name} | {r['rows']} x {r['features']} | {variant} | {steps} x {r['recipe']['minibatch_size']} | {judged} | "
              f"{r['seconds']:.2f} s | {r['peak_memory_bytes'] / 1e6:.0f} MB | {r['key_file_bytes'] / 1e6:.0f} MB | "
              f"{r['input_file_bytes'] / 1e6:.1f} MB |")


def prepare(source, out):
    with open(source, encoding="utf-8", newline="") as file:
        first, *rows = [row for row in csv.reader(file) if row]
    columns = [f"{measure}_{kind}" for kind in ("mean", "error", "worst") for measure in
               ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points",
                "symmetry", "fractal_dimension")]
    assert len(columns) == int(first[1])
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns, "class"])
        writer.writerows([*row[:-1], first[2 + int(row[-1])]] for row in rows)


def main(arguments):
    if len(arguments) == 4 and arguments[1] == "--prepare":
        return prepare(*arguments[2:])
    if len(arguments) not in (3, 4):
        sys.exit("usage: data_sets.py TACIT FOLDER [ROUNDS] | data_sets.py --prepare BREAST_CANCER.CSV OUT.CSV")
    results = {}
    for _ in range(int(arguments[3]) if len(arguments) == 4 else 3):
        for name, variant, options in choices(Path(arguments[2]).resolve()):
            with tempfile.TemporaryDirectory(prefix="tacit-data-sets-") as folder:
                found = run(arguments[1], Path(folder), options)
            best = results.setdefault((name, variant), found)
            best["seconds"] = min(best["seconds"], found["seconds"])
    for (name, variant), found in results.items():
        print(json.dumps({"data": name, "algorithm": variant, **found}))
    print_table(results)


if __name__ == "__main__":
    main(sys.argv)
