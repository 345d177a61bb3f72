#!/usr/bin/python3
"""plot_dp_utility.py RESULTS.jsonl OUT.svg: draws error against epsilon from what dp_utility_bench printed, with gnuplot."""
import json
import subprocess
import sys

CURVES = {
    "mean": "mean",
    "quantile 0.1 alone, step 0.05": "quantile 0.1",
    "quantile 0.5 alone, step 0.05": "median",
    "quantile 0.9 alone, step 0.05": "quantile 0.9",
    "three quantiles, step 0.05 3": "quantile 0.9, of three for one price",
}


def main(arguments):
    if len(arguments) != 3:
        print("usage: plot_dp_utility.py RESULTS.jsonl OUT.svg", file=sys.stderr)
        return 2
    points = {}
    with open(arguments[1], encoding="utf-8") as file:
        for line in file:
            found = json.loads(line)
            points.setdefault(found["aggregate"], []).append((found["epsilon"], found["rmse"]))
    commands = [
        'set terminal svg size 640,420 background "white" font "sans,12"',
        f'set output "{arguments[2]}"',
        "set logscale xy",
        'set xlabel "epsilon"',
        'set ylabel "root mean square error, dollars a week"',
        "set key outside below center vertical maxrows 3",
        "set grid",
    ]
    plots = []
    for number, (aggregate, title) in enumerate(CURVES.items()):
        commands.append(f"$curve{number} << EOD")
        commands += [f"{epsilon} {max(error, 1e-3)}" for epsilon, error in sorted(points[aggregate])]
        commands.append("EOD")
        plots.append(f'$curve{number} with linespoints linewidth 2 title "{title}"')
    commands.append("plot " + ", ".join(plots))
    return subprocess.run(["gnuplot"], input="\n".join(commands) + "\n", text=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv))
