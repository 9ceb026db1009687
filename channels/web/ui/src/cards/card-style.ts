import { css } from "lit";

export const cardStyle = css`
  .card {
    margin-top: 0.6rem;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    overflow: hidden;
  }

  .card h2 {
    margin: 0;
    padding: 0.65rem 0.9rem;
    border-bottom: 1px solid var(--line);
    background: var(--brand-soft);
    font-size: 0.9375rem;
    font-weight: 600;
  }

  .rows {
    margin: 0;
    padding: 0.35rem 0.9rem;
  }

  .rows > div {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1rem;
    padding: 0.4rem 0;
  }

  .rows > div + div {
    border-top: 1px solid var(--line);
  }

  .rows dt {
    flex: none;
    max-width: 100%;
    color: var(--ink-soft);
    font-size: 0.9375rem;
  }

  .rows dd {
    margin: 0;
    margin-inline-start: auto;
    text-align: end;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }

  .choices {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 6.5rem), 1fr));
    gap: 0.6rem;
    padding: 0.75rem 0.9rem;
    border-top: 1px solid var(--line);
  }

  .receipt h2 {
    display: flex;
    align-items: center;
    gap: 0.4rem;
  }

  .receipt h2 svg {
    color: var(--good);
  }

  .foot {
    margin: 0;
    padding: 0.45rem 0.9rem;
    border-top: 1px dashed var(--line-strong);
    background: var(--sunken);
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }

  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.9375rem;
  }

  th,
  td {
    padding: 0.45rem 0.9rem;
    text-align: start;
    white-space: nowrap;
  }

  th {
    color: var(--ink-soft);
    font-size: 0.875rem;
    font-weight: 500;
  }

  tr > * {
    border-bottom: 1px solid var(--line);
  }

  tbody tr:last-child > * {
    border-bottom: 0;
  }

  .figure {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }

  .product {
    padding: 0.8rem 0.9rem;
  }

  .product + .product {
    border-top: 1px solid var(--line);
  }

  .product h2 {
    margin: 0 0 0.2rem;
    padding: 0;
    border: 0;
    background: none;
    font-size: 1rem;
  }

  .product p {
    margin: 0.2rem 0;
  }

  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 1.4rem;
    margin: 0.5rem 0;
  }

  .facts dt {
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }

  .facts dd {
    margin: 0;
    font-weight: 600;
  }

  .reasons {
    margin: 0.35rem 0;
    padding-inline-start: 1.2rem;
    font-size: 0.9375rem;
  }

  .product button {
    margin-top: 0.5rem;
  }

  .reasons-title,
  .disclosure {
    color: var(--ink-soft);
    font-size: 0.875rem;
  }
`;
