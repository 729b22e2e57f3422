"""Small models of the trainers, and what the trainers themselves predict from them.

    python3 make.py xgboost FOLDER     with xgboost 1.7.6, then with 3.2.0
    python3 make.py lightgbm FOLDER    with lightgbm 4.7.0

Writes NAME.json or NAME.txt, the model, and NAME.golden.json: {"source", "features", "values" (row
by row, null = missing), "margin", "prediction"}. Models whose name begins with "refused" are of
kinds that are not evaluated, and come alone. Drawn anew, they are the same again.
"""

import json
import sys

import numpy as np

ROWS, FEATURES = 64, 6


def draw(seed, rows):
    """Values on a coarse grid, so that some equal thresholds; zeros and missing ones among them."""
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(rows, FEATURES)) * 4) / 4
    x[:, 1] *= 1000
    x[:, 2] = np.exp(x[:, 2])
    x[rng.random(x.shape) < 0.12] = 0
    x[rng.random(x.shape) < 0.12] = np.nan
    clean = np.nan_to_num(x)
    y = clean[:, 0] * 2 + np.sin(clean[:, 1] / 300) + (clean[:, 3] > 0) * clean[:, 4]
    y = y + np.isnan(x[:, 5]) + rng.normal(size=rows) * 0.3
    return x.astype("float32"), y


def save(folder, name, source, x, margin, prediction):
    def short(values):
        return [None if np.isnan(v) else float(str(np.float32(v))) for v in values]

    golden = {
        "source": source,
        "features": FEATURES,
        "values": short(x.ravel()),
        "margin": short(margin),
        "prediction": short(prediction),
    }
    with open(f"{folder}/{name}.golden.json", "w") as file:
        json.dump(golden, file, separators=(",", ":"))


def xgboost(folder):
    import xgboost as xgb

    version = xgb.__version__
    x, y = draw(7, 600)
    z, _ = draw(8, ROWS)
    names = [f"f{i}" for i in range(FEATURES)]
    positive = np.exp(y / 4)
    deep = {"objective": "reg:squarederror", "base_score": 10, "max_depth": 9, "eta": 0.5}
    cases = {
        "logistic": ((y > 1).astype(int), {"objective": "binary:logistic", "base_score": 0.3}, 4),
        "deep": (y + 10, deep, 2),
        "rank": ((y > 1).astype(int), {"objective": "rank:pairwise"}, 3),
        "gamma": (positive, {"objective": "reg:gamma"}, 3),
        "logitraw": ((y > 1).astype(int), {"objective": "binary:logitraw", "base_score": 0.2}, 3),
        "stump": (y, {"objective": "reg:squarederror", "gamma": 1e9}, 2),
    }
    for case, (label, parameters, trees) in cases.items():
        data = xgb.DMatrix(x, label=label, feature_names=names)
        if case == "rank":
            data.set_group([20] * 30)
        settings = {"max_depth": 5, "eta": 0.3, "seed": 1, "nthread": 1} | parameters
        booster = xgb.train(settings, data, trees)
        name = f"xgboost-{version}-{case}"
        booster.save_model(f"{folder}/{name}.json")
        rows = xgb.DMatrix(z, feature_names=names)
        margin = booster.predict(rows, output_margin=True)
        save(folder, name, f"xgboost {version}", z, margin, booster.predict(rows))
    data = xgb.DMatrix(x, label=(y > 1).astype(int))
    several = xgb.DMatrix(x, label=np.clip(np.round(y), 0, 2))
    refused = {
        "dart": ({"booster": "dart", "objective": "binary:logistic"}, data),
        "gblinear": ({"booster": "gblinear", "objective": "binary:logistic"}, data),
        "multiclass": ({"objective": "multi:softprob", "num_class": 3}, several),
    }
    for case, (parameters, data) in refused.items():
        booster = xgb.train({"max_depth": 2, "nthread": 1, "seed": 1} | parameters, data, 2)
        booster.save_model(f"{folder}/refused-xgboost-{version}-{case}.json")


def lightgbm(folder):
    import lightgbm as lgb

    version = lgb.__version__
    x, y = draw(7, 600)
    z, _ = draw(8, ROWS)
    shared = {
        "verbosity": -1, "num_threads": 1, "seed": 1, "deterministic": True,
        "min_data_in_leaf": 5, "num_leaves": 15,
    }
    cases = {
        "binary": ((y > 1).astype(int), {"objective": "binary", "sigmoid": 0.7}, 5),
        "zero": (y, {"objective": "regression", "zero_as_missing": True}, 4),
        "none": (y, {"objective": "regression", "use_missing": False}, 4),
        "deep": (y + 100, {"objective": "regression", "num_leaves": 90, "min_data_in_leaf": 2}, 2),
        "rank": ((y > 1).astype(int), {"objective": "lambdarank"}, 3),
        "poisson": (np.exp(y / 4), {"objective": "poisson"}, 3),
    }
    for case, (label, parameters, trees) in cases.items():
        data = lgb.Dataset(x, label=label, group=[20] * 30 if case == "rank" else None)
        booster = lgb.train(shared | parameters, data, trees)
        name = f"lightgbm-{version}-{case}"
        booster.save_model(f"{folder}/{name}.txt")
        margin = booster.predict(z, raw_score=True)
        save(folder, name, f"lightgbm {version}", z, margin, booster.predict(z))
    several = np.clip(np.round(y), 0, 2)
    kinds = np.nan_to_num(x)
    kinds[:, 0] = np.clip(np.round(np.abs(kinds[:, 0]) * 4), 0, 12)
    refused = {
        "multiclass": ({"objective": "multiclass", "num_class": 3}, x, several, "auto"),
        "categorical": ({"objective": "regression", "cat_smooth": 0.1}, kinds, y, [0]),
        "linear": ({"objective": "regression", "linear_tree": True}, x, y, "auto"),
    }
    for case, (parameters, values, label, categorical) in refused.items():
        data = lgb.Dataset(values, label=label, categorical_feature=categorical)
        booster = lgb.train(shared | {"num_leaves": 4} | parameters, data, 2)
        booster.save_model(f"{folder}/refused-lightgbm-{version}-{case}.txt")


{"xgboost": xgboost, "lightgbm": lightgbm}[sys.argv[1]](sys.argv[2])
