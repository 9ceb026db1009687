import { css } from "lit";

export const listStyle = css`
  :host {
    position: relative;
    display: block;
    min-width: 0;
    min-height: 0;
  }

  .scroll {
    height: 100%;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-gutter: stable both-edges;
    scrollbar-width: thin;
    outline-offset: -3px;
  }

  .column {
    display: flex;
    flex-direction: column;
    max-width: 760px;
    min-height: 100%;
    margin: 0 auto;
    padding: 0.5rem 1rem 1rem;
  }

  guitai-bubble {
    display: flex;
    margin-top: 0.5rem;
  }

  .earlier {
    align-self: center;
    margin: 0.5rem 0;
  }

  .greeting {
    margin: auto 0;
    padding: 1.5rem 0;
    text-align: center;
  }

  .greeting h2 {
    margin: 0 0 0.4rem;
    font-size: 1.375rem;
    line-height: 1.35;
  }

  .greeting p {
    max-width: 30rem;
    margin: 0 auto 1.2rem;
    color: var(--ink-soft);
    text-wrap: balance;
  }

  .suggestions {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 12rem), 1fr));
    gap: 0.6rem;
    max-width: 34rem;
    margin: 0 auto;
  }

  .suggestions button {
    min-height: 3.25rem;
    border-color: var(--line);
    border-radius: 14px;
    box-shadow: var(--shadow);
  }

  .line {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    margin: 1.1rem 0 0.4rem;
    color: var(--ink-soft);
    font-size: 0.8125rem;
    text-align: center;
  }

  .line::before,
  .line::after {
    content: "";
    flex: 1;
    min-width: 1rem;
    height: 1px;
    background: var(--line);
  }

  .status {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 0.5rem;
    margin: 0.2rem 0 0;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }

  .status.failed {
    color: var(--danger);
  }

  .dots {
    margin: 0.8rem 0 0;
  }

  .dots > span:last-child {
    display: inline-flex;
    gap: 0.3rem;
    padding: 0.8rem 0.9rem;
    border: 1px solid var(--line);
    border-radius: 4px var(--radius) var(--radius) var(--radius);
    background: var(--surface);
  }

  .dots i {
    width: 0.45rem;
    height: 0.45rem;
    border-radius: 50%;
    background: var(--ink-soft);
    animation: breathe 1.2s ease-in-out infinite;
  }

  .dots i:nth-child(2) {
    animation-delay: 0.18s;
  }

  .dots i:nth-child(3) {
    animation-delay: 0.36s;
  }

  @keyframes breathe {
    0%,
    70%,
    100% {
      opacity: 0.3;
    }

    35% {
      opacity: 1;
    }
  }

  .newest {
    position: absolute;
    inset-inline: 0;
    bottom: 0.6rem;
    width: fit-content;
    margin: 0 auto;
    box-shadow: 0 4px 16px rgb(8 30 36 / 18%);
  }
`;
