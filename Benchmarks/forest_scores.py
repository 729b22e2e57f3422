"""The peers of the forests: XGBoost's inplace_predict and LightGBM's predict, on one thread.

    forest_scores.py train   PEER FOLDER TREES DEPTH
    forest_scores.py measure PEER FOLDER ROWS SECONDS

train reads FOLDER/rows.npy (float32, NaN = missing), makes labels for it, trains, and leaves the
model as FOLDER/PEER.json or .txt. measure scores the first ROWS rows again and again for so long, prints
{"seconds": median of a call} and leaves FOLDER/PEER.scores.npy, a row each, with predictions.
"""

import json
import statistics
import sys
import time

import numpy as np


def labels(x):
    """Half of it follows from the features, the rest is noise, so that trees stay full."""
    x = np.nan_to_num(x)
    rng = np.random.default_rng(1)
    weights = rng.normal(size=x.shape[1])
    y = x @ weights + 2 * np.sin(6 * x[:, 0]) + 3 * x[:, 1] * x[:, -1]
    return (y + rng.normal(size=len(x)) * y.std() > np.median(y)).astype("int32")


class XGBoost:
    def train(self, x, y, trees, depth, file):
        import xgboost as xgb

        parameters = {
            "objective": "binary:logistic", "max_depth": depth, "eta": 0.1, "seed": 1,
            "tree_method": "hist", "max_bin": 256, "min_child_weight": 0, "nthread": 2,
        }
        xgb.train(parameters, xgb.DMatrix(x, label=y), trees).save_model(file + ".json")

    def open(self, file):
        import xgboost as xgb

        self.model = xgb.Booster(model_file=file + ".json")
        self.model.set_param({"nthread": 1})

    def score(self, x):
        return self.model.inplace_predict(x)


class LightGBM:
    def train(self, x, y, trees, depth, file):
        import lightgbm as lgb

        parameters = {
            "objective": "binary", "max_depth": depth, "num_leaves": 2**depth, "seed": 1,
            "learning_rate": 0.1, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0,
            "num_threads": 2, "verbosity": -1,
        }
        lgb.train(parameters, lgb.Dataset(x, label=y), trees).save_model(file + ".txt")

    def open(self, file):
        import lightgbm as lgb

        self.model = lgb.Booster(model_file=file + ".txt")

    def score(self, x):
        return self.model.predict(x, num_threads=1)


PEERS = {"xgboost": XGBoost, "lightgbm": LightGBM}


def train():
    peer, folder, trees, depth = sys.argv[2:6]
    x = np.load(folder + "/rows.npy")
    PEERS[peer]().train(x, labels(x), int(trees), int(depth), f"{folder}/{peer}")
    print(json.dumps({"trained": len(x)}))


def measure():
    peer, folder, rows, least_seconds = sys.argv[2:6]
    x = np.ascontiguousarray(np.load(folder + "/rows.npy")[: int(rows)])
    model = PEERS[peer]()
    model.open(f"{folder}/{peer}")
    scores, times = model.score(x), []
    while len(times) < 3 or sum(times) < float(least_seconds):
        begin = time.perf_counter()
        scores = model.score(x)
        times.append(time.perf_counter() - begin)
    np.save(f"{folder}/{peer}.scores.npy", scores.astype("float32").reshape(-1, 1))
    print(json.dumps({"seconds": statistics.median(times)}))


{"train": train, "measure": measure}[sys.argv[1]]()
