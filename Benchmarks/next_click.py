#!/usr/bin/env python3
"""The simple baseline of the prequential next-click test: next_click.py WARMUP EVALUATE

Each file is a gzipped table of clicks in time order with the columns click_timestamp (ms),
session_id and click_article_id. Clicks of the first file only teach. Each click of the second that
is neither its session's first nor a repeat inside it is predicted from all clicks before: items that
followed the session's last five (nearer ones weigh more), times the root of their clicks of the
last ten minutes, and a little for those clicks alone. Prints one JSON object.
"""

import csv
import gzip
import heapq
import json
import sys
from collections import Counter, defaultdict, deque

PAGE = 20
MINUTES_MS = 600_000


def read(path):
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            yield int(row["click_timestamp"]), row["session_id"], row["click_article_id"]


class Recent:
    """Clicks of each item in the last ten minutes."""

    def __init__(self):
        self.queue = deque()
        self.clicks = Counter()

    def add(self, time, item):
        self.queue.append((time, item))
        self.clicks[item] += 1

    def forget(self, time):
        while self.queue and self.queue[0][0] < time - MINUTES_MS:
            _, item = self.queue.popleft()
            self.clicks[item] -= 1
            if self.clicks[item] == 0:
                del self.clicks[item]


class Model:
    def __init__(self):
        self.recent = Recent()
        self.successors = defaultdict(Counter)
        self.sessions = defaultdict(list)
        self.popular = []
        self.refreshed = 0

    def page(self, time, past):
        if time - self.refreshed > 15_000:
            self.popular = [item for item, _ in self.recent.clicks.most_common(100)]
            self.refreshed = time
        scores = defaultdict(float)
        for distance, before in enumerate(reversed(past[-5:]), start=1):
            for item, weight in self.successors[before].items():
                scores[item] += weight / distance
        clicks = self.recent.clicks
        for item in scores:
            scores[item] *= (1 + clicks[item]) ** 0.5
        for item in self.popular:
            scores[item] += 0.02 * clicks[item]
        for item in past:
            scores.pop(item, None)
        return heapq.nlargest(PAGE, scores, key=scores.get)

    def learn(self, time, session, item):
        past = self.sessions[session]
        for distance, before in enumerate(reversed(past[-10:]), start=1):
            if before != item:
                self.successors[before][item] += 1 / distance
        past.append(item)
        self.recent.add(time, item)


def main(warmup, evaluate):
    model = Model()
    judged = hits = 0
    reciprocal = 0.0
    for path in (warmup, evaluate):
        for time, session, item in read(path):
            model.recent.forget(time)
            past = model.sessions[session]
            if path == evaluate and past and item not in past:
                judged += 1
                page = model.page(time, past)
                if item in page:
                    hits += 1
                    reciprocal += 1 / (page.index(item) + 1)
            model.learn(time, session, item)
    result = {"n": judged, "hr_at_20": hits / judged, "mrr_at_20": reciprocal / judged}
    print(json.dumps(result))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
