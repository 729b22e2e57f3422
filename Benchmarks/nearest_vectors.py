"""The peers of the vector index: hnswlib (M 16, efConstruction 200) and faiss HNSW.

    nearest_vectors.py build  PEER X.npy METRIC THREADS FILE
    nearest_vectors.py search PEER X.npy Q.npy METRIC K EFS FILE [--filter FILE.npy]
                              [--until RECALL] [--seconds S]

Prints JSON lines: {"build_s", "bytes_per_vector"} or {"effort", "recall", "low", "qps"}.
METRIC is cosine or l2; FILE is where the index lies between the calls. The filter file holds rows
of 0 and 1, a set a query in turn. The first effort that reaches the recall of --until is the last.
One thread searches.
"""

import json
import os
import sys
import time

import numpy as np


def load(path, metric):
    rows = np.load(path).astype("float32")
    if metric == "cosine":
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
    return rows


def exact(x, q, k, allowed=None):
    """The k-th best score a query: inner product of unit vectors orders as the distance does."""
    least = np.empty(len(q), "float32")
    norms = (x * x).sum(1)
    for first in range(0, len(q), 64):
        part = q[first : first + 64]
        scores = 2 * part @ x.T - norms
        for i in range(len(part)):
            row = scores[i]
            if allowed is not None:
                row = row[allowed[(first + i) % len(allowed)]]
            n = min(k, len(row))
            least[first + i] = np.partition(row, len(row) - n)[len(row) - n]
    return least, norms


class HNSWLib:
    def build(self, x, metric, threads, file):
        import hnswlib

        index = hnswlib.Index(space="ip" if metric == "cosine" else "l2", dim=x.shape[1])
        index.init_index(max_elements=len(x), M=16, ef_construction=200, random_seed=1)
        index.set_num_threads(threads)
        start = time.perf_counter()
        index.add_items(x)
        seconds = time.perf_counter() - start
        index.save_index(file)
        return seconds

    def open(self, x, metric, file):
        import hnswlib

        self.index = hnswlib.Index(space="ip" if metric == "cosine" else "l2", dim=x.shape[1])
        self.index.load_index(file, max_elements=len(x))
        self.index.set_num_threads(1)

    def effort(self, ef):
        self.index.set_ef(ef)

    def search(self, q, k, allowed=None):
        if allowed is None:
            return self.index.knn_query(q, k=k, num_threads=1)[0]
        return self.index.knn_query(q, k=k, num_threads=1, filter=lambda row: allowed[row])[0]


class Faiss:
    def build(self, x, metric, threads, file):
        import faiss

        faiss.omp_set_num_threads(threads)
        kind = faiss.METRIC_INNER_PRODUCT if metric == "cosine" else faiss.METRIC_L2
        index = faiss.IndexHNSWFlat(x.shape[1], 16, kind)
        index.hnsw.efConstruction = 200
        start = time.perf_counter()
        index.add(x)
        seconds = time.perf_counter() - start
        faiss.write_index(index, file)
        return seconds

    def open(self, x, metric, file):
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.read_index(file)

    def effort(self, ef):
        self.index.hnsw.efSearch = ef

    def search(self, q, k, allowed=None):
        return self.index.search(q, k)[1]


PEERS = {"hnswlib": HNSWLib, "faiss": Faiss}


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def build():
    peer, vectors, metric, threads, file = sys.argv[2:7]
    x = load(vectors, metric)
    seconds = PEERS[peer]().build(x, metric, int(threads), file)
    print(json.dumps({"build_s": seconds, "bytes_per_vector": os.path.getsize(file) / len(x)}))


def recalls_of(x, q, rows, norms, least, k, allowed):
    result = []
    for i, found in enumerate(rows):
        found = found[found >= 0].astype("int64")
        scores = 2 * (x[found] @ q[i]) - norms[found]
        bound = least[i] - 1e-5 * max(1, abs(least[i]))
        possible = k if allowed is None else min(k, int(allowed[i % len(allowed)].sum()))
        result.append((scores >= bound).sum() / possible)
    return np.array(result)


def answers(index, q, k, allowed):
    """All queries one after another; without a filter in one call, which spares them Python."""
    if allowed is None:
        return index.search(q, k)
    rows = np.full((len(q), k), -1)
    for i in range(len(q)):
        try:
            rows[i] = index.search(q[i : i + 1], k, allowed[i % len(allowed)])[0]
        except RuntimeError:  # fewer than k found: hnswlib refuses to answer
            pass
    return rows


def search():
    peer, vectors, queries, metric, k, efforts, file = sys.argv[2:9]
    x, q, k = load(vectors, metric), load(queries, metric), int(k)
    allowed = None
    if option("--filter"):
        allowed = np.load(option("--filter")) > 0
        q = q[:200]  # a call of Python a visited row: seconds a hundred queries
    until, least_seconds = float(option("--until") or 2), float(option("--seconds") or 0.5)
    index = PEERS[peer]()
    index.open(x, metric, file)
    least, norms = exact(x, q, k, allowed)
    for ef in map(int, efforts.split(",")):
        index.effort(max(ef, k))
        recalls = recalls_of(x, q, answers(index, q, k, allowed), norms, least, k, allowed)
        begin, rounds = time.perf_counter(), 0
        while rounds == 0 or time.perf_counter() - begin < least_seconds:
            answers(index, q, k, allowed)
            rounds += 1
        seconds = time.perf_counter() - begin
        figures = {
            "effort": ef,
            "recall": float(recalls.mean()),
            "low": float((recalls < 0.5).mean()),
            "qps": rounds * len(q) / seconds,
        }
        print(json.dumps(figures), flush=True)
        if figures["recall"] >= until:
            break


{"build": build, "search": search}[sys.argv[1]]()
