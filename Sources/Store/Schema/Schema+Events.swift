extension Schema {
    /// `events.answer`: what the sender of an event with an idempotency key was told, for its repetitions; NULL where no key
    /// was given, and in rows of before. `deliveries.attempts_before`: attempts that belong to an earlier run of retries.
    static let answersAndRuns: SQL = """
        ALTER TABLE events ADD COLUMN answer {text};
        ALTER TABLE deliveries ADD COLUMN attempts_before {int} NOT NULL DEFAULT 0;
        """
}
