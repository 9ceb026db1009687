/** Requests that wait for a colleague's video check: list, evidence, checklist, decision. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import * as api from "./api.ts";
import type { Locale, Review, ReviewItem } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { dateAndTime } from "./strings.ts";
import { deskWords, type DeskKey } from "./strings-desk.ts";

const POLL_MS = 3_000;

@customElement("guitai-desk-reviews")
export class DeskReviews extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(17rem, 24rem) minmax(0, 1fr);
        min-height: 0;
      }

      nav {
        padding: 1rem 0.6rem;
        overflow-y: auto;
        border-inline-end: 1px solid var(--line);
        background: var(--surface);
      }

      h2,
      h3 {
        margin: 0 0 0.5rem;
        font-size: 1rem;
      }

      nav button {
        display: block;
        width: 100%;
        margin-top: 0.4rem;
        padding: 0.65rem 0.8rem;
        border-color: var(--line);
        border-radius: 12px;
        text-align: start;
      }

      nav button[aria-current="true"] {
        border-color: var(--brand);
        background: var(--brand-soft);
      }

      .soft {
        display: block;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      article {
        padding: 1.2rem;
        overflow-y: auto;
      }

      section {
        max-width: 44rem;
        margin-bottom: 1rem;
        padding: 0.9rem 1.1rem;
        border: 1px solid var(--line);
        border-radius: 12px;
        background: var(--surface);
      }

      label {
        display: flex;
        gap: 0.5rem;
        padding: 0.25rem 0;
      }

      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        align-items: center;
      }

      @media (max-width: 56rem) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) token = "";
  @property({ attribute: false }) colleague = "";
  @state() private reviews: Review[] = [];
  @state() private reasons: ReviewItem[] = [];
  @state() private chosen: Review | null = null;
  @state() private ticked: ReadonlySet<string> = new Set();
  @state() private code = "";
  @state() private problem: DeskKey | null = null;
  private timer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.poll();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override render() {
    const { locale } = this;
    return html`<nav aria-label=${deskWords(locale, "reviews")}>
        <h2>${deskWords(locale, "reviews")}</h2>
        <span class="soft" role="status"
          >${this.reviews.length === 0 ? deskWords(locale, "noReviews") : ""}</span
        >
        ${this.reviews.map((review) => this.entry(review))}
      </nav>
      <article>
        <div role="status">
          ${this.problem ? html`<p>${deskWords(locale, this.problem)}</p>` : nothing}
        </div>
        ${this.chosen ? this.detail(this.chosen) : deskWords(locale, "chooseReview")}
      </article>`;
  }

  private entry(review: Review): TemplateResult {
    const { locale } = this;
    const status = review.status === "seconding" ? "seconding" : "waiting";
    return html`<button
      type="button"
      aria-current=${review.review_id === this.chosen?.review_id}
      @click=${() => this.choose(review)}
    >
      <strong>${review.customer.name} · ${review.title}</strong>
      <span class="soft"
        >${deskWords(locale, status)} · ${dateAndTime(locale, review.created_at)}
        ${review.colleague ? deskWords(locale, "colleague", { name: review.colleague }) : ""}</span
      >
    </button>`;
  }

  private detail(review: Review): TemplateResult {
    const { locale } = this;
    const done = review.checklist.every((check) => this.ticked.has(check.id));
    return html`<section>
        <h2>${review.customer.name} · ${review.title}</h2>
        <dl class="rows">
          ${Object.entries(review.arguments).map(
            ([name, value]) => html`<div><dt>${name}</dt><dd>${String(value)}</dd></div>`,
          )}
        </dl>
        ${review.four_eyes
          ? html`<p>${deskWords(locale, "fourEyes", { n: review.verdicts.length })}</p>`
          : nothing}
        <button type="button" @click=${() => this.act(api.claimReview(this.token, review.review_id))}>
          ${deskWords(locale, "claim")}
        </button>
      </section>
      <section>
        <h3>${deskWords(locale, "evidence")}</h3>
        <ul>
          ${review.evidence.map(
            (event) => html`<li>
              ${dateAndTime(locale, String(event["at"]))} ·
              ${[event["type"], event["proof"], event["level"], event["decision"]]
                .filter((each) => each !== undefined && each !== null)
                .join(" ")}
            </li>`,
          )}
        </ul>
      </section>
      <section>
        <h3>${deskWords(locale, "checklist")}</h3>
        ${review.checklist.map(
          (check) => html`<label>
            <input
              type="checkbox"
              .checked=${this.ticked.has(check.id)}
              @change=${() => this.tick(check.id)}
            />${check.text}
          </label>`,
        )}
        <div class="choices">
          <button
            type="button"
            class="primary"
            ?disabled=${!done}
            @click=${() => this.decide(review, "approve")}
          >
            ${deskWords(locale, "approve")}
          </button>
          <select
            aria-label=${deskWords(locale, "refusal")}
            @change=${(event: Event) => (this.code = (event.target as HTMLSelectElement).value)}
          >
            <option value="">${deskWords(locale, "refusal")}</option>
            ${this.reasons.map(
              (reason) => html`<option value=${reason.id} title=${reason.text}>
                ${reason.text.slice(0, 28)}…
              </option>`,
            )}
          </select>
          <button
            type="button"
            ?disabled=${this.code === ""}
            @click=${() => this.decide(review, "refuse")}
          >
            ${deskWords(locale, "refuse")}
          </button>
        </div>
      </section>`;
  }

  private tick(id: string): void {
    const ticked = new Set(this.ticked);
    if (!ticked.delete(id)) ticked.add(id);
    this.ticked = ticked;
  }

  private choose(review: Review): void {
    this.chosen = review;
    this.ticked = new Set();
    this.code = "";
    this.problem = null;
    void this.poll();
  }

  private async decide(review: Review, decision: "approve" | "refuse"): Promise<void> {
    const checks = [...this.ticked];
    const body = decision === "approve" ? { decision, checks } : { decision, checks, code: this.code };
    await this.act(api.decideReview(this.token, review.review_id, body));
  }

  private async act(call: Promise<unknown>): Promise<void> {
    this.problem = null;
    try {
      await call;
    } catch (problem) {
      if (!(problem instanceof api.HttpProblem)) throw problem;
      this.problem = "taken";
    }
    await this.poll();
  }

  private async poll(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const found = await api.reviews(this.token);
      this.reviews = found.reviews;
      this.reasons = found.reasons;
      const { chosen } = this;
      const open = found.reviews.some((review) => review.review_id === chosen?.review_id);
      this.chosen = chosen && open ? await api.review(this.token, chosen.review_id) : null;
      if (this.problem === "unreachable") this.problem = null;
    } catch (problem) {
      if (!(problem instanceof api.HttpProblem)) throw problem;
      this.problem = "unreachable";
    }
    if (this.isConnected) this.timer = setTimeout(() => void this.poll(), POLL_MS);
  }
}
