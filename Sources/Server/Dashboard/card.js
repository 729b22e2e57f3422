// One card of the feed: what it is, why it is here, what can be done with it.

import { age, avatar, icon, make, meter, setMeter, setText, sourceChip, words } from "./draw.js";

/** What a person can do with a card, in the order of the buttons. */
const actions = [
  { name: "click", label: "Open", key: "o", kind: "main" },
  { name: "like", label: "Like", key: "l", kind: "main" },
  { name: "save", label: "Save", key: "s", kind: "main" },
  { name: "follow", label: "Follow", key: "f", kind: "main" },
  { name: "similar", label: "More like this", key: "m", kind: "quiet" },
  { name: "hide", label: "Hide", key: "h", kind: "quiet" },
  { name: "not_interested", label: "Not interested", key: "n", kind: "quiet", icon: "not" },
  { name: "mute", label: "Mute the author", key: "u", kind: "quiet" },
];

/** The action of a key; undefined when the key does nothing. */
export function actionOf(key) {
  return actions.find((action) => action.key === key)?.name;
}

/** Why an item is here, as `[plain, emphasised]` pieces. */
function reasonPieces(post) {
  const about = post.because;
  const author = post.author || "this author";
  switch (post.reason) {
    case "followed": return ["You follow ", about || author];
    case "near_your_taste":
      return about ? ["Near your taste — because you liked ", about] : ["Near your taste"];
    case "seen_together":
      return about ? ["Often opened together with ", about] : ["Often opened with what you opened"];
    case "trending": return about ? ["Trending in ", about] : ["Trending now"];
    case "fresh": return ["New, and waiting for its first readers"];
    case "popular": return about ? ["Popular in ", about] : ["Popular now"];
    case "topic_you_like": return about ? ["You like ", about] : ["A topic you like"];
    case "author_you_like": return ["You like what ", about || author, " posts"];
    case "similar_item": return about ? ["Similar to ", about] : ["Similar"];
    default: return [words(post.reason)];
  }
}

function reasonLine(post) {
  const line = make("p", "reason");
  line.dataset.reason = post.reason;
  reasonPieces(post).forEach((piece, index) =>
    line.append(index % 2 ? make("strong", "", piece) : piece));
  return line;
}

/** A card that stays the same element while its place and figures change. */
export class Card {
  /** `act(action, card)` is called when a button is pressed. */
  constructor(post, act) {
    this.post = post;
    this.place = make("span", "place");
    this.mark = make("span", "mark");
    this.title = make("h2", "card-title", post.title || post.id);
    this.when = make("time", "", "");
    this.reason = reasonLine(post);
    this.score = meter(0, "");
    this.scoreText = make("span", "score-text");
    this.sources = make("span", "chips");
    this.buttons = new Map(actions.map((action) => [action.name, this.button(action, act)]));
    this.similar = make("div", "similar");
    this.similar.hidden = true;
    this.similar.id = `similar-${Card.made += 1}`;
    this.buttons.get("similar").setAttribute("aria-expanded", "false");
    this.buttons.get("similar").setAttribute("aria-controls", this.similar.id);
    this.element = make("li", "card", this.place, this.body());
    this.element.tabIndex = -1;
    this.element.dataset.item = post.id;
  }

  static made = 0;

  body() {
    const { post } = this;
    const facts = make("p", "facts");
    if (post.author) facts.append(avatar(post.author), make("span", "author", post.author));
    for (const fact of [words(post.type), post.category]) {
      if (fact) facts.append(make("span", "fact", fact));
    }
    this.when.dateTime = Number.isNaN(post.created.getTime()) ? "" : post.created.toISOString();
    facts.append(this.when);
    const main = make("div", "buttons");
    const quiet = make("div", "buttons quiet-buttons");
    for (const action of actions) {
      (action.kind === "main" ? main : quiet).append(this.buttons.get(action.name));
    }
    return make("div", "card-body",
      make("div", "card-head", this.title, this.mark), facts, this.reason,
      make("p", "figures", this.score, this.scoreText, this.sources),
      make("div", "actions", main, quiet), this.similar);
  }

  button(action, act) {
    const label = make("span", "label", action.label);
    const button = make("button", "action", icon(action.icon ?? action.name), label);
    button.type = "button";
    button.dataset.action = action.name;
    if (action.kind === "quiet") button.dataset.tip = action.label;
    button.setAttribute("aria-label", `${action.label}: ${this.post.title || this.post.id}`);
    button.setAttribute("aria-keyshortcuts", action.key);
    button.addEventListener("click", () => act(action.name, this));
    return button;
  }

  /** Shows what a newer page says of the item. */
  update(post, { place, top, follows }) {
    this.post = post;
    setText(this.place, String(place));
    setText(this.when, age(post.created));
    const reason = reasonLine(post);
    this.reason.replaceWith(reason);
    this.reason = reason;
    const share = top > 0 ? Math.max(0, post.score) / top : 0;
    setMeter(this.score, share, `Score ${post.score.toFixed(3)}`);
    setText(this.scoreText, post.score.toFixed(2));
    this.sources.replaceChildren(...post.sources.map(sourceChip));
    this.showFollow(follows);
  }

  /** Shows whether the author is followed. */
  showFollow(follows) {
    const { post } = this;
    const button = this.buttons.get("follow");
    const mute = this.buttons.get("mute");
    button.hidden = mute.hidden = !post.author;
    button.setAttribute("aria-pressed", String(follows));
    button.setAttribute("aria-label", `${follows ? "Unfollow" : "Follow"} ${post.author}`);
    setText(button.querySelector(".label"), follows ? "Following" : "Follow");
    button.querySelector("use").setAttribute("href", follows ? "#i-unfollow" : "#i-follow");
  }

  /** Marks how the card came to its place: "new", a number of places, or 0. */
  markMove(move) {
    this.element.classList.remove("moved-up", "moved-down", "is-new");
    this.mark.replaceChildren();
    if (move === 0) return;
    const [state, sign, spoken] = move === "new" ? ["is-new", "new", "new on the page"]
      : move > 0 ? ["moved-up", `▲ ${move}`, `moved up ${move}`]
      : ["moved-down", `▼ ${-move}`, `moved down ${-move}`];
    this.element.classList.add(state);
    const shown = make("span", "", sign);
    shown.setAttribute("aria-hidden", "true");
    this.mark.append(shown, make("span", "spoken", spoken));
  }

  /** Shows items like this one, or a text in their place. */
  showSimilar(content) {
    this.similar.replaceChildren();
    this.similar.hidden = content === null;
    this.buttons.get("similar").setAttribute("aria-expanded", String(content !== null));
    if (content === null) return;
    if (typeof content === "string") {
      this.similar.append(make("p", "note", content));
      return;
    }
    const list = make("ul", "similar-list");
    for (const post of content) {
      list.append(make("li", "", make("span", "similar-title", post.title || post.id),
        make("span", "fact", [post.author, post.category].filter(Boolean).join(" · "))));
    }
    const title = make("q", "", this.post.title || this.post.id);
    this.similar.append(make("h3", "", "Because of ", title), list);
  }
}
