// The start of the page: who you are, which surface you see, how the server is.

import { call, identity, memory } from "./api.js";
import { avatar, count, icon, make, meter, milliseconds, setText } from "./draw.js";
import { Feed } from "./feed.js";
import { Live } from "./live.js";
import { PeopleBox } from "./people.js";

const surfaces = [
  { name: "home", label: "Home" },
  { name: "recommendations", label: "For you" },
  { name: "trending", label: "Trending" },
];
const deedsKept = 8;
const toastMs = 12_000;

const at = (id) => document.getElementById(id);
const state = { person: null, isDemo: false, problems: new Map() };

// MARK: Errors

/** Shows an error until it is dismissed or old; the same one is not shown twice at a time. */
function report(problem) {
  const key = `${problem.code}|${problem.title}|${problem.detail}`;
  if (state.problems.has(key)) return;
  const close = make("button", "icon-button", icon("close"));
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  const toast = make("div", "toast", make("div", "",
    make("strong", "", problem.title ?? "Something failed on this page"),
    make("p", "", problem.detail ?? problem.message ?? ""),
    problem.note ? make("p", "note", problem.note) : null), close);
  const dismiss = () => {
    clearTimeout(state.problems.get(key));
    state.problems.delete(key);
    toast.remove();
  };
  state.problems.set(key, setTimeout(dismiss, toastMs));
  close.addEventListener("click", dismiss);
  at("toasts").append(toast);
}

addEventListener("unhandledrejection", (event) => report(event.reason));
addEventListener("error", (event) => report(event.error ?? { detail: event.message }));

// MARK: How the server is

const healthWords = {
  wait: "connecting", live: "live", gone: "gone", starting: "starting", degraded: "degraded",
  draining: "stopping", failed: "read only",
};

function showHealth(name, { offset, text = "", applied, total } = {}) {
  const health = at("health");
  const was = health.dataset.state;
  health.dataset.state = name;
  const place = name === "live" && Number.isFinite(offset) ? ` · offset ${count(offset)}` : "";
  setText(at("health-text"), `${healthWords[name] ?? name}${place}`);
  showBanner(name, text, applied, total);
  if (name === "live" && ["gone", "starting"].includes(was)) begin().catch(report);
}

function showBanner(name, text, applied, total) {
  const banners = {
    gone: ["The server is gone.", "Asking again every second; what you see is the last answer."],
    starting: ["The server is starting.", text || "It folds its log in."],
    draining: ["The server is stopping.", "It answers what is under way and takes nothing new."],
    failed: ["Nothing new is taken in.", text || "The log can’t be written; pages still come."],
    degraded: ["Not everything works.", text],
    slow: ["Your last page was made the short way.", text],
  };
  const shown = banners[name] ?? (state.slow ? ["Your last page was made the short way.",
    state.slow] : null);
  at("banner").hidden = !shown;
  if (!shown) return;
  at("banner").dataset.state = banners[name] ? name : "slow";
  setText(at("banner-title"), shown[0]);
  setText(at("banner-text"), shown[1]);
  const progress = at("banner-progress");
  progress.hidden = !(name === "starting" && total > 0);
  if (!progress.hidden) progress.value = applied / total;
}

// MARK: You

const feed = new Feed({
  list: at("feed"), end: at("feed-end"), receipt: at("receipt"), report,
  made: (page) => {
    live.showPage(page);
    const short = page.servedBy && page.servedBy !== "full";
    state.slow = short || page.degraded.length > 0
      ? `Served by “${page.servedBy.replaceAll("_", " ")}”${
        page.degraded.length ? `; left out: ${page.degraded.join(", ")}` : ""}.` : "";
  },
  acted: (deed) => {
    noteDeed(deed);
    showMe();
  },
});

const live = new Live({
  tilesElement: at("tiles"), panels: at("live-panels"), form: at("metrics-form"),
  health: showHealth, report,
});

const people = new PeopleBox({
  box: at("person"), input: at("who"), list: at("people"), dice: at("anyone"), report,
  choose: (person) => become(person).catch(report),
});

/** Lists a deed with its time, newest first. */
function noteDeed(deed) {
  const list = at("deeds");
  list.prepend(make("li", "", make("span", "deed-what", deed.verb, " ",
    make("q", "", deed.subject)), make("span", "deed-time", milliseconds(deed.visibleMs)),
    make("span", "note", deed.changed)));
  while (list.children.length > deedsKept) list.lastElementChild.remove();
  at("deeds-empty").hidden = true;
  setText(at("spoken"), `${deed.verb} ${deed.subject}. ${deed.changed}. Visible in ${
    milliseconds(deed.visibleMs)}.`);
}

async function demoToken(person) {
  const { data } = await call("POST", "/demo/token", {
    body: { user_id: person.user_id }, as: "nobody",
  });
  return data.token;
}

/** Becomes a user of the demo. */
async function become(person) {
  const token = await demoToken(person);
  identity.token = token;
  identity.renew = () => demoToken(person);
  state.person = person;
  memory.set("person", JSON.stringify(person));
  people.show(person);
  await enter();
}

