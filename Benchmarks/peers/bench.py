"""`make bench`: all contenders on the same weights and pixels, each taking its turn in every round, so that a slow minute
of the machine slows them all. Prints tables with ratios and the lines they are held to; writes everything as JSON.

    python bench.py PROGRAM FOLDER OUTPUT
"""

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version

import numpy as np

import contenders
import models
from frames import frames

ROUNDS = int(os.environ.get("ALERTD_BENCH_ROUNDS", "7"))
BATCHES = (1, 16)
PACKAGES = ("torch", "transformers", "onnxruntime", "openvino", "nncf")


def compare(folder, name, batch):
    """Images a second of every contender: median, slowest and fastest round."""
    pixels = models.pixels(batch)
    field = []
    for kind, precision in contenders.ALL:
        contender = kind(folder, name, precision)
        contender.prepare(pixels)
        contenders.seconds(contender)
        field.append((f"{kind.label} {precision}", contender, []))
    for _ in range(ROUNDS):
        for _, contender, seconds in field:
            if batch == 1:
                contenders.seconds(contender)  # the others' passes emptied the caches and let helpers fall asleep
            seconds.append(contenders.seconds(contender))
    rates = {label: {"images_per_second": batch / statistics.median(seconds), "slowest": batch / max(seconds),
                     "fastest": batch / min(seconds)} for label, _, seconds in field}
    for _, contender, _ in field:
        if isinstance(contender, contenders.Alertd):
            contender.process.stdin.close()
            contender.process.wait()
    return rates


def cosines(folder, name, count=16):
    """The smallest cosine to torch over real frames."""
    pixels = frames(count)

    def embeds(kind, precision):
        contender = kind(folder, name, precision)
        contender.prepare(pixels)
        vectors = contender.embeds()
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    exact = embeds(contenders.Torch, "fp32")
    result = {}
    for kind, precision in contenders.ALL:
        found = embeds(kind, precision)
        result[f"{kind.label} {precision}"] = float((found * exact).sum(1).min())
    return result


def ask(program, *arguments, instructions=None):
    """Its JSON; with `instructions` the newest that its kernels may use."""
    environment = os.environ | ({"ALERTD_INSTRUCTIONS": instructions} if instructions else {})
    command = [program, *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)


def processor():
    with open("/proc/cpuinfo") as file:
        lines = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{lines[0] if lines else platform.processor()}, {len(lines)} cores"


def ratio(rates, ours, others):
    """Ours over the fastest of the others."""
    best = max(others, key=lambda label: rates[label]["images_per_second"])
    return rates[ours]["images_per_second"] / rates[best]["images_per_second"], best


def print_comparison(name, batch, rates):
    print(f"\n{name}, batch {batch}: images/s (median of {ROUNDS}, slowest–fastest), and alertd's ratio to it")
    for label, rate in rates.items():
        text = f"  {label:<17} {rate['images_per_second']:7.1f}  ({rate['slowest']:.1f}–{rate['fastest']:.1f})"
        if not label.startswith("alertd"):
            text += "".join(f"   {p} {rates[f'alertd {p}']['images_per_second'] / rate['images_per_second']:5.2f}×"
                            for p in ("fp32", "int8"))
        print(text)


def print_limits(name, limits):
    peak = limits["peak"]
    print(f"\n{name} products (rows × inputs × outputs), 10⁹ operations/s of {peak:.0f} at most:")
    for shape, rate in limits["products"].items():
        print(f"  {shape:<16} {rate:6.0f}  {rate / peak if peak else 0:5.0%}")


def lines(comparisons, limits, profiles, accuracy):
    """What the engine is held to: (line, found, wanted)."""
    for name, batches in comparisons.items():
        for batch, rates in batches.items():
            peers = [label for label in rates if not label.startswith("alertd")]
            found, best = ratio(rates, "alertd int8", peers)
            yield f"{name} batch {batch}: int8 to the fastest peer ({best})", found, 1.2
            yield f"{name} batch {batch}: int8 to torch fp32", ratio(rates, "alertd int8", ["torch fp32"])[0], 3.0
            if int(batch) == 16:
                found, best = ratio(rates, "alertd fp32", [label for label in peers if label.endswith("fp32")])
                yield f"{name} batch {batch}: fp32 to the fastest fp32 peer ({best})", found, 1.0
    for precision, wanted in (("int8", {"50": 0.70, "196": 0.70, "800": 0.75, "3136": 0.75}),
                              ("fp32", {"800": 0.65, "3136": 0.65})):
        peak = limits[precision]["peak"]
        for rows, share in wanted.items():
            rates = [rate for shape, rate in limits[precision]["products"].items() if shape.split("x")[0] == rows]
            if peak and rates:
                yield f"{precision} products of {rows} rows: slowest, share of peak", min(rates) / peak, share
    for key, profile in profiles.items():
        most = max((value, part) for part, value in profile.items() if part not in ("all", "product"))
        yield f"{key}: 1 − largest share beside products ({most[1]})", 1 - most[0] / profile["all"], 0.85
    for name, values in accuracy.items():
        yield f"{name}: smallest cosine of int8 on real frames", values["alertd int8"], 0.998


def main(program, folder, output):
    contenders.Alertd.program = program
    result = {"date": datetime.date.today().isoformat(), "processor": processor(), "threads": contenders.THREADS,
              "kernel": platform.release(), "packages": {name: version(name) for name in PACKAGES}}
    print(f"{result['processor']}, {contenders.THREADS} threads; {result['packages']}")
    # The lines are about dot products of vectors; a matrix unit, where there is one, is shown beside them.
    result["limits"] = limits = ask(program, "limits", contenders.THREADS, instructions="avx512")
    print_limits("fp32", limits["fp32"])
    print_limits("int8", limits["int8"])
    best = ask(program, "limits", contenders.THREADS)
    if best["instructions"] == "amx":
        result["tile_limits"] = best
        print_limits("int8, on the matrix unit (AMX),", best["int8"])
    result["images"] = comparisons = {}
    result["profiles"] = profiles = {}
    result["cosines"] = accuracy = {}
    for name in models.MODELS:
        comparisons[name] = {}
        for batch in BATCHES:
            rates = comparisons[name][str(batch)] = compare(folder, name, batch)
            print_comparison(name, batch, rates)
        for precision in ("fp32", "int8"):
            for batch in BATCHES:
                profile = ask(program, "profile", f"{folder}/{name}", precision, contenders.THREADS, batch)
                profiles[f"{name} {precision} batch {batch}"] = profile
                parts = ", ".join(f"{part} {value / profile['all']:.1%}" for part, value in profile.items() if part != "all")
                print(f"  a pass in {precision}, batch {batch}: {profile['all']:.1f} ms = {parts}")
        accuracy[name] = cosines(folder, name)
        print("  smallest cosine to torch on real frames: " + ", ".join(f"{k} {v:.5f}" for k, v in accuracy[name].items()))
    print()
    result["lines"] = []
    for line, found, wanted in lines(comparisons, limits, profiles, accuracy):
        result["lines"].append({"line": line, "found": found, "wanted": wanted, "met": bool(found >= wanted)})
        print(f"{'met   ' if found >= wanted else 'MISSED'} {found:7.3f} of {wanted:5.3f}  {line}")
    with open(output, "w") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
