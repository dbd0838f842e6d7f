#!/usr/bin/env python3
"""Spark ML models: how long converting takes, and how fast the result predicts, beside onnxmltools.

usage: python bench/spark.py [--only TEXT] [--repeat N] [--out FILE]
Run from the project's folder after `npm run build`, with a JDK, pyspark, onnxmltools, skl2onnx and onnxruntime installed. Trains the
models that both sides know, on 2,000 rows. Times are medians in milliseconds: `command` is our whole command; the peer needs a Spark
session, which is started once and counted apart (`session`), so that `inside` is its conversion alone and `load` is Spark reading the
folder that we read. Latency is of onnxruntime on one thread, the two models taking turns. Prints one JSON document.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np

import classical
from classical import CLOCK, ROOT, in_turns, median_of

FEATURES = 8
ROWS = 2000


def start():
    from pyspark.sql import SparkSession

    begun = CLOCK()
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.driver.memory", "3g").config("spark.sql.shuffle.partitions", "1").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    spark.range(1).count()
    return spark, round((CLOCK() - begun) * 1e3)


def data(spark):
    from pyspark.ml.linalg import Vectors

    rng = np.random.default_rng(3)
    x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32).astype(float)
    y = x[:, 0] * 2 - x[:, 1] * x[:, 2] + 0.1 * rng.normal(size=ROWS)
    rows = [(Vectors.dense(r), float(v), float(v > 0), float(np.digitize(v, [-1, 1])), float(r[0]), "abcde"[int(abs(v)) % 5]) for r, v in zip(x, y)]
    return x.astype(np.float32), spark.createDataFrame(rows, ["features", "y", "binary", "three", "first", "word"])


def estimators():
    """Name, estimator, and the input that it reads where that is not `features`."""
    from pyspark.ml import classification as c, clustering as k, feature as f, regression as r, Pipeline

    scaled = {"inputCol": "features", "outputCol": "scaled"}
    yield "LogisticRegression, two classes", c.LogisticRegression(labelCol="binary")
    yield "LogisticRegression, three classes", c.LogisticRegression(labelCol="three")
    yield "LinearSVC", c.LinearSVC(labelCol="binary")
    yield "DecisionTreeClassifier", c.DecisionTreeClassifier(labelCol="three")
    yield "RandomForestClassifier, 50 trees", c.RandomForestClassifier(labelCol="three", numTrees=50, maxDepth=8, seed=1)
    yield "GBTClassifier, 50 trees", c.GBTClassifier(labelCol="binary", maxIter=50, seed=1)
    yield "MultilayerPerceptronClassifier", c.MultilayerPerceptronClassifier(labelCol="three", layers=[FEATURES, 16, 3], seed=1)
    yield "NaiveBayes, gaussian", c.NaiveBayes(labelCol="three", modelType="gaussian")
    yield "OneVsRest of LogisticRegression", c.OneVsRest(labelCol="three", classifier=c.LogisticRegression())
    yield "LinearRegression", r.LinearRegression(labelCol="y")
    yield "GeneralizedLinearRegression", r.GeneralizedLinearRegression(labelCol="y", family="gaussian")
    yield "DecisionTreeRegressor", r.DecisionTreeRegressor(labelCol="y")
    yield "RandomForestRegressor, 50 trees", r.RandomForestRegressor(labelCol="y", numTrees=50, maxDepth=8, seed=1)
    yield "GBTRegressor, 50 trees", r.GBTRegressor(labelCol="y", maxIter=50, seed=1)
    yield "KMeans", k.KMeans(k=5, seed=1)
    yield "StandardScaler", f.StandardScaler(withMean=True, **scaled)
    yield "MinMaxScaler", f.MinMaxScaler(**scaled)
    yield "MaxAbsScaler", f.MaxAbsScaler(**scaled)
    yield "PCA", f.PCA(k=3, **scaled)
    yield "VectorIndexer", f.VectorIndexer(maxCategories=3, **scaled)
    yield "StringIndexer", f.StringIndexer(inputCol="word", outputCol="index")
    yield "scaler and LogisticRegression", Pipeline(stages=[f.StandardScaler(**scaled), c.LogisticRegression(featuresCol="scaled", labelCol="binary")])
    yield "scaler, PCA and forest", Pipeline(stages=[f.StandardScaler(**scaled), f.PCA(k=4, inputCol="scaled", outputCol="parts"), c.RandomForestClassifier(featuresCol="parts", labelCol="binary", numTrees=20, seed=1)])
    yield "words, numbers and LogisticRegression", Pipeline(stages=[f.StringIndexer(inputCol="word", outputCol="index"), f.OneHotEncoder(inputCols=["index"], outputCols=["flags"]), f.VectorAssembler(inputCols=["flags", "features"], outputCol="all"), c.LogisticRegression(featuresCol="all", labelCol="binary")])


def convert_by_peer(spark, model, name):
    from onnxmltools import convert_sparkml
    from onnxmltools.convert.common.data_types import FloatTensorType, StringTensorType

    types = []
    if "word" in name or name == "StringIndexer":
        types.append(("word", StringTensorType([None, 1])))
    if name != "StringIndexer":
        types.append(("features", FloatTensorType([None, FEATURES])))
    return convert_sparkml(model, "model", types, spark_session=spark)


def reason(error):
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else repr(error))[:200]


def measure(spark, name, estimator, frame, x, repeat, folder):
    model = estimator.fit(frame)
    place = folder / "model"
    model.write().overwrite().save(str(place))
    ours, theirs = folder / "ours.onnx", folder / "theirs.onnx"
    for f in (ours, theirs):
        f.unlink(missing_ok=True)
    command = ["node", "bin/graphwright.js", "convert", str(place), "-o", str(ours)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        return {"name": name, "ours": {"failed": done.stderr.strip()[:200]}}
    row = {"name": name, "ours": {"command": median_of(repeat, lambda: subprocess.run(command, capture_output=True, cwd=ROOT))}}
    try:
        made = convert_by_peer(spark, model, name)
        row["theirs"] = {"inside": median_of(repeat, lambda: convert_by_peer(spark, model, name)), "load": median_of(repeat, lambda: type(model).load(str(place)))}
        theirs.write_bytes(made.SerializeToString())
    except Exception as error:  # what the peer cannot convert is counted, not compared
        return {**row, "theirs": {"failed": reason(error)}}
    return {**row, "latency": latency(ours, theirs, x, repeat)}


def latency(ours, theirs, x, repeat):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        sessions = [ort.InferenceSession(str(f), options, providers=["CPUExecutionProvider"]) for f in (ours, theirs)]
        case = {"inputs": {"features": x, "word": np.array([["abcde"[i % 5]] for i in range(len(x))], dtype=object)}}
        return {f"rows {n}": one_latency(case, sessions, n, repeat) for n in (1, 1000)}
    except Exception as error:  # the peer's model may not load or run: that is a finding, not an end
        return {"failed": reason(error)}


def one_latency(case, sessions, count, repeat):
    feeds = [{p.name: case["inputs"]["word" if p.type == "tensor(string)" else "features"][:count] for p in s.get_inputs()} for s in sessions]
    return in_turns(sessions, feeds, repeat)


def summary(rows, session):
    middle = lambda values: round(statistics.median(values), 3) if values else None
    both = [r for r in rows if "failed" not in r["ours"] and "failed" not in r.get("theirs", {"failed": ""})]
    runs = [r["latency"] for r in both if "failed" not in r["latency"]]
    return {
        "cases": len(rows),
        "converted by both": len(both),
        "both run": len(runs),
        "session": session,
        "our whole command": middle([r["ours"]["command"] for r in rows if "command" in r["ours"]]),
        "their conversion alone": middle([r["theirs"]["inside"] for r in both]),
        "their conversion with loading": middle([r["theirs"]["inside"] + r["theirs"]["load"] for r in both]),
        **{f"latency, {n}": middle([l[n]["ratio"] for l in runs]) for n in ("rows 1", "rows 1000")},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    spark, session = start()
    x, frame = data(spark)
    rows = []
    with tempfile.TemporaryDirectory() as tmp:
        for name, estimator in estimators():
            if args.only in name:
                rows.append(measure(spark, name, estimator, frame, x, args.repeat, pathlib.Path(tmp)))
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    document = json.dumps({"summary": summary(rows, session), "cases": rows}, indent=1)
    if args.out:
        args.out.write_text(document + "\n")
    print(document)


if __name__ == "__main__":
    main()