/** Shows the feed of whoever the token names. */
async function enter() {
  feed.clear();
  at("deeds").replaceChildren();
  at("deeds-empty").hidden = false;
  at("sign-in").hidden = true;
  at("sign-out").hidden = state.isDemo;
  await Promise.all([feed.open(), showMe()]);
}

/** Shows what the server keeps of the user. */
async function showMe() {
  if (!identity.token) return;
  try {
    const { data } = await call("GET", "/v1/me");
    drawMe(data);
  } catch (problem) {
    report(problem);
  }
}

function drawMe(me) {
  const name = me.user_id;
  feed.setFollows(me.following.map((edge) => edge.author_id));
  const facts = [me.region || state.person?.region, `follows ${count(me.follows)}`,
    me.followers ? `${count(me.followers)} followers` : ""].filter(Boolean).join(" · ");
  const parts = [make("div", "who", avatar(name), make("div", "", make("strong", "", name),
    make("span", "note", facts)))];
  const interests = me.interests.length ? me.interests : state.person?.interests ?? [];
  if (interests.length) {
    parts.push(make("p", "chips", ...interests.map((topic) => make("span", "chip", topic))));
  }
  parts.push(...affinities("Topics you lean to", me.topics, "topic"),
    ...affinities("Authors you lean to", me.authors, "author_id"));
  if (me.topics.length + me.authors.length === 0) {
    parts.push(make("p", "note", "Nothing is known of this user’s taste yet: like something."));
  }
  parts.push(...muted(me.muted));
  at("me").replaceChildren(...parts);
}

function affinities(title, rows, key) {
  const shown = rows.filter((row) => row[key]).slice(0, 6);
  if (shown.length === 0) return [];
  const most = Math.max(...shown.map((row) => Math.abs(row.weight)), 1e-9);
  const list = make("dl", "bars compact");
  for (const row of shown) {
    const figure = row.weight.toFixed(1);
    const bar = meter(Math.abs(row.weight) / most, `${row[key]}: ${figure}`);
    const element = make("div", "bar-row", make("dt", "", row[key]),
      make("dd", "", bar, make("span", "figure", figure)));
    if (row.weight < 0) element.classList.add("negative");
    list.append(element);
  }
  return [make("h3", "", title), list];
}

function muted(authors) {
  if (authors.length === 0) return [];
  const buttons = authors.map((author) => {
    const button = make("button", "chip unmute", author, icon("close"));
    button.type = "button";
    button.setAttribute("aria-label", `Unmute ${author}`);
    button.addEventListener("click", () => feed.actOnAuthor("unmute", author));
    return button;
  });
  return [make("h3", "", "Muted"), make("p", "chips", ...buttons)];
}

// MARK: Start

function drawSurfaces() {
  const buttons = surfaces.map(({ name, label }) => {
    const button = make("button", "tab", label);
    button.type = "button";
    button.dataset.surface = name;
    button.setAttribute("aria-pressed", String(name === feed.surface));
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      feed.open(name).catch(report);
    });
    return button;
  });
  at("surfaces").append(...buttons);
}

function listen() {
  at("refresh").addEventListener("click", () => feed.reload().catch(report));
  at("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    identity.token = at("token").value.trim();
    at("token").value = "";
    memory.set("token", identity.token);
    if (identity.token) enter().catch(report);
  });
  at("sign-out").addEventListener("click", () => {
    identity.token = "";
    memory.set("token", "");
    feed.clear();
    at("me").replaceChildren();
    at("sign-in").hidden = false;
    at("sign-out").hidden = true;
    at("token").focus();
  });
  at("metrics-form").addEventListener("submit", (event) => {
    event.preventDefault();
    identity.metricsKey = at("metrics-key").value.trim();
    at("metrics-key").value = "";
    memory.set("metrics", identity.metricsKey);
    live.wake();
  });
  for (const button of document.querySelectorAll("[data-go]")) {
    button.addEventListener("click", () => {
      document.body.dataset.view = button.dataset.go;
      for (const other of document.querySelectorAll("[data-go]")) {
        if (other === button) other.setAttribute("aria-current", "true");
        else other.removeAttribute("aria-current");
      }
      scrollTo(0, 0);
    });
  }
}

/** Whether the server is a demo: it then lends the token of any of its users. */
async function askDemo() {
  try {
    const { data } = await call("GET", "/demo/info", { as: "nobody" });
    return data.demo === true;
  } catch (problem) {
    if (problem.status === 404) return false;
    throw problem;
  }
}

async function begin() {
  state.isDemo = await askDemo();
  at("person").hidden = !state.isDemo;
  if (!state.isDemo) {
    identity.token = memory.get("token");
    at("sign-in").hidden = Boolean(identity.token);
    if (identity.token) await enter();
    return;
  }
  const kept = memory.get("person");
  const person = kept ? JSON.parse(kept) : await people.first();
  if (person) await become(person);
}

identity.metricsKey = memory.get("metrics");
drawSurfaces();
listen();
live.start();
begin().catch(report);
