"""The peer of our iALS: implicit's AlternatingLeastSquares (conjugate gradients, single floats).

    implicit_als.py TRAIN.tsv TEST.tsv DIMENSION EPOCHS THREADS ALPHA REGULARISATION K

Files have a line an interaction: user and item first, between tabs. Prints one JSON object:
{"epoch_s", "recall"}: the median time of an epoch after the first, and the mean over users of the
share of their test items among the first K of a ranking of all items less those of the training,
as `updraft evaluate recommender` has it.
"""

import json
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as implicit asks for

import numpy as np  # noqa: E402
import scipy.sparse as sparse  # noqa: E402
from implicit.cpu.als import AlternatingLeastSquares  # noqa: E402


def pairs(path, users, items, grow):
    result = []
    with open(path) as file:
        for line in file:
            user, item = line.rstrip("\n").split("\t")[:2]
            if grow:
                users.setdefault(user, len(users))
                items.setdefault(item, len(items))
            # An item that the training lacks is relevant all the same: nobody can find it.
            if user in users:
                result.append((users[user], items.get(item, -1)))
    return result


def main():
    train_path, test_path = sys.argv[1:3]
    dimension, epochs, threads = map(int, sys.argv[3:6])
    alpha, regularisation, k = float(sys.argv[6]), float(sys.argv[7]), int(sys.argv[8])
    users, items = {}, {}
    train = np.array(sorted(set(pairs(train_path, users, items, True))))
    test = pairs(test_path, users, items, False)
    matrix = sparse.csr_matrix(
        (np.ones(len(train), "float32"), (train[:, 0], train[:, 1])), (len(users), len(items))
    )
    times = []

    def note(_, seconds):
        times.append(seconds)

    model = AlternatingLeastSquares(
        factors=dimension,
        regularization=regularisation,
        alpha=alpha,
        iterations=epochs,
        num_threads=threads,
        random_state=1,
        dtype=np.float32,
    )
    begin = time.perf_counter()
    model.fit(matrix, show_progress=False, callback=lambda *given: note(given[0], given[1]))
    whole = time.perf_counter() - begin
    relevant = {}
    for user, item in test:
        relevant.setdefault(user, set()).add(item)
    judged = np.array(sorted(relevant))
    found, _ = model.recommend(judged, matrix[judged], N=k, filter_already_liked_items=True)
    recalls = [
        len(relevant[user].intersection(row.tolist())) / len(relevant[user])
        for user, row in zip(judged.tolist(), found)
    ]
    # The median of what the library itself measured, or the mean of the whole without it.
    epoch = float(np.median(times[1:])) if len(times) > 2 else whole / epochs
    print(json.dumps({"epoch_s": epoch, "recall": float(np.mean(recalls))}))


main()
