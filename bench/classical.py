#!/usr/bin/env python3
"""Classical models: how long converting takes, and how fast the result predicts, beside the Python converters in the same run.

usage: python bench/classical.py [--cases DIR] [--only TEXT] [--repeat N] [--out FILE] [--no-large] [--no-small] [--latency]
Run from the project's folder after `npm run build`, with scikit-learn, lightgbm, xgboost, skl2onnx, onnxmltools and onnxruntime
installed. Prints one JSON document. Times are medians in milliseconds: `command` is the whole command, start of Node or Python
and imports included; `inside` is the conversion alone: ours as what one model more in the same command takes. Latency is of onnxruntime on one thread, the two models taking turns.
"""
import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore")
import numpy as np

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parent.parent
SAMPLES = ROOT / "tests" / "samples"
CLOCK = time.perf_counter


def median_of(count, work):
    times = []
    for _ in range(count):
        begun = CLOCK()
        work()
        times.append((CLOCK() - begun) * 1e3)
    return round(statistics.median(times), 3)


# The peers' side: run as `classical.py --peer FRAMEWORK MODEL INPUTS OUT REPEAT`, so that imports are counted


def load(framework, path):
    if framework == "lightgbm" and not str(path).endswith((".joblib", ".pkl")):
        import lightgbm
        return lightgbm.Booster(model_file=str(path))
    if framework == "xgboost" and not str(path).endswith((".joblib", ".pkl")):
        import xgboost
        booster = xgboost.Booster()
        booster.load_model(str(path))
        return booster
    import joblib
    return joblib.load(path)  # plain pickles and compressed ones too


def convert_by_peer(framework, model, inputs):
    types = lambda module: [(i["name"], (module.StringTensorType if i["dtype"] == "string" else module.FloatTensorType)([None, i["width"]])) for i in inputs]
    if framework == "sklearn":
        from skl2onnx import to_onnx
        from skl2onnx.common import data_types
        options = {"zipmap": False} if hasattr(model, "predict_proba") else None
        return to_onnx(model, initial_types=types(data_types), options={id(model): options} if options else None)
    import onnxmltools
    from onnxmltools.convert.common import data_types
    if framework == "lightgbm":
        return onnxmltools.convert_lightgbm(model, initial_types=types(data_types), zipmap=False)
    return onnxmltools.convert_xgboost(model, initial_types=types(data_types))


def peer(framework, path, inputs, out, repeat):
    model = load(framework, path)
    inputs = json.loads(inputs)
    first = CLOCK()
    onx = convert_by_peer(framework, model, inputs)
    first = (CLOCK() - first) * 1e3
    times = [first]
    for _ in range(int(repeat) - 1):
        begun = CLOCK()
        onx = convert_by_peer(framework, model, inputs)
        times.append((CLOCK() - begun) * 1e3)
    pathlib.Path(out).write_bytes(onx.SerializeToString())
    print(json.dumps({"inside": round(statistics.median(times), 3)}))


# Measuring


def measure(case, repeat, folder, only_latency=False):
    ours, theirs = folder / "ours.onnx", folder / "theirs.onnx"
    for f in (ours, theirs):
        f.unlink(missing_ok=True)
    row = {"name": case["name"], "framework": case["framework"]}
    command = ["node", "bin/graphwright.js", "convert", str(case["path"]), "-o", str(ours)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        return {**row, "ours": {"failed": done.stderr.strip()[:200]}}
    row["ours"] = {"bytes": ours.stat().st_size}
    if only_latency:
        row["theirs"] = in_this_process(case, theirs)
    else:
        row["ours"] |= {"command": median_of(repeat, lambda: subprocess.run(command, capture_output=True, cwd=ROOT)), "inside": inside_of_ours(case, repeat, folder)}
        row["theirs"] = by_peer(case, repeat, theirs)
    if theirs.exists():
        row["latency"] = latency(case, ours, theirs, repeat)
    return row


COPIES = 40


def inside_of_ours(case, repeat, folder):
    """What each of many copies adds to the command; the start of Node is in both runs."""
    suffix = "".join(case["path"].suffixes[-2:]) if case["path"].suffix in (".gz", ".xz") else case["path"].suffix
    copies = [folder / f"copy{i}{suffix}" for i in range(COPIES)]
    for c in copies:
        c.write_bytes(case["path"].read_bytes())
    run = lambda files: subprocess.run(["node", "bin/graphwright.js", "convert", *map(str, files), "--out-dir", str(folder / "copies")], capture_output=True, cwd=ROOT)
    many, one = median_of(repeat, lambda: run(copies)), median_of(repeat, lambda: run(copies[:1]))
    return round((many - one) / (COPIES - 1), 3)


def in_this_process(case, out):
    try:
        out.write_bytes(convert_by_peer(case["framework"], load(case["framework"], case["path"]), case["inputs"]).SerializeToString())
        return {"bytes": out.stat().st_size}
    except Exception as error:  # what the peer cannot convert is counted, not compared
        return {"failed": str(error).splitlines()[0][:200] if str(error) else repr(error)[:200]}


def by_peer(case, repeat, out):
    ports = [{k: i[k] for k in ("name", "dtype", "width")} for i in case["inputs"]]
    command = [sys.executable, str(HERE), "--peer", case["framework"], str(case["path"]), json.dumps(ports), str(out)]
    done = subprocess.run([*command, str(repeat)], capture_output=True, text=True)
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or ["no reason"])[-1][:200]}
    inside = json.loads(done.stdout.strip().splitlines()[-1])["inside"]
    whole = median_of(repeat, lambda: subprocess.run([*command, "1"], capture_output=True))
    return {"command": whole, "inside": inside, "bytes": out.stat().st_size}


