import TestSupport

/// Made-up manifests of webhooks: one half right, the other with some pieces wrong.
struct WebhookManifests {
    private var random: SeededGenerator
    private let isWrong: Bool
    private var text = ""

    /// The manifest of a number; the same in every run.
    static func manifest(_ number: Int) -> String {
        var maker = WebhookManifests(random: SeededGenerator(seed: UInt64(number) &* 7_919 &+ 8), isWrong: !number.isMultiple(of: 2))
        maker.make()
        return maker.text
    }

    private init(random: SeededGenerator, isWrong: Bool) {
        self.random = random
        self.isWrong = isWrong
    }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool { Int.random(in: 0..<whole, using: &random) < part }

    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }

    /// One of the right texts, or now and then of the wrong ones.
    private mutating func piece(_ right: [String], _ wrong: [String]) -> String {
        isWrong && chance(1, of: 6) ? pick(wrong) : pick(right)
    }

    private mutating func make() {
        text = isWrong && chance(1, of: 20) ? "workspace: Not A Name\n" : "workspace: acme\n"
        if chance(1, of: 3) { text += "events:\n  INVOICE_PAID: { description: Paid }\n" }
        text += "webhooks:\n"
        for name in ["first", "second-hook", "third"].prefix(Int.random(in: 1...3, using: &random)) {
            text += "  \(isWrong && chance(1, of: 30) ? pick(["url", "Bad Name", "events", "12", "api-token"]) : name):"
            if isWrong, chance(1, of: 40) {
                text += pick([" 5", " ~", " [a]", " text", ""]) + "\n"
            } else if chance(1, of: 8) {
                text += " { \(fields(isFlow: true).joined(separator: ", ")) }\n"
            } else {
                text += "\n" + fields(isFlow: false).map { "    \($0)\n" }.joined()
            }
        }
    }

    private mutating func fields(isFlow: Bool) -> [String] {
        var fields: [String] = []
        if chance(2, of: 3) { fields.append("name: " + piece(Self.names, Self.wrongNames)) }
        if chance(1, of: 2) { fields.append("description: " + piece(Self.descriptions, Self.wrongTexts)) }
        if !isWrong || !chance(1, of: 20) { fields.append("url: " + piece(Self.urls, Self.wrongURLs)) }
        if !isWrong || !chance(1, of: 20) { fields.append("events: " + events()) }
        if chance(1, of: 2) { fields.append("headers: " + headers(isFlow: isFlow)) }
        if chance(1, of: 2) { fields.append("retryConfig: " + retryConfig()) }
        if chance(1, of: 3) { fields.append("status: " + piece(["ACTIVE", "PAUSED", "\"PAUSED\""], Self.wrongStatuses)) }
        if chance(1, of: 3) { fields.append("secret: " + piece(Self.secrets, Self.wrongSecrets)) }
        if chance(1, of: 5) {
            fields.append("lifecycle: " + piece(["{ preventDestroy: true }", "{ preventDestroy: false }", "{}"], Self.wrongLifecycles))
        }
        if isWrong, chance(1, of: 6) { fields.append(pick(Self.wrongFields)) }
        if isWrong, chance(1, of: 25), let again = fields.randomElement(using: &random) { fields.append(again) }
        if chance(1, of: 3) { fields.shuffle(using: &random) }
        return fields
    }

    private mutating func events() -> String {
        if chance(1, of: 4) {
            return piece(["\"*\"", "[\"*\"]", "'*'"], ["POST_PUBLISHED", "[]", "~", "5", "{ a: b }", "", "true", "\"a, b\""])
        }
        var events = ["POST_PUBLISHED", "POST_FAILED", "MENTION_RECEIVED", "ALERT_TRIGGERED", "\"CAMPAIGN_STARTED\""]
        events.shuffle(using: &random)
        events = Array(events.prefix(Int.random(in: 1...4, using: &random)))
        if text.contains("INVOICE_PAID"), chance(1, of: 2) { events.append("INVOICE_PAID") }
        if isWrong, chance(1, of: 4) {
            events.append(
                pick([
                    "POST_PUBLISHD", "NOPE", "5", "~", "\"*\"", "[a]", "true", "POST_FAILED", "INVOICE_PAYED", "\"a\\0b\"", "ünï", "!x y",
                ]))
        }
        if isWrong, chance(1, of: 150) { events = (0...200).map { "EVENT_\($0)" } }
        return "[\(events.joined(separator: ", "))]"
    }

    private mutating func headers(isFlow: Bool) -> String {
        if isWrong, chance(1, of: 12) { return pick(["[a]", "~", "5", "text", "", "{ hunter2 }"]) }
        var headers = Self.headers.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random)).map { "\($0.0): \($0.1)" }
        if isWrong, chance(1, of: 2) { headers.append(pick(Self.wrongHeaders)) }
        if isWrong, chance(1, of: 150) { headers = (0...50).map { "X-H\($0): v" } }
        if headers.isEmpty { return "{}" }
        let isBlock = !isFlow && chance(2, of: 3)
        return isBlock ? headers.map { "\n      \($0)" }.joined() : "{ \(headers.joined(separator: ", ")) }"
    }

    private mutating func retryConfig() -> String {
        if isWrong, chance(1, of: 10) { return pick(["5", "~", "[]", "3 times", ""]) }
        var fields: [String] = []
        if chance(1, of: 2) { fields.append("maxRetries: " + piece(["0", "3", "7", "100", "0x10"], Self.wrongIntegers)) }
        if chance(1, of: 2) { fields.append("backoffMultiplier: " + piece(["1", "2", "1.5", "10", "2e0", "9.999"], Self.wrongNumbers)) }
        if chance(1, of: 2) { fields.append("initialDelay: " + piece(["1ms", "5s", "90s", "2m", "1000ms"], Self.wrongDurations)) }
        if chance(1, of: 2) { fields.append("maxDelay: " + piece(["12h", "30d", "3m", "24h", "\"5m\""], Self.wrongDurations)) }
        if isWrong, chance(1, of: 8) {
            fields.append(pick(["maxRetrys: 4", "retries: 4", "jitter: true", "<<: {}", "[a]: b", "token: abc", "5: 5"]))
        }
        return "{ \(fields.joined(separator: ", ")) }"
    }
}

