import Spec
import Values
import YAML

/// Times what is done with the fields of webhooks, and prints one JSON object: milliseconds for all of them, the median of the rounds.
///
///     FieldsBenchmark [WEBHOOKS] [ROUNDS]
///
/// Two programs, built before and after a change, are run in turns; of each row the lower of the medians counts.
@main
enum FieldsBenchmark {
    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (count, rounds) = (numbers.first ?? 10_000, numbers.dropFirst().first ?? 7)
        let file = ManifestFile(name: "m.yaml", text: Array(manifest(count).utf8))
        let tree = try Tree(parsing: file.text)
        let reader = ManifestReader()
        guard let manifest = reader.read([(file: file, tree: tree)]).manifest else { throw UsageError() }
        let specs = manifest.resources.map(\.spec)
        let texts = specs.map(\.canonicalText)
        let trees = try texts.map { try JSON(parsing: $0) }
        let yaml = ManifestWriter.yaml(for: manifest.resources)
        var rows = JSONObject()
        func row(_ name: String, _ work: () throws -> Int) rethrows {
            var times: [Double] = []
            for _ in 0..<rounds {
                let start = ContinuousClock.now
                let done = try work()
                let time = ContinuousClock.now - start
                precondition(done > 0, "nothing was done")
                times.append(Double(time.components.attoseconds) / 1e15 + Double(time.components.seconds) * 1e3)
            }
            rows[name] = .number((times.sorted()[rounds / 2] * 1000).rounded() / 1000)
        }
        row("decode a parsed tree") { reader.read([(file: file, tree: tree)]).manifest?.resources.count ?? 0 }
        row("text to manifest") { reader.read([file]).manifest?.resources.count ?? 0 }
        row("canonical text") { specs.reduce(0) { $0 + $1.canonicalText.utf8.count } }
        row("JSON value") { specs.reduce(0) { $0 + ($1.json.object?.count ?? 0) } }
        row("read back from JSON") { trees.reduce(0) { $0 + (ResourceSpec(kind: .webhook, json: $1) == nil ? 0 : 1) } }
        try row("read back from text") {
            try texts.reduce(0) { $0 + (ResourceSpec(kind: .webhook, json: try JSON(parsing: $1)) == nil ? 0 : 1) }
        }
        let bodies = manifest.resources.compactMap { Self.body(of: $0.spec) }
        row("creation from a body") { bodies.reduce(0) { $0 + Self.read($1, into: WebhookSpec.fields.blank, isUpdate: false) } }
        row("update from a body") {
            zip(bodies, specs).reduce(0) { count, pair in
                guard case .webhook(let spec) = pair.1 else { return count }
                return count + Self.read(pair.0, into: spec, isUpdate: true)
            }
        }
        row("answer") { specs.reduce(0) { $0 + (Self.answer(of: $1)?.count ?? 0) } }
        row("list of secrets") { specs.reduce(0) { $0 + $1.secrets.count } }
        row("write as YAML") { ManifestWriter.yaml(for: manifest.resources).utf8.count }
        precondition(trees.allSatisfy { ResourceSpec(kind: .webhook, json: $0) != nil } && !yaml.isEmpty, "a spec does not read back")
        print(JSON.object(rows).text)
    }

    /// What a request would say to make the webhook: secrets in clear.
    private static func body(of spec: ResourceSpec) -> JSONObject? {
        guard var body = answer(of: spec) else { return nil }
        body["headers"] = .object(JSONObject((body["headers"]?.object?.keys ?? []).map { ($0, "value") }))
        return body
    }

    private static func answer(of spec: ResourceSpec) -> JSONObject? {
        guard case .webhook(let spec) = spec else { return nil }
        return spec.answer
    }

    /// Reads a body by the table from another module, as the runtime does.
    private static func read(_ body: JSONObject, into current: WebhookSpec, isUpdate: Bool) -> Int {
        var spec = current
        var reader = BodyReader(isUpdate: isUpdate, limit: 50, referenceProblem: { _, _, _ in nil })
        let named = spec.read(body, by: &reader)
        precondition(reader.problems.isEmpty, "a body has problems")
        return named.isEmpty ? 0 : 1
    }

    /// Some 330 bytes a webhook, of all fields.
    private static func manifest(_ count: Int) -> String {
        var text = "workspace: acme\nwebhooks:\n"
        for number in 0..<count {
            text += """
                  hook-\(number):
                    name: Hook number \(number)
                    description: Sends what happened in part \(number) to its receiver
                    url: https://hooks.example.com/receivers/\(number)
                    events: [POST_PUBLISHED, POST_FAILED, MENTION_RECEIVED]
                    headers:
                      X-Part: "\(number % 10)"
                      Authorization: { env: HOOK_AUTH_\(number % 100) }
                    retryConfig: { maxRetries: \(number % 9), initialDelay: \(number % 50 + 1)s }
                    \(number.isMultiple(of: 3) ? "status: PAUSED" : "secret: { env: HOOK_SECRET }")

                """
        }
        return text
    }
}

struct UsageError: Error {}