def latency(case, ours, theirs, repeat):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        sessions = [ort.InferenceSession(str(f), options, providers=["CPUExecutionProvider"]) for f in (ours, theirs)]
        return {f"rows {n}": one_latency(case, sessions, n, repeat) for n in (1, 1000)}
    except Exception as error:  # the peer's model may not load or run: that is a finding, not an end
        return {"failed": str(error).splitlines()[0][:200]}


def feeds_of(case, session, count):
    out = {}
    for given, port in zip(case["inputs"], session.get_inputs()):
        values = np.resize(given["values"], (count, given["width"]))
        out[port.name] = values.astype(object if port.type == "tensor(string)" else np.float32)
    return out


def one_latency(case, sessions, count, repeat):
    return in_turns(sessions, [feeds_of(case, s, count) for s in sessions], repeat)


def in_turns(sessions, feeds, repeat):
    """Ours and theirs take turns, so that what else the machine does meets both alike; the best quarter is what they cost."""
    times = [[], []]
    for s, f in zip(sessions, feeds):
        s.run(None, f)
    for _ in range(max(20, repeat * 10)):
        for side in (0, 1):
            begun = CLOCK()
            sessions[side].run(None, feeds[side])
            times[side].append((CLOCK() - begun) * 1e3)
    quarter = [round(statistics.quantiles(t, n=4)[0], 4) for t in times]
    return {"ours": quarter[0], "theirs": quarter[1], "ratio": round(quarter[0] / quarter[1], 3)}


def cases_in(root):
    for framework in ("sklearn", "lightgbm", "xgboost"):
        for folder in sorted((root / framework).glob("*/case.json")):
            about = json.loads(folder.read_text())
            model = about["model"] if isinstance(about["model"], str) else about["model"][0]
            plain = about.get("expect", "convert") == "convert" and not model.endswith((".skops", ".bin", ".deprecated"))
            if plain and about.get("inputs"):
                yield {"name": folder.parent.name, "framework": framework, "path": folder.parent / model, "inputs": inputs_of(folder.parent, about)}


def inputs_of(folder, about):
    out = []
    for spec in about["inputs"]:
        shape = spec["shape"]
        if "values" in spec:
            values = [str(v) for v in spec["values"]]
        else:
            values = np.fromfile(folder / spec["file"], dtype=spec["dtype"]).astype(float).tolist()
        out.append({"name": spec["name"], "dtype": spec["dtype"], "width": shape[1] if len(shape) > 1 else 1, "values": values})
    return out


def small_cases(folder):
    """One model of each kind that the peers convert too, as scikit-learn fits it by default."""
    import joblib
    from sklearn.utils import all_estimators

    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 6)).astype(np.float32)
    y = x[:, 0] * 2 - x[:, 1] * x[:, 2] + 0.1 * rng.normal(size=300)
    targets = {"classifier": np.digitize(y, [-0.6, 0.6]), "regressor": y}
    given = {"SVC": {"probability": True}, "KBinsDiscretizer": {"n_bins": 4, "quantile_method": "averaged_inverted_cdf"}, "LocalOutlierFactor": {"novelty": True}, "MLPClassifier": {"max_iter": 40}, "MLPRegressor": {"max_iter": 40}, "SelectKBest": {"k": 3}}
    inputs = [{"name": "X", "dtype": "float32", "width": 6, "values": x.ravel().tolist()}]
    for kind in ("classifier", "regressor", "transformer", "cluster"):
        for name, cls in all_estimators(type_filter=kind):
            try:
                model = cls(**given.get(name, {})).fit(x, targets.get(kind, targets["classifier"]))
            except Exception:  # wrappers, and what needs data of another kind
                continue
            path = folder / f"{name}.joblib"
            joblib.dump(model, path)
            yield {"name": name, "framework": "sklearn", "path": path, "inputs": inputs}


