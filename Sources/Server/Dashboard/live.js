// Live figures: rates, latencies, where candidates come from, how pages were made.

import { call, identity } from "./api.js";
import {
  Sparkline, count, make, meter, milliseconds, percent, rate, setMeter, setText, span, words,
} from "./draw.js";

const everyMs = 1000;

/** A quantile; the server says 0 where nothing was measured. */
function duration(value) {
  return value > 0 ? milliseconds(value) : "–";
}

/** The tiles on top: a name, the figure, its note, and what the line draws. */
const tiles = [
  {
    key: "events", label: "Events a second", value: (stats) => rate(stats.rates.events_per_s),
    note: (stats) => `${count(stats.queue.events)} waiting`,
    line: (stats) => stats.rates.events_per_s,
  },
  {
    key: "pages", label: "Pages a second", value: (stats) => rate(stats.rates.pages_per_s),
    note: (stats) => `${percent(stats.rates.cached_share)} from cache`,
    line: (stats) => stats.rates.pages_per_s,
  },
  {
    key: "page", label: "A page takes", value: (stats) => duration(stats.latency_ms.page.p50),
    note: (stats) => `p99 ${duration(stats.latency_ms.page.p99)}`,
    line: (stats) => stats.latency_ms.page.p99,
  },
  {
    key: "visible", label: "Event to visible",
    value: (stats) => duration(stats.latency_ms.event_to_visible.p50),
    note: (stats) => `p99 ${duration(stats.latency_ms.event_to_visible.p99)}`,
    line: (stats) => stats.latency_ms.event_to_visible.p99,
  },
];

/** A list of named bars whose rows stay the same elements. */
class Bars {
  constructor(empty) {
    this.rows = new Map();
    this.empty = make("p", "note", empty);
    this.list = make("dl", "bars");
    this.element = make("div", "", this.list, this.empty);
  }

  /** `rows` are `{ name, share, figure, source }`. */
  show(rows) {
    const names = new Set(rows.map((row) => row.name));
    for (const [name, row] of this.rows) {
      if (names.has(name)) continue;
      row.element.remove();
      this.rows.delete(name);
    }
    for (const { name, share, figure, source } of rows) {
      let row = this.rows.get(name);
      if (!row) {
        const bar = meter(0, "");
        const text = make("span", "figure");
        const element = make("div", "bar-row", make("dt", "", words(name)),
          make("dd", "", bar, text));
        row = { element, bar, text };
        this.rows.set(name, row);
      }
      if (source) row.element.dataset.source = source;
      this.list.append(row.element);
      setMeter(row.bar, share, `${words(name)}: ${figure}`);
      setText(row.text, figure);
    }
    this.empty.hidden = rows.length > 0;
  }
}

export class Live {
  /** `health(state, text)` hears how the server is; `report(problem)` shows an error. */
  constructor({ tilesElement, panels, form, health, report }) {
    Object.assign(this, { form, health, report });
    this.misses = 0;
    this.tiles = tiles.map((tile) => {
      const value = make("span", "tile-value", "–");
      const note = make("span", "tile-note");
      const spark = new Sparkline();
      const element = make("div", "tile", make("span", "tile-label", tile.label), value, note,
        spark.element);
      element.dataset.tile = tile.key;
      tilesElement.append(element);
      return { ...tile, valueElement: value, noteElement: note, spark };
    });
    this.sources = new Bars("No page was made in the last seconds.");
    this.stages = new Bars("Open a feed: the stages of its page appear here.");
    this.rungs = new Bars("No page was made in the last seconds.");
    this.degraded = new Bars("Nothing was left out.");
    this.facts = make("dl", "facts-list");
    this.stagesNote = make("p", "note");
    panels.append(
      panel("Candidates by source", "new ones a page · the share of shown items that it found",
        this.sources.element),
      panel("Stages of your last page", "", this.stages.element, this.stagesNote),
      panel("How pages were served", "", this.rungs.element,
        make("h3", "", "Left out"), this.degraded.element),
      panel("State", "", this.facts));
    this.panels = panels;
    document.addEventListener("visibilitychange", () => this.wake());
  }

  /** Begins to ask once a second; stops while the tab is hidden. */
  start() {
    this.running = true;
    this.wake();
  }

  wake() {
    clearTimeout(this.timer);
    if (this.running && !document.hidden) this.tick();
  }

