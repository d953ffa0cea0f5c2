package import Values

extension Tabled {
    /// Every field with its default filled in, secrets as their sources: what the state keeps and a plan compares.
    package var json: JSON { .object(written(absent: false)) }

    /// The same as the API shows it: what has no value as null or empty, and without the fields that no answer has.
    package var answer: JSONObject { written(absent: true) }

    /// The same as canonical JSON, without building the tree: a plan of ten thousand resources writes ten thousand.
    package var canonicalText: String {
        var copy = self
        var writer = CanonicalWriter(capacity: 384)
        writer.object(&copy)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The secrets that the fields refer to, by field path such as `secret` or `headers.X-Token`.
    package var secrets: [(field: String, source: SecretSource)] {
        var copy = self
        var writer = SecretListWriter()
        for field in Self.fields.secretFields { field.writeSecrets(&copy, &writer) }
        return writer.secrets
    }

    private func written(absent: Bool) -> JSONObject {
        var copy = self
        var writer = JSONFieldWriter(writesAbsent: absent)
        for field in Self.fields.all where !absent || field.audience.contains(.answer) { field.writeJSON(&copy, &writer) }
        return writer.object
    }
}
