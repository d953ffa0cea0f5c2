import Testing
import Values

@testable import Spec

/// The table of webhooks and the structs that it describes hold each other.
struct WebhookFieldsTests {
    private static let whole = WebhookSpec(
        name: "Hook", description: "Text", url: "https://example.com/hook", events: ["POST_PUBLISHED", "POST_FAILED"],
        headers: [.init(name: "Authorization", value: .secret(.environment("HOOK_AUTH"))), .init(name: "X-Plain", value: .text("a"))],
        retryConfig: .init(maxRetries: 7, backoffMultiplier: 1.5, initialDelay: .seconds(9), maxDelay: .seconds(600)), status: .paused,
        secret: .file("./secret"))

    @Test func `every property has an entry, and every entry of the spec a property`() {
        #expect(properties(of: WebhookSpec.fields.blank) == entries(of: WebhookSpec.self))
        #expect(properties(of: WebhookSpec.RetryConfig()) == entries(of: WebhookSpec.RetryConfig.self))
    }

    private func properties(of value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }

    private func entries<Root: Tabled>(of type: Root.Type) -> [String] {
        Root.fields.all.filter { $0.path != nil }.map(\.key.name)
    }

    @Test func `every entry goes through each medium and back`() throws {
        for entry in WebhookSpec.fields.all where entry.path != nil {
            let spec = try alone(entry, of: Self.whole)
            #expect(spec != WebhookSpec.fields.blank, "\(entry.key.name) is at its default in the sample")
            try checkRoundTrips(of: spec)
        }
        for entry in WebhookSpec.RetryConfig.fields.all {
            var spec = WebhookSpec(name: "n", url: "https://example.com", events: ["*"])
            spec.retryConfig = try alone(entry, of: Self.whole.retryConfig)
            #expect(spec.retryConfig != .init(), "\(entry.key.name) is at its default in the sample")
            try checkRoundTrips(of: spec)
        }
        try checkRoundTrips(of: Self.whole)
    }

    /// The defaults but for one field and those that must be there.
    private func alone<Root: Tabled>(_ entry: Field<Root>, of whole: Root) throws -> Root {
        var object = Root.fields.blank.json.object ?? JSONObject()
        for field in Root.fields.all where field === entry || field.presence != .optional {
            object[field.key.name] = whole.json[field.key.name]
        }
        return try #require(Root(json: .object(object)))
    }

    private func checkRoundTrips(of spec: WebhookSpec, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
        #expect(WebhookSpec(json: spec.json) == spec, sourceLocation: sourceLocation)
        #expect(WebhookSpec(json: try JSON(parsing: spec.canonicalText)) == spec, sourceLocation: sourceLocation)
        #expect(spec.canonicalText == spec.json.canonicalText, sourceLocation: sourceLocation)
        let resource = Resource(
            address: Address(workspace: "w", kind: .webhook, name: "a"), owner: "", source: SourceLocation(file: "m", line: 1, column: 1),
            preventDestroy: false, spec: .webhook(spec))
        let reading = read(ManifestWriter.yaml(for: [resource]))
        #expect(reading.manifest?.resources.map(\.spec) == [.webhook(spec)], "\(reading.diagnostics)", sourceLocation: sourceLocation)
        // Over HTTP the answer is a body that changes nothing; what is kept as a secret is given back as it is shown.
        var body = spec.answer
        var (again, reader) = (spec, BodyReader(isUpdate: true, limit: 50, referenceProblem: { _, _, _ in nil }))
        _ = reader.read(body, into: &again)
        #expect(reader.problems == [], sourceLocation: sourceLocation)
        #expect(again == spec, sourceLocation: sourceLocation)
        var (made, maker) = (WebhookSpec.fields.blank, BodyReader(isUpdate: false, limit: 50, referenceProblem: { _, _, _ in nil }))
        for header in spec.headers where header.value.json.string == nil {
            body = try #require(JSON.object(body).setting(["headers", header.name], to: "value").object)
        }
        _ = maker.read(body, into: &made)
        var expected = spec
        expected.secret = nil
        expected.headers = spec.headers.map { .init(name: $0.name, value: $0.value.json.string == nil ? .secret(.stored) : $0.value) }
        #expect(maker.problems == [], sourceLocation: sourceLocation)
        #expect(made == expected, sourceLocation: sourceLocation)
        #expect(Set(maker.secrets.keys) == Set(spec.secrets.map(\.field)).subtracting(["secret"]), sourceLocation: sourceLocation)
    }

    @Test func `the signing secret is in no answer, and given over HTTP it goes beside the spec`() {
        #expect(Self.whole.json["secret"] != nil)
        #expect(Self.whole.answer["secret"] == nil)
        #expect(WebhookSpec.fields.answerSchema["properties"]?["secret"] == nil)
        let body = JSONObject([("secret", "sixteen-or-more-characters")])
        for (before, after) in [(nil, nil), (SecretSource.environment("A"), SecretSource.stored)] as [(SecretSource?, SecretSource?)] {
            var spec = Self.whole
            spec.secret = before
            var reader = BodyReader(isUpdate: true, limit: 50, referenceProblem: { _, _, _ in nil })
            #expect(reader.read(body, into: &spec) == WebhookSpec.fields.set(of: \.secret))
            #expect(spec.secret == after)
            #expect(reader.secrets == ["secret": Secret("sixteen-or-more-characters")])
        }
    }

    @Test func `lifecycle is for manifests alone`() {
        #expect(WebhookSpec.fields.manifestSchema["properties"]?["lifecycle"] != nil)
        #expect(WebhookSpec.fields.requestSchema(of: .creation)["properties"]?["lifecycle"] == nil)
        var (spec, reader) = (Self.whole, BodyReader(isUpdate: true, limit: 50, referenceProblem: { _, _, _ in nil }))
        _ = reader.read(JSONObject([("lifecycle", .object(JSONObject()))]), into: &spec)
        #expect(reader.problems.map(\.message) == ["is not a field of this request"])
    }

    @Test func `a creation requires what an update may leave out`() {
        #expect(WebhookSpec.fields.requestSchema(of: .creation)["required"] == ["name", "url", "events"])
        #expect(WebhookSpec.fields.requestSchema(of: .update)["required"] == nil)
        var (spec, reader) = (WebhookSpec.fields.blank, BodyReader(isUpdate: false, limit: 50, referenceProblem: { _, _, _ in nil }))
        _ = reader.read(JSONObject(), into: &spec)
        #expect(reader.problems.map(\.field) == ["name", "url", "events"])
    }

    @Test func `what the state keeps is read though a range was narrowed or a field is younger`() throws {
        var object = try #require(Self.whole.json.object)
        object["retryConfig"] = ["maxRetries": 1000, "initialDelay": "90d"]
        object["status"] = nil
        let spec = try #require(WebhookSpec(json: .object(object)))
        #expect(spec.retryConfig == .init(maxRetries: 1000, initialDelay: .seconds(90 * 86_400)))
        #expect(spec.status == .active)
        object["url"] = nil
        #expect(WebhookSpec(json: .object(object)) == nil)
    }

    @Test func `the prose of a default is the default`() {
        let schema = WebhookSpec.RetryConfig.fields.manifestSchema
        #expect(
            ["maxRetries", "backoffMultiplier", "initialDelay", "maxDelay"].map { schema["properties"]?[$0]?["description"]?.string } == [
                "Attempts after the first one; 3 where it is left out.",
                "Each delay is this many times the one before; 2 where it is left out.", "Before the first retry; 5s where it is left out.",
                "No delay is longer; 12h where it is left out.",
            ])
    }
}
