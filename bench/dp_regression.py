#!/usr/bin/python3
"""dp_regression.py TACIT FOLDER [RUNS]: what privacy costs a model. Trains by `tacit dp train` at epsilon 0.5, 1 and 3
(delta 1e-6, counted in zCDP; 20 steps below 5000 rows and 100 above) on four fifths of the rows, RUNS times (default
10), scores the last fifth, and prints one JSON object per data set and epsilon beside the exact optimum without privacy
(Newton's method, ridge 1e-3).

FOLDER holds what there is of diabetes.csv (tools/arff_to_csv.py from Weka's examples), CPS1988.csv and CPSSW8.csv (R's
package AER, Debian's r-cran-aer). The bounds are what one knows of such people, not of these rows.
"""
import csv
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

# name: label and what counts as 1, numbers with bounds, categories with levels.
SETS = {
    "diabetes": (("class", lambda row: row["class"] == "tested_positive"),
                 {"preg": (0, 15), "plas": (50, 200), "pres": (40, 110), "skin": (0, 60), "insu": (0, 400),
                  "mass": (15, 55), "pedi": (0, 2), "age": (20, 80)}, {}),
    "CPS1988": (("wage", lambda row: float(row["wage"]) > 600), {"education": (6, 18), "experience": (0, 50)},
                {"ethnicity": ["cauc", "afam"], "smsa": ["yes", "no"], "parttime": ["yes", "no"],
                 "region": ["northeast", "midwest", "south", "west"]}),
    "CPSSW8": (("earnings", lambda row: float(row["earnings"]) > 17), {"age": (20, 65), "education": (6, 20)},
               {"gender": ["male", "female"], "region": ["Northeast", "Midwest", "South", "West"]}),
}


def read(path, chosen):
    (label, positive), _, _ = chosen
    rows = list(csv.DictReader(path.open()))
    for row in rows:
        row["target"] = "1" if positive(row) else "0"
        del row[label]
    random.Random(1).shuffle(rows)
    cut = len(rows) * 4 // 5
    return rows[:cut], rows[cut:]


def features(row, chosen):
    """As `tacit dp train` names them: the constant, numbers as they are, levels as 1 or 0."""
    _, numbers, categories = chosen
    return ([1.0] + [float(row[name]) for name in numbers] +
            [1.0 if row[name] == level else 0.0 for name, levels in categories.items() for level in levels])


def solve(matrix, vector):
    size = len(vector)
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(size):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def optimum(rows, chosen):
    xs = [features(row, chosen) for row in rows]
    ys = [float(row["target"]) for row in rows]
    scale = [max(abs(x[j]) for x in xs) or 1 for j in range(len(xs[0]))]
    xs = [[a / b for a, b in zip(x, scale)] for x in xs]
    weights = [0.0] * len(scale)
    for _ in range(12):
        gradient = [1e-3 * w for w in weights]
        hessian = [[1e-3 * (i == j) for j in range(len(scale))] for i in range(len(scale))]
        for x, y in zip(xs, ys):
            p = 1 / (1 + math.exp(-sum(a * b for a, b in zip(x, weights))))
            for i, a in enumerate(x):
                gradient[i] += (p - y) * a
                for j, b in enumerate(x):
                    hessian[i][j] += p * (1 - p) * a * b
        weights = [w - d for w, d in zip(weights, solve(hessian, gradient))]
    return [w / s for w, s in zip(weights, scale)]


def judge(weights, rows, chosen):
    """Accuracy, and the area under the curve by ranks."""
    scored = sorted((sum(a * b for a, b in zip(features(row, chosen), weights)), row["target"] == "1") for row in rows)
    right = sum((score > 0) == positive for score, positive in scored)
    positives = sum(positive for _, positive in scored)
    ranks, i = 0.0, 0
    while i < len(scored):
        j = i
        while j < len(scored) and scored[j][0] == scored[i][0]:
            j += 1
        ranks += (i + j + 1) / 2 * sum(positive for _, positive in scored[i:j])
        i = j
    area = (ranks - positives * (positives + 1) / 2) / (positives * (len(scored) - positives))
    return right / len(scored), area


def train(tacit, folder, chosen, epsilon, steps):
    ledger = folder / "ledger"
    ledger.unlink(missing_ok=True)

    def ask(*arguments):
        return subprocess.run([tacit, "dp", *map(str, arguments)], check=True, capture_output=True, text=True).stdout

    ask("create", "--ledger", ledger, "--data-set", "bench", "--zcdp", "--epsilon", epsilon, "--delta", "1e-6")
    rho = json.loads(ask("ledger", "--ledger", ledger, "--json"))["budget"]["rho"]
    _, numbers, categories = chosen
    options = [part for name, (low, high) in numbers.items() for part in ("--number", f"{name}:{low}:{high}")]
    options += [part for name, levels in categories.items() for part in ("--category", f"{name}={','.join(levels)}")]
    weights = json.loads(ask("train", "--ledger", ledger, "--data", folder / "train.csv", "--label", "target",
                             "--positive", "1", "--rho", rho, "--steps", steps, "--json", *options))["weights"]
    names = ["intercept", *numbers] + [f"{name}={level}" for name, levels in categories.items() for level in levels]
    return [weights[name] for name in names]


def main():
    tacit, source = sys.argv[1], Path(sys.argv[2])
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    for name, chosen in SETS.items():
        if not (source / f"{name}.csv").exists():
            continue
        training, test = read(source / f"{name}.csv", chosen)
        accuracy, area = judge(optimum(training, chosen), test, chosen)
        majority = max(sum(row["target"] == label for row in test) for label in "01") / len(test)
        print(json.dumps({"data": name, "rows": len(training), "epsilon": None, "accuracy": round(accuracy, 4),
                          "area": round(area, 4), "majority": round(majority, 4)}))
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            with (folder / "train.csv").open("w", newline="") as out:
                writer = csv.DictWriter(out, training[0].keys())
                writer.writeheader()
                writer.writerows(training)
            steps = 20 if len(training) < 5000 else 100
            for epsilon in ("0.5", "1", "3"):
                judged = [judge(train(tacit, folder, chosen, epsilon, steps), test, chosen) for _ in range(runs)]
                print(json.dumps({"data": name, "rows": len(training), "epsilon": float(epsilon), "runs": runs,
                                  "accuracy": round(sum(a for a, _ in judged) / runs, 4),
                                  "area": round(sum(b for _, b in judged) / runs, 4),
                                  "worst_area": round(min(b for _, b in judged), 4)}), flush=True)


if __name__ == "__main__":
    main()
