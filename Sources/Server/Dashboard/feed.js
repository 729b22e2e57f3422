// The stream of cards: pages, actions, and what an action changed on the next page.

import { call, eventID, serverTiming } from "./api.js";
import { Card, actionOf } from "./card.js";
import { make, milliseconds, setText, words } from "./draw.js";

const pageSize = 20;
/** After an action at most so many pages are asked for again. */
const pagesAgain = 5;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** The words for what was done. */
const done = {
  click: "Opened", like: "Liked", save: "Saved", hide: "Hidden",
  not_interested: "Not interested in", mute: "Muted", unmute: "Unmuted", follow: "Followed",
  unfollow: "Unfollowed",
};

/** One entry of a page as the server sends it. */
function readPost(wire) {
  return {
    id: wire.post_id ?? wire.item_id,
    author: wire.author_id ?? "",
    title: wire.title ?? "",
    type: wire.content_type ?? "",
    category: wire.category ?? "",
    created: new Date(wire.created_at ?? NaN),
    score: Number(wire.score ?? 0),
    reason: wire.reason ?? "",
    because: wire.because ?? "",
    sources: wire.sources ?? [],
  };
}

export class Feed {
  /**
   * `report(problem)` shows an error; `made(page)` hears of each page; `acted(deed)` of each action
   * with how long it took to be visible.
   */
  constructor({ list, end, receipt, spoken, report, made, acted }) {
    Object.assign(this, { list, end, receipt, spoken, report, made, acted });
    this.surface = "home";
    this.clear();
    list.addEventListener("keydown", (event) => this.keyed(event));
    this.sight = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.more();
    }, { rootMargin: "600px" });
    this.sight.observe(end);
  }

  /** Asks anew whether the end is in sight: while a page loads it may come there, or stay. */
  look() {
    this.sight.unobserve(this.end);
    this.sight.observe(this.end);
  }

  /** Forgets the person's cards. */
  clear() {
    this.asked?.abort();
    this.cards = new Map();
    this.order = [];
    this.cursor = null;
    this.busy = false;
    this.follows = new Set();
    this.list.replaceChildren();
    this.end.replaceChildren();
    this.receipt.hidden = true;
  }

  // MARK: Pages

  async page(cursor, signal) {
    const query = new URLSearchParams({ surface: this.surface, limit: String(pageSize) });
    if (cursor) query.set("cursor", cursor);
    const answer = await call("GET", `/v1/feed?${query}`, { signal });
    const { data } = answer;
    const page = {
      posts: (data.posts ?? data.items ?? []).map(readPost),
      next: data.next_cursor ?? null, servedBy: data.served_by ?? "", degraded: data.degraded ?? [],
      offset: data.offset, ms: answer.ms, stages: serverTiming(answer.headers),
      requestID: data.request_id ?? "",
    };
    this.made(page);
    return page;
  }

  /** Shows a surface from its first page; nothing is marked as moved. */
  async open(surface = this.surface) {
    this.surface = surface;
    this.receipt.hidden = true;
    await this.reload({ marks: false, pages: 1 });
  }

  /** Asks for the pages again and shows what changed; returns the changes, or null. */
  async reload({ marks = true, pages = null } = {}) {
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    this.busy = true;
    this.list.setAttribute("aria-busy", "true");
    if (this.order.length === 0) this.wait();
    try {
      const first = await this.page(null, asked.signal);
      const visible = performance.now();
      const posts = [...first.posts];
      let next = first.next;
      const wanted = pages ?? Math.min(pagesAgain, Math.ceil(this.order.length / pageSize));
      for (let index = 1; index < wanted && next; index += 1) {
        const more = await this.page(next, asked.signal);
        posts.push(...more.posts);
        next = more.next;
      }
      this.cursor = next;
      const changes = this.show(posts, marks);
      this.sayEnd();
      this.look();
      return { ...changes, visible, page: first };
    } catch (problem) {
      if (problem.name !== "AbortError") this.fail(problem);
      return null;
    } finally {
      if (this.asked === asked) {
        this.busy = false;
        this.list.setAttribute("aria-busy", "false");
      }
    }
  }

  /** Appends the next page of the same ranked set. */
  async more() {
    if (this.busy || !this.cursor) return;
    this.busy = true;
    setText(this.end, "Loading more…");
    const asked = this.asked;
    try {
      const page = await this.page(this.cursor, asked?.signal);
      this.cursor = page.next;
      const known = new Set(this.order);
      const fresh = page.posts.filter((post) => !known.has(post.id));
      this.show([...this.order.map((id) => this.cards.get(id).post), ...fresh], false, true);
      this.sayEnd();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      if (problem.code === "unreachable" || problem.status >= 500) this.offerMore(problem);
      else this.offerFresh(problem);
      return;
    } finally {
      if (this.asked === asked) this.busy = false;
    }
    this.look();
  }

  sayEnd() {
    if (this.order.length === 0) {
      setText(this.end, "Nothing to show on this surface yet.");
    } else {
      setText(this.end, this.cursor ? "" : `That was all: ${this.order.length} items.`);
    }
  }

  offerMore(problem) {
    this.report(problem);
    this.end.replaceChildren(this.again("Load more", () => this.more()));
  }

  /** The cursor can't be followed any more: its set is gone. */
  offerFresh(problem) {
    this.cursor = null;
    this.report(problem);
    const afresh = () => this.reload({ pages: 1 });
    this.end.replaceChildren(this.again("Start from a fresh page", afresh));
  }

  fail(problem) {
    this.report(problem);
    if (this.order.length > 0) return;
    this.list.replaceChildren();
    this.end.replaceChildren(
      make("p", "", problem.title), make("p", "note", problem.detail ?? ""),
      this.again("Try again", () => this.reload({ marks: false, pages: 1 })));
  }

  again(label, then) {
    const button = make("button", "button", label);
    button.type = "button";
    button.addEventListener("click", then);
    return button;
  }

  wait() {
    this.end.replaceChildren();
    const ghosts = Array.from({ length: 4 }, () => {
      const ghost = make("li", "card ghost", make("span", "place"), make("div", "card-body",
        make("div", "bone wide"), make("div", "bone"), make("div", "bone narrow")));
      ghost.setAttribute("aria-hidden", "true");
      return ghost;
    });
    this.list.replaceChildren(...ghosts);
  }

  // MARK: What changed

  /** Puts the posts on the page; marks and animates what moved against the page before. */
  show(posts, marks, appends = false) {
    const before = new Map(this.order.map((id) => [id, this.cards.get(id).element.offsetTop]));
    const order = [...new Map(posts.map((post) => [post.id, post])).keys()];
    const now = new Set(order);
    const stayed = this.order.filter((id) => now.has(id));
    const oldPlace = new Map(stayed.map((id, index) => [id, index]));
    const changes = { added: 0, moved: 0, gone: [], nearer: 0 };
    for (const id of this.order) {
      if (!now.has(id)) changes.gone.push(this.cards.get(id).post);
    }
    const focus = this.focused();
    const top = Math.max(...posts.map((post) => post.score), 0);
    let place = 0;
    let newPlace = 0;
    for (const post of posts) {
      if (post.id !== order[place]) continue;
      place += 1;
      const known = this.cards.get(post.id);
      const card = known ?? new Card(post, (action, from) => this.act(action, from));
      if (!known) this.cards.set(post.id, card);
      if (marks && known && known.post.reason !== post.reason) changes.nearer += 1;
      card.update(post, { place, top, follows: this.isFollowed(post) });
      const move = known ? oldPlace.get(post.id) - newPlace : "new";
      if (known) newPlace += 1;
      if (!appends) card.markMove(marks ? move : 0);
      if (marks && move === "new") changes.added += 1;
      else if (marks && move !== 0) changes.moved += 1;
    }
    for (const { id } of changes.gone) this.cards.delete(id);
    this.order = order;
    this.place(order);
    if (marks && !calm.matches) this.animate(before);
    this.refocus(focus);
    return changes;
  }

  /** Brings the elements into order with as few moves as a single pass needs. */
  place(order) {
    const wanted = order.map((id) => this.cards.get(id).element);
    const keep = new Set(wanted);
    for (const child of [...this.list.children]) if (!keep.has(child)) child.remove();
    let next = this.list.firstElementChild;
    for (const element of wanted) {
      if (element === next) next = next.nextElementSibling;
      else this.list.insertBefore(element, next);
    }
  }

  animate(before) {
    const ease = { duration: 420, easing: "cubic-bezier(.2,.7,.2,1)" };
    for (const id of this.order) {
      const { element } = this.cards.get(id);
      const from = before.get(id);
      if (from === undefined) {
        element.animate([{ opacity: 0, transform: "scale(.98)" }, { opacity: 1 }], ease);
      } else if (from !== element.offsetTop) {
        const shift = Math.max(-900, Math.min(900, from - element.offsetTop));
        element.animate([{ transform: `translateY(${shift}px)` }, { transform: "none" }], ease);
      }
    }
  }

  isFollowed(post) {
    return this.follows.has(post.author);
  }

  /** Whom the person follows, as the server says. */
  setFollows(authors) {
    this.follows = new Set(authors);
    for (const card of this.cards.values()) card.showFollow(this.isFollowed(card.post));
  }

  // MARK: Focus and keys

  focused() {
    const card = document.activeElement?.closest?.(".card");
    if (!card || !this.list.contains(card)) return null;
    const id = card.dataset.item;
    return {
      id, index: this.order.indexOf(id), action: document.activeElement.dataset.action ?? "",
    };
  }

  /** Puts the focus back where it was, or on the card that took the place. */
  refocus(focus) {
    if (!focus || this.order.length === 0) return;
    const id = this.cards.has(focus.id) ? focus.id
      : this.order[Math.min(Math.max(focus.index, 0), this.order.length - 1)];
    const card = this.cards.get(id);
    const target = id === focus.id && focus.action ? card.buttons.get(focus.action) : card.element;
    if (document.activeElement !== target) target.focus({ preventScroll: id === focus.id });
  }

  keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const focus = this.focused();
    const index = focus ? focus.index : -1;
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const id = this.order[Math.min(Math.max(index + step, 0), this.order.length - 1)];
      this.cards.get(id)?.element.focus();
      event.preventDefault();
      return;
    }
    const action = actionOf(event.key);
    if (action && focus) {
      event.preventDefault();
      this.act(action, this.cards.get(focus.id));
    }
  }

  // MARK: Actions

  async act(name, card) {
    if (name === "similar") return this.similar(card);
    const { post } = card;
    card.element.classList.add("pending");
    try {
      if (name === "mute" || name === "follow") {
        const ends = name === "follow" && this.isFollowed(post);
        if (post.author) await this.actOnAuthor(ends ? "unfollow" : name, post.author);
      } else {
        await this.perform(name, post.title || post.id, () => call("POST", "/v1/interactions", {
          body: { event_id: eventID(), event: name, post_id: post.id },
        }));
      }
    } finally {
      card.element.classList.remove("pending");
    }
  }

  /** Follows, unfollows, mutes or unmutes an author. */
  async actOnAuthor(name, author) {
    const path = `/v1/follows/${encodeURIComponent(author)}`;
    await this.perform(name, author, async () => {
      if (name === "follow") {
        const answer = await call("PUT", path, { body: { weight: 1 } });
        this.follows.add(author);
        return answer;
      }
      if (name === "unfollow") {
        const answer = await call("DELETE", path);
        this.follows.delete(author);
        return answer;
      }
      return call("POST", "/v1/interactions", {
        body: { event_id: eventID(), event: name, author_id: author },
      });
    });
  }

  /** Sends a deed, asks for the page again, and tells what it changed and how soon. */
  async perform(deed, subject, send) {
    const started = performance.now();
    try {
      const answer = await send();
      const acknowledged = performance.now();
      const changes = await this.reload();
      if (!changes) return;
      this.tell({
        deed, subject, changes, ackMs: acknowledged - started,
        visibleMs: changes.visible - acknowledged, offset: answer.data?.offset,
        pageOffset: changes.page.offset,
      });
    } catch (problem) {
      if (problem.name !== "AbortError") this.report(problem);
    }
  }

  /** Shows the meter: what was done, how soon it was visible, what it changed. */
  tell(deed) {
    const { changes } = deed;
    const verb = done[deed.deed] ?? words(deed.deed);
    const parts = [];
    if (changes.added) parts.push(`${changes.added} new`);
    if (changes.moved) parts.push(`${changes.moved} moved`);
    if (changes.gone.length) parts.push(`${changes.gone.length} left`);
    const changed = parts.length ? parts.join(", ") : "the order stayed the same";
    const time = make("strong", "receipt-time", milliseconds(deed.visibleMs));
    const line = make("p", "receipt-line", make("span", "", verb, " "),
      make("q", "", deed.subject), make("span", "", " — visible in "), time,
      make("span", "", `, ${changed}.`));
    const proof = Number.isFinite(deed.offset) && Number.isFinite(deed.pageOffset)
      ? ` · event ${deed.offset}, page reflects ${deed.pageOffset}` : "";
    const note = make("p", "note",
      `acknowledged as durable after ${milliseconds(deed.ackMs)}${proof}`);
    this.receipt.replaceChildren(line, note);
    if (changes.gone.length) {
      const names = changes.gone.slice(0, 3).map((post) => post.title || post.id).join(" · ");
      const rest = changes.gone.length > 3 ? ` and ${changes.gone.length - 3} more` : "";
      this.receipt.append(make("p", "note gone", `Left the page: ${names}${rest}`));
    }
    this.receipt.hidden = false;
    this.acted({ ...deed, verb, changed });
  }

  async similar(card) {
    if (!card.similar.hidden) return card.showSimilar(null);
    card.showSimilar("Looking…");
    try {
      const { data } = await call("GET",
        `/v1/items/${encodeURIComponent(card.post.id)}/similar?limit=5`);
      const posts = (data.posts ?? data.items ?? []).map(readPost);
      card.showSimilar(posts.length ? posts : "Nothing like it yet.");
    } catch (problem) {
      card.showSimilar(null);
      this.report(problem);
    }
  }
}

