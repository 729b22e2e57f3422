// The box that finds a user of the demo: a combobox after the ARIA pattern of that name.

import { call } from "./api.js";
import { avatar, count, make } from "./draw.js";

const shown = 12;
const pauseMs = 120;

export class PeopleBox {
  constructor({ box, input, list, dice, choose, report }) {
    Object.assign(this, { box, input, list, choose, report });
    this.people = [];
    this.active = -1;
    input.addEventListener("input", () => this.search());
    input.addEventListener("focus", () => {
      input.select();
      this.search();
    });
    input.addEventListener("keydown", (event) => this.keyed(event));
    input.addEventListener("blur", () => this.close());
    dice.addEventListener("click", () => this.anyone());
    box.addEventListener("submit", (event) => event.preventDefault());
    // A press on an option must not take the focus away before the click counts.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  async find(query, limit) {
    const parameters = new URLSearchParams({ q: query, limit: String(limit) });
    const { data } = await call("GET", `/demo/users?${parameters}`, { as: "nobody" });
    return data.users;
  }

  /** The first user there is. */
  async first() {
    return (await this.find("", 1))[0];
  }

  async anyone() {
    try {
      const people = await this.find("", 100);
      const others = people.filter((person) => person.user_id !== this.current);
      const person = others[Math.floor(Math.random() * others.length)];
      if (person) this.choose(person);
    } catch (problem) {
      this.report(problem);
    }
  }

  /** Shows who is chosen. */
  show(person) {
    this.current = person.user_id;
    this.input.value = person.user_id;
    this.close();
  }

  search() {
    clearTimeout(this.timer);
    const query = this.input.value === this.current ? "" : this.input.value.trim();
    this.timer = setTimeout(async () => {
      const turn = this.turn = (this.turn ?? 0) + 1;
      try {
        const people = await this.find(query, shown);
        if (turn === this.turn && document.activeElement === this.input) this.open(people);
      } catch (problem) {
        this.report(problem);
      }
    }, pauseMs);
  }

  open(people) {
    this.people = people;
    this.active = -1;
    const options = people.map((person, index) => {
      const facts = [person.region, `follows ${count(person.follows)}`,
        ...(person.interests ?? []).slice(0, 3)].filter(Boolean).join(" · ");
      const option = make("li", "person-option", avatar(person.user_id), make("div", "",
        make("span", "person-name", person.user_id), make("span", "note", facts)));
      option.id = `person-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.addEventListener("click", () => this.take(index));
      return option;
    });
    if (options.length === 0) {
      const none = make("li", "person-none", "Nobody of that name or interest.");
      none.setAttribute("role", "presentation");
      options.push(none);
    }
    this.list.replaceChildren(...options);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.turn = (this.turn ?? 0) + 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.current) this.input.value = this.current;
  }

  take(index) {
    const person = this.people[index];
    if (!person) return;
    this.input.blur();
    this.choose(person);
  }

  move(step) {
    if (this.list.hidden) return this.search();
    const options = this.list.querySelectorAll('[role="option"]');
    if (options.length === 0) return;
    options[this.active]?.setAttribute("aria-selected", "false");
    this.active = (this.active + step + options.length) % options.length;
    const option = options[this.active];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  keyed(event) {
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(this.active < 0 ? 0 : -1);
    else if (event.key === "Enter" && !this.list.hidden) this.take(Math.max(this.active, 0));
    else if (event.key === "Escape") this.input.blur();
    else return;
    event.preventDefault();
  }
}
