"""Tables of the sandbox: amounts are whole fen, instants ISO 8601 UTC text, dates ISO text."""

SCHEMA = """\
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE customers (
    customer_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    id_number TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    segment TEXT NOT NULL,
    editions TEXT NOT NULL,
    customer_since TEXT NOT NULL,
    merchant_id TEXT,
    preferences TEXT NOT NULL,
    risk_level TEXT,
    risk_assessed_on TEXT,
    transfer_cool_off_until TEXT,
    payments_held_until TEXT,
    CHECK ((risk_level IS NULL) = (risk_assessed_on IS NULL))
) WITHOUT ROWID;

-- A deposit is above zero, what a customer owes is below zero. The clearing account stands
-- for everybody outside the sample bank, so that every bank transaction sums to zero.
CREATE TABLE accounts (
    account_id TEXT PRIMARY KEY,
    customer_id TEXT REFERENCES customers (customer_id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (
        kind IN ('current', 'time_deposit', 'private', 'merchant', 'loan', 'credit', 'clearing')
    ),
    account_class TEXT CHECK (account_class IN ('I', 'II', 'III')),
    balance_fen INTEGER NOT NULL,
    last4 TEXT NOT NULL,
    opened_on TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'frozen')),
    CHECK ((customer_id IS NULL) = (kind = 'clearing')),
    CHECK (kind IN ('loan', 'credit', 'clearing') OR balance_fen >= 0)
) WITHOUT ROWID;
CREATE INDEX accounts_of_customer ON accounts (customer_id, account_id);

CREATE TABLE time_deposits (
    account_id TEXT PRIMARY KEY REFERENCES accounts (account_id),
    rate_bp INTEGER NOT NULL,
    term_months INTEGER NOT NULL,
    matures_on TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE credit_bills (
    account_id TEXT PRIMARY KEY REFERENCES accounts (account_id),
    granted_fen INTEGER NOT NULL,
    bill_fen INTEGER NOT NULL,
    minimum_fen INTEGER NOT NULL,
    statement_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    -- Taken off the bill since its statement: repaid, or turned into instalments.
    repaid_fen INTEGER NOT NULL DEFAULT 0,
    instalment_fen INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Accounts at companies that bill households. Top-ups of mobile numbers need no row.
CREATE TABLE utility_accounts (
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    company TEXT NOT NULL,
    holder TEXT NOT NULL,
    customer_id TEXT REFERENCES customers (customer_id),
    due_fen INTEGER NOT NULL CHECK (due_fen >= 0),
    PRIMARY KEY (kind, number)
) WITHOUT ROWID;

-- Who of the bank looked at a customer's data, when and what for.
CREATE TABLE data_accesses (
    access_id INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    at TEXT NOT NULL,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE loans (
    loan_id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    repay_account_id TEXT NOT NULL REFERENCES accounts (account_id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    principal_fen INTEGER NOT NULL,
    rate_bp INTEGER NOT NULL,
    drawn_on TEXT NOT NULL,
    instalment_fen INTEGER NOT NULL,
    instalments_left INTEGER NOT NULL,
    next_due_on TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE cards (
    number TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    last4 TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('debit', 'credit')),
    status TEXT NOT NULL CHECK (status IN ('active', 'locked', 'lost', 'inactive')),
    limit_fen INTEGER NOT NULL CHECK (limit_fen > 0),
    UNIQUE (customer_id, last4)
) WITHOUT ROWID;

CREATE TABLE payees (
    payee_id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    name TEXT NOT NULL,
    note TEXT NOT NULL,
    last4 TEXT NOT NULL,
    bank TEXT NOT NULL,
    used_before INTEGER NOT NULL CHECK (used_before IN (0, 1))
) WITHOUT ROWID;
CREATE INDEX payees_of_customer ON payees (customer_id);

CREATE TABLE holdings (
    holding_id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    product_id TEXT NOT NULL,
    name TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    risk_rating TEXT NOT NULL,
    bought_on TEXT NOT NULL,
    matures_on TEXT
) WITHOUT ROWID;
CREATE INDEX holdings_of_customer ON holdings (customer_id);

-- Orders, cases and appointments share one shape; `record` tells them apart. Visitors may
-- complain, report a scam and book a visit: those belong to no customer.
CREATE TABLE requests (
    request_id TEXT PRIMARY KEY,
    record TEXT NOT NULL CHECK (record IN ('order', 'case', 'appointment')),
    customer_id TEXT REFERENCES customers (customer_id),
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    details TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX requests_of_customer ON requests (customer_id, record);

CREATE TABLE bank_transactions (
    transaction_id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL,
    booked_at TEXT NOT NULL
);

-- One row for each account a bank transaction touches. `customer_id` and the time repeat
-- what the parents say, so that a customer's history is one index range.
CREATE TABLE entries (
    entry_id INTEGER PRIMARY KEY,
    transaction_id INTEGER NOT NULL REFERENCES bank_transactions (transaction_id),
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    customer_id TEXT,
    booked_at TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
    balance_after_fen INTEGER NOT NULL,
    counterparty TEXT NOT NULL,
    category TEXT NOT NULL,
    channel TEXT NOT NULL,
    note TEXT NOT NULL
);
-- Holds what counts and sums need, so that they read the index alone.
CREATE INDEX entries_of_customer
ON entries (customer_id, booked_on, booked_at, account_id, category, amount_fen)
WHERE customer_id IS NOT NULL;

-- How each change ended, written in the same database transaction as its effect.
CREATE TABLE outcomes (
    idempotency_key TEXT PRIMARY KEY,
    operation TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'refused')),
    reference TEXT UNIQUE,
    at TEXT NOT NULL,
    code TEXT,
    detail TEXT,
    result TEXT,
    effects TEXT NOT NULL,
    CHECK ((state = 'done') = (reference IS NOT NULL)),
    CHECK ((state = 'refused') = (code IS NOT NULL))
);

CREATE TABLE codes (
    code_id TEXT PRIMARY KEY,
    phone TEXT NOT NULL,
    purpose TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    mac BLOB NOT NULL,
    sent_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    attempts_left INTEGER NOT NULL CHECK (attempts_left >= 0),
    used_at TEXT
) WITHOUT ROWID;
CREATE INDEX codes_of_conversation ON codes (conversation_id, sent_at);

CREATE TABLE failed_proofs (subject TEXT NOT NULL, proof TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX failed_proofs_of_subject ON failed_proofs (subject, proof, at);
"""
