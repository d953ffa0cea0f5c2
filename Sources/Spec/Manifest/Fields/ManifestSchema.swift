package import Values

/// The manifest's JSON Schema (draft 2020-12), for editors and other people's tools; made from the fields that the decoder knows.
///
/// It describes one document. What only the reader can tell (names declared elsewhere, URLs in detail, moves) it leaves open, so it
/// accepts everything that is valid and refuses most of what is not.
package enum ManifestSchema {
    package static let json: JSON = {
        var object = JSONObject([
            ("$schema", "https://json-schema.org/draft/2020-12/schema"), ("title", "Integration Framework manifest"),
            ("description", "What a workspace declares: scopes, events, key policies, integrations, webhooks."),
        ])
        for member in DocumentField.objectSchema.object?.members ?? [] { object[member.key] = member.value }
        return .object(object)
    }()
}