extension WebhookManifests {
    private static let names = ["Hook", "\"Ünïcode 🎉\"", "'it''s'", "Several words here", "\"5\"", "cafe\u{301}", "\"a\\\\b\""]
    private static let wrongNames =
        wrongTexts + ["\"two\\nlines\"", "\"a\\tb\"", "\(String(repeating: "x", count: 201))", "\(String(repeating: "ü", count: 201))"]
    private static let descriptions = ["Text", "\"Line\\nbreak\"", "'quo\"te'", "\"\\u2028\"", "日本語", "\"a # b\""]
    private static let wrongTexts = [
        "5", "true", "~", "", "\"\"", "\"  \"", "[a]", "{ a: b }", "\"nul\\0\"", "!x y", "1.5", "\"\\e\"", "\"\\x85\"",
    ]
    private static let urls = [
        "https://example.com/hook", "https://hooks.example.com:8443/a?b=c", "http://127.0.0.1:9000/", "https://xn--bcher-kva.example/",
        "\"https://example.com/a?b=%23c\"", "HTTPS://EXAMPLE.com",
    ]
    private static let wrongURLs = [
        "http://example.com", "https://user:pass@example.com/", "nonsense", "5", "~", "", "[a]", "https://", "\"https://a b\"",
        "ftp://example.com",
        "https://exa_mple..com", "https://10.0.0.256/", "\"https://example.com/a#b\"", "\"https://example.com/\\0\"", "true",
    ]
    private static let wrongStatuses = ["DISABLED", "active", "PAUSD", "5", "~", "[ACTIVE]", "true", "\"\""]
    private static let secrets = ["{ env: HOOK_SECRET }", "{ file: ./secret.txt }", "{ \"env\": _X9 }"]
    private static let wrongSecrets = [
        "hunter2hunter2hunter2", "5", "~", "", "{}", "{ env: A, file: b }", "{ env: 9A }", "{ envv: A }", "{ hunter2 }", "{ stored: true }",
        "[a]",
        "{ env: 5 }", "{ file: \"\" }", "{ env: A, env: B }", "{ <<: {}, env: A }", "#hunter2", "true",
    ]
    private static let wrongLifecycles = [
        "true", "~", "{ preventDestroy: yes }", "{ preventDestroys: true }", "{ preventDestroy: 1 }", "[]",
    ]
    private static let wrongFields = [
        "nmae: x", "urls: [a]", "event: x", "secrets: { env: A }", "foo: bar", "token: abc", "5: x", "retries: 5", "<<: {}",
        "? [a]\n    : b",
        "\"url \": x", "retryconfig: {}", "webhooks: {}", "URL: https://example.com", "\"\": x", "~: x", "apiKey: hunter2",
    ]
    private static let headers = [
        ("X-Custom", "value"), ("X-Env", "\"production\""), ("Accept", "application/json"), ("Authorization", "{ env: HOOK_AUTH }"),
        ("X-Api-Key", "{ file: ./key }"), ("X-Token.v2", "{ env: TOKEN }"), ("X-Plain", "{ env: PLAIN }"), ("X-Quote", "'a\"b'"),
        ("12", "\"5\""), ("X-Token-Url", "plain"), ("User-Agent", "\"it's me\""),
    ]
    private static let wrongHeaders = [
        "Authorization: Bearer abc", "\"Bad Name\": x", "Host: x", "webhook-id: x", "Content-Type: x", "x-custom: again", "X-CUSTOM: again",
        "X-A: { stored: true }", "X-A: { envv: A }", "X-A: { env: A, file: B }", "X-A: 5", "X-A: ~", "X-A: \"a\\nb\"", "X-A: ünï",
        "X-A: \"\"",
        "X-A: \" b\"", "X-A: [a]", "\"\": x", "<<: {}", "X-Custom: twice", "X-Secret: ~", "\"X-Token \": hunter2", "X-Api-Key: [hunter2]",
        "authorization: { env: A }", "X-A: \"\\0\"", "[a]: b",
    ]
    private static let wrongIntegers = ["101", "-1", "1.5", "\"3\"", "~", "many", "99999999999999999999", "[]", "true", "1e2", ""]
    private static let wrongNumbers = ["0.99", "10.5", "-2", ".inf", ".nan", "\"2\"", "~", "x", "1e400", "{}"]
    private static let wrongDurations = [
        "5", "0s", "31d", "5 s", "1w", "~", "1.5h", "soon", "9999999999999999s", "999999999999999d", "-5s", "[5s]", "true", "\"\"", "5S",
        "800h",
    ]
}