def large_cases(folder):
    """Models of the size that people deploy, trained here."""
    import joblib
    import lightgbm
    import xgboost
    from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(5)
    x = rng.normal(size=(4000, 20)).astype(np.float32)
    y = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + 0.3 * rng.normal(size=4000)
    c = np.digitize(y, [-0.5, 0.5])
    inputs = [{"name": "X", "dtype": "float32", "width": 20, "values": x[:1000].ravel().tolist()}]
    models = {
        "random_forest_200": RandomForestClassifier(200, max_depth=12, random_state=0).fit(x, c),
        "random_forest_regressor_200": RandomForestRegressor(200, max_depth=12, random_state=0).fit(x, y),
        "gradient_boosting_200": GradientBoostingClassifier(n_estimators=200, random_state=0).fit(x, c),
        "hist_gradient_boosting_200": HistGradientBoostingClassifier(max_iter=200, random_state=0).fit(x, c > 0),
        "scaler_logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(x, c),
    }
    for name, model in models.items():
        joblib.dump(model, folder / f"{name}.joblib")
        yield {"name": name, "framework": "sklearn", "path": folder / f"{name}.joblib", "inputs": inputs}
    booster = lightgbm.train({"objective": "binary", "num_leaves": 63, "verbose": -1, "num_threads": 1}, lightgbm.Dataset(x, c > 0), 500)
    booster.save_model(folder / "lightgbm_500.txt")
    yield {"name": "lightgbm_500", "framework": "lightgbm", "path": folder / "lightgbm_500.txt", "inputs": inputs}
    trees = xgboost.train({"objective": "binary:logistic", "max_depth": 6, "nthread": 1}, xgboost.DMatrix(x, c > 0), 500)
    trees.save_model(folder / "xgboost_500.json")
    yield {"name": "xgboost_500", "framework": "xgboost", "path": folder / "xgboost_500.json", "inputs": inputs}


def summary(rows):
    """Medians of the ratios ours / theirs: below 1 we are faster."""
    middle = lambda values: round(statistics.median(values), 3) if values else None
    both = [r for r in rows if "bytes" in r.get("ours", {}) and "bytes" in r.get("theirs", {})]
    timed = [r for r in both if "command" in r["ours"]]
    runs = [r["latency"] for r in both if "latency" in r and "failed" not in r["latency"]]
    return {
        "cases": len(rows),
        "converted by both": len(both),
        "converted by ours alone": sum("bytes" in r.get("ours", {}) and "failed" in r.get("theirs", {}) for r in rows),
        "conversion, whole command": middle([r["ours"]["command"] / r["theirs"]["command"] for r in timed]),
        "conversion alone": middle([r["ours"]["inside"] / r["theirs"]["inside"] for r in timed]),
        **{f"latency, {n}": middle([l[n]["ratio"] for l in runs]) for n in ("rows 1", "rows 1000")},
        "latency slower by more than a tenth": [f"{r['name']}: {n} {r['latency'][n]['ratio']}" for r in both for n in ("rows 1", "rows 1000") if r.get("latency", {}).get(n, {}).get("ratio", 0) > 1.1],
    }


def main():
    if sys.argv[1:2] == ["--peer"]:
        return peer(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=pathlib.Path, default=SAMPLES)
    parser.add_argument("--only", default="")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--no-large", action="store_true")
    parser.add_argument("--no-small", action="store_true")
    parser.add_argument("--latency", action="store_true", help="leave out how long converting takes")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        cases = itertools.chain(cases_in(args.cases), [] if args.no_small else small_cases(folder), [] if args.no_large else large_cases(folder))
        for case in cases:
            if args.only in case["name"]:
                rows.append(measure(case, args.repeat, folder, args.latency))
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    document = json.dumps({"summary": summary(rows), "cases": rows}, indent=1)
    if args.out:
        args.out.write_text(document + "\n")
    print(document)


if __name__ == "__main__":
    main()
