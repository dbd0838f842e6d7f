#!/usr/bin/env python3
"""Writes the forests that bench/classical.py and the page are measured with: about 2,000 trees and 2 million nodes each.

usage: python bench/large_forest.py FOLDER [--trees N] [--leaves N] [--kinds lightgbm,xgboost,sklearn]
Needs lightgbm, xgboost, scikit-learn, joblib and numpy. LightGBM's text is written directly, since training as many trees takes
minutes and their shape is all that counts; the others are trained on random rows. The same numbers come every time.
"""
import argparse
import pathlib
import time

import numpy as np

FEATURES = 30


def lightgbm_text(path, trees, leaves):
    rng = np.random.default_rng(7)
    head = [
        "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0", f"max_feature_idx={FEATURES - 1}",
        "objective=regression", "feature_names=" + " ".join(f"f{i}" for i in range(FEATURES)),
        "feature_infos=" + " ".join("[-4:4]" for _ in range(FEATURES)),
    ]
    blocks = [one_lightgbm_tree(rng, i, leaves) for i in range(trees)]
    head.append("tree_sizes=" + " ".join(str(len(b)) for b in blocks))
    path.write_text("\n".join(head) + "\n\n" + "".join(blocks) + "end of trees\n\npandas_categorical:null\n")


def one_lightgbm_tree(rng, index, leaves):
    """Grows by splitting a random leaf, as leaf-wise training does."""
    left, right = np.zeros(leaves - 1, int), np.zeros(leaves - 1, int)
    where = {0: None}
    for split in range(leaves - 1):
        leaf = int(rng.integers(0, split + 1))
        parent = where[leaf]
        if parent is not None:
            node, side = parent
            (left if side == 0 else right)[node] = split
        left[split], right[split] = ~leaf, ~(split + 1)
        where[leaf], where[split + 1] = (split, 0), (split, 1)
    join = lambda values: " ".join(str(v) for v in values)
    numbers = lambda values: " ".join(repr(float(v)) for v in values)
    n = leaves - 1
    lines = [
        f"Tree={index}", f"num_leaves={leaves}", "num_cat=0", "split_feature=" + join(rng.integers(0, FEATURES, n)),
        "split_gain=" + numbers(np.round(rng.random(n) * 10, 4)), "threshold=" + numbers(rng.normal(size=n)),
        "decision_type=" + join(np.full(n, 2)), "left_child=" + join(left), "right_child=" + join(right),
        "leaf_value=" + numbers(rng.normal(size=leaves) * 0.01), "leaf_weight=" + join(np.ones(leaves, int)),
        "leaf_count=" + join(np.ones(leaves, int)), "internal_value=" + join(np.zeros(n, int)),
        "internal_weight=" + join(np.zeros(n, int)), "internal_count=" + join(np.ones(n, int)), "is_linear=0", "shrinkage=0.1",
    ]
    return "\n".join(lines) + "\n\n\n"


def rows(count):
    rng = np.random.default_rng(11)
    x = rng.normal(size=(count, FEATURES)).astype(np.float32)
    y = x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + rng.normal(size=count) * 0.5
    return x, y


def xgboost_ubj(path, trees, leaves):
    import xgboost as xgb

    x, y = rows(4 * leaves)
    parameters = {"tree_method": "hist", "grow_policy": "lossguide", "max_leaves": leaves, "max_depth": 0, "eta": 0.05, "min_child_weight": 0, "lambda": 0, "nthread": 1, "max_bin": 64}
    xgb.train(parameters, xgb.DMatrix(x, y), num_boost_round=trees).save_model(path)


def sklearn_joblib(path, trees, leaves):
    import joblib
    from sklearn.ensemble import RandomForestRegressor

    x, y = rows(2 * leaves)
    model = RandomForestRegressor(trees, max_leaf_nodes=None, max_features=4, bootstrap=True, random_state=3, n_jobs=1)
    model.fit(x, y)
    joblib.dump(model, path)


KINDS = {"lightgbm": ("large.txt", lightgbm_text), "xgboost": ("large.ubj", xgboost_ubj), "sklearn": ("large.joblib", sklearn_joblib)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--trees", type=int, default=2000)
    parser.add_argument("--leaves", type=int, default=500)
    parser.add_argument("--kinds", default=",".join(KINDS))
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for kind in args.kinds.split(","):
        name, write = KINDS[kind]
        begun = time.perf_counter()
        write(args.folder / name, args.trees, args.leaves)
        size = (args.folder / name).stat().st_size / 1e6
        print(f"{kind}: {args.folder / name}, {size:.0f} MB, {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