  async tick() {
    clearTimeout(this.timer);
    try {
      const { data } = await call("GET", "/v1/stats", {
        as: identity.metricsKey ? "metrics" : "nobody",
      });
      this.misses = 0;
      this.form.hidden = true;
      this.show(data);
    } catch (problem) {
      await this.miss(problem);
    } finally {
      clearTimeout(this.timer);
      if (this.running && !document.hidden) this.timer = setTimeout(() => this.tick(), everyMs);
    }
  }

  async miss(problem) {
    this.misses += 1;
    if (problem.code === "unreachable") {
      if (this.misses > 1) this.health("gone");
      return;
    }
    if (problem.status === 401 || problem.status === 403) {
      if (identity.metricsKey) {
        identity.metricsKey = "";
        this.report(problem);
      }
      this.form.hidden = false;
      await this.ready();
      return;
    }
    if (problem.status === 503) return this.ready();
    if (this.misses === 1) this.report(problem);
    this.health("degraded", { text: `${problem.title}. ${problem.detail}` });
  }

  /** Asks whether the server is ready, for those who may not see its figures. */
  async ready() {
    try {
      await call("GET", "/readyz", { as: "nobody" });
      this.health("live", {});
    } catch (problem) {
      if (problem.code === "unreachable") return this.health("gone");
      const { status = "starting", applied, total } = problem.data ?? {};
      this.health(status, { text: problem.detail, applied, total });
    }
  }

  show(stats) {
    for (const tile of this.tiles) {
      setText(tile.valueElement, tile.value(stats));
      setText(tile.noteElement, tile.note(stats));
      tile.spark.push(tile.line(stats));
    }
    this.showSources(stats.sources);
    this.rungs.show(shares(stats.rungs));
    this.degraded.show(shares(stats.degraded));
    this.showFacts(stats);
    this.health(stats.phase === "ready" ? "live" : stats.phase, {
      offset: stats.offset, text: stats.notice ?? "",
    });
  }

  showSources(sources) {
    const most = Math.max(...sources.map((row) => row.candidates_per_page), 1);
    this.sources.show(sources.map((row) => ({
      name: row.source, source: row.source, share: row.candidates_per_page / most,
      figure: `${rate(row.candidates_per_page)} · ${percent(row.shown_share)}`,
    })));
  }

  showFacts(stats) {
    const { fanout } = stats;
    const rows = [
      ["Items", count(stats.items)], ["Users", count(stats.users)],
      ["Follows", count(stats.follows)], ["Log offset", count(stats.offset)],
      ["Inbox writes", count(fanout.inbox_writes)],
      ["Posts, small authors", count(fanout.posts_small)],
      ["Posts, middle authors", count(fanout.posts_middle)],
      ["Posts, celebrities", count(fanout.posts_celebrity)],
      ["Waiting to be ranked", count(stats.queue.ranking)], ["Up for", span(stats.uptime_s)],
    ];
    if (this.factRows === undefined) {
      this.factRows = rows.map(([name]) => {
        const value = make("dd");
        this.facts.append(make("div", "", make("dt", "", name), value));
        return value;
      });
    }
    rows.forEach(([, text], index) => setText(this.factRows[index], text));
  }

  /** Shows where the time of a page went. */
  showPage(page) {
    const stages = page.stages.filter((stage) => stage.name !== "total");
    const most = Math.max(...stages.map((stage) => stage.ms), 1e-6);
    this.stages.show(stages.map((stage) => ({
      name: stage.name, share: stage.ms / most, figure: milliseconds(stage.ms),
      source: this.sources.rows.has(stage.name) ? stage.name : undefined,
    })));
    const made = stages.length ? `${words(page.servedBy)}, ` : "from the cache, ";
    setText(this.stagesNote, `${made}${milliseconds(page.ms)} seen from here`);
  }
}

function panel(title, note, ...content) {
  const head = make("h2", "", title);
  return make("section", "panel", head, note ? make("p", "note", note) : null, ...content);
}

/** `{ name: count }` as bars of shares, the largest first. */
function shares(counts) {
  const rows = Object.entries(counts ?? {}).filter(([, amount]) => amount > 0);
  const total = rows.reduce((sum, [, amount]) => sum + amount, 0);
  rows.sort((left, right) => right[1] - left[1]);
  return rows.map(([name, amount]) => ({
    name, share: amount / total, figure: `${count(amount)} · ${percent(amount / total)}`,
  }));
}
