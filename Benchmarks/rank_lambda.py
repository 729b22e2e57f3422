#!/usr/bin/env python3
"""Peers that learn to rank: rank_lambda.py PEER TRAIN TRAIN_GROUPS TEST TEST_GROUPS

PEER is xgboost or lightgbm. Files are SVMlight, gzipped or not, with the rows of each query in a file
of their own. Each is trained with the settings of its own ranking example, up to 400 rounds, and
stopped by NDCG@10 on TEST when 40 rounds brought nothing: as ours is. Prints one JSON object with
NDCG@1/3/5/10 on TEST, gains 2^grade - 1, a query without a relevant row counting 1.
"""

import gzip
import json
import sys
import time

import numpy as np

ROUNDS, PATIENCE = 400, 40


def rows(path, width, missing):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path)
    grades, lines = [], []
    with opened as file:
        for line in file:
            words = line.split("#")[0].split()
            if not words:
                continue
            grades.append(float(words[0]))
            lines.append([word.split(":") for word in words[1:] if not word.startswith("qid")])
    width = width or 1 + max(int(index) for line in lines for index, _ in line)
    values = np.full((len(lines), width), missing, np.float32)
    for row, line in enumerate(lines):
        for index, value in line:
            values[row, int(index)] = float(value)
    return values, np.array(grades), width


def groups(path):
    with open(path) as file:
        return [int(line) for line in file if line.strip()]


def ndcg(scores, grades, sizes, k):
    values, first = [], 0
    for size in sizes:
        gains = 2 ** grades[first : first + size] - 1
        order = np.argsort(-scores[first : first + size], kind="stable")
        first += size
        discounts = 1 / np.log2(np.arange(min(k, size)) + 2)
        best = (np.sort(gains)[::-1][:k] * discounts).sum()
        values.append((gains[order][:k] * discounts).sum() / best if best > 0 else 1.0)
    return float(np.mean(values))


def with_xgboost(train, train_groups, test, test_groups):
    import xgboost

    learn = xgboost.DMatrix(train[0], train[1])
    learn.set_group(train_groups)
    judge = xgboost.DMatrix(test[0], test[1])
    judge.set_group(test_groups)
    # demo/rank of XGBoost.
    settings = {
        "objective": "rank:ndcg", "eta": 0.1, "gamma": 1.0, "min_child_weight": 0.1,
        "max_depth": 6, "eval_metric": "ndcg@10", "nthread": 1,
    }
    model = xgboost.train(
        settings, learn, ROUNDS, evals=[(judge, "test")], early_stopping_rounds=PATIENCE,
        verbose_eval=False)
    return model.predict(judge, iteration_range=(0, model.best_iteration + 1))


def with_lightgbm(train, train_groups, test, test_groups):
    import lightgbm

    # examples/lambdarank/train.conf of LightGBM.
    settings = {
        "objective": "lambdarank", "metric": "ndcg", "eval_at": [10], "learning_rate": 0.1,
        "num_leaves": 31, "feature_fraction": 1.0, "bagging_freq": 1, "bagging_fraction": 0.9,
        "min_data_in_leaf": 50, "min_sum_hessian_in_leaf": 5.0, "num_threads": 1, "verbose": -1,
    }
    learn = lightgbm.Dataset(train[0], train[1], group=train_groups)
    judge = lightgbm.Dataset(test[0], test[1], group=test_groups, reference=learn)
    model = lightgbm.train(
        settings, learn, ROUNDS, valid_sets=[judge],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)])
    return model.predict(test[0], num_iteration=model.best_iteration)


def main(peer, train, train_groups, test, test_groups):
    train_groups, test_groups = groups(train_groups), groups(test_groups)
    # What a line leaves out is missing for XGBoost and zero for LightGBM, as in their own readers.
    missing = np.nan if peer == "xgboost" else 0.0
    learn = rows(train, 0, missing)
    judge = rows(test, learn[2], missing)
    start = time.perf_counter()
    train_with = with_xgboost if peer == "xgboost" else with_lightgbm
    scores = train_with(learn, train_groups, judge, test_groups)
    result = {f"ndcg_at_{k}": ndcg(scores, judge[1], test_groups, k) for k in (1, 3, 5, 10)}
    result["seconds"] = time.perf_counter() - start
    print(json.dumps(result))


if __name__ == "__main__":
    if len(sys.argv) != 6 or sys.argv[1] not in ("xgboost", "lightgbm"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
