import Values

/// Records the last uses of keys; no change of the keys, so nobody reloads for it. A use before the one that stands there is none.
///
/// An input is all that one caller noted.
enum TouchKeys: BatchOperation {
    static var order: BatchOrder { .keyUses }

    static func run(_ inputs: [[KeyUse]], in writing: Writing) throws -> [Void] {
        try writing.db.queue(
            "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)",
            each: inputs.flatMap { $0 }.sorted { $0.id < $1.id }.map { use in
                SQLArguments([.int(use.moment.milliseconds), .text(use.id.text), .int(use.moment.milliseconds)])
            })
        return inputs.map { _ in () }
    }
}

extension Store {
    /// Records the last uses of keys in a transaction shared with whoever asks at the same time; returns after the commit.
    package func touchAPIKeys(_ uses: [KeyUse]) async throws {
        try await submit(uses, to: TouchKeys.self)
    }
}
