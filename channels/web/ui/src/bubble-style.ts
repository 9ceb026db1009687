import { css } from "lit";

export const bubbleStyle = css`
  :host {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    min-width: 0;
  }

  .name {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.45rem;
    margin: 0.75rem 0 0.3rem;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }

  .name.customer {
    align-self: flex-end;
  }

  .ai,
  .place {
    padding: 0 0.4rem;
    border: 1px solid var(--line-strong);
    border-radius: 5px;
    font-size: 0.75rem;
    line-height: 1.45;
  }

  .bubble {
    max-width: min(100%, 34rem);
    padding: 0.65rem 0.9rem;
    border: 1px solid var(--line);
    border-radius: 4px var(--radius) var(--radius) var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
  }

  .bubble:has(.card),
  .bubble:has(guitai-code-entry) {
    width: min(100%, 30rem);
  }

  .bubble.customer {
    align-self: flex-end;
    max-width: min(85%, 34rem);
    border-color: transparent;
    border-radius: var(--radius) 4px var(--radius) var(--radius);
    background: var(--customer);
    color: var(--on-customer);
  }

  .bubble.colleague {
    border-color: var(--colleague-line);
    background: var(--colleague);
  }

  .text {
    margin: 0;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  :host([preview]) .text::after {
    content: "";
    display: inline-block;
    width: 0.45rem;
    height: 1em;
    margin-inline-start: 0.15rem;
    border-radius: 1px;
    background: var(--brand);
    vertical-align: -0.12em;
    animation: blink 1s steps(2, jump-none) infinite;
  }

  @keyframes blink {
    to {
      opacity: 0;
    }
  }

  .mark {
    min-height: 0;
    min-width: 1.5rem;
    margin: 0 0.1rem;
    padding: 0.1rem 0.3rem;
    border-color: transparent;
    border-radius: 6px;
    background: var(--brand-soft);
    color: var(--link);
    font-size: 0.75rem;
    font-weight: 600;
    white-space: normal;
    vertical-align: 0.15em;
  }

  .sources {
    margin-top: 0.6rem;
    padding-top: 0.4rem;
    border-top: 1px solid var(--line);
  }

  .sources p {
    margin: 0;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }

  .sources ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .source {
    justify-content: flex-start;
    align-items: baseline;
    gap: 0.5rem;
    width: 100%;
    min-height: 0;
    padding: 0.35rem 0;
    border: 0;
    border-radius: 6px;
    background: none;
    color: var(--link);
    font-size: 0.875rem;
    text-align: start;
  }

  .source .title {
    text-decoration: underline;
    text-underline-offset: 0.2em;
    text-decoration-color: color-mix(in srgb, var(--link) 45%, transparent);
  }

  .source:hover:not(:disabled) {
    background: none;
  }

  .source:hover .title {
    text-decoration-color: currentColor;
  }

  .number {
    flex: none;
    min-width: 1.4em;
    border-radius: 5px;
    background: var(--brand-soft);
    font-size: 0.75rem;
    font-weight: 600;
    line-height: 1.4rem;
    text-align: center;
  }

  .valid {
    display: block;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    max-width: 100%;
    margin-top: 0.5rem;
  }

  .buttons button {
    border-color: var(--brand);
    color: var(--brand);
    font-weight: 500;
    text-align: start;
  }

  .buttons button:disabled {
    border-color: var(--line);
    color: var(--ink-soft);
  }

  .thumbs {
    display: flex;
    align-items: center;
    gap: 0.1rem;
    margin-top: 0.15rem;
  }

  .thumb {
    min-width: 2.25rem;
    min-height: 2.25rem;
    padding: 0;
    border-color: transparent;
    background: none;
    color: var(--ink-soft);
    font-size: 0.875rem;
  }

  .thumb[aria-pressed="true"] {
    background: var(--brand-soft);
    color: var(--brand);
  }

  .thanks {
    margin-inline-start: 0.35rem;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }

  .why {
    display: flex;
    gap: 0.5rem;
    width: min(100%, 30rem);
    margin-top: 0.25rem;
  }

  .why input {
    flex: 1;
    min-width: 0;
    min-height: var(--target);
    padding: 0.3rem 0.8rem;
    border: 1px solid var(--line-strong);
    border-radius: 10px;
    background: var(--surface);
  }
`;
