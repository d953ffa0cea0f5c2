import Spec
import TestSupport
import Values

/// Made-up bodies of creations and updates of webhooks: one half right, the other with some pieces wrong.
struct WebhookBodies {
    private var random: SeededGenerator
    private let isWrong: Bool
    /// What the body updates; nil where it creates.
    private(set) var current: WebhookSpec?
    private(set) var body = ""

    init(_ number: Int) {
        random = SeededGenerator(seed: UInt64(number) &* 104_729 &+ 5)
        isWrong = !number.isMultiple(of: 2)
        if chance(1, of: 2) { current = makeSpec() }
        body = isWrong && chance(1, of: 60) ? pick(["[]", "5", "null", "\"text\"", "{}"]) : "{\(members().joined(separator: ","))}"
    }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool { Int.random(in: 0..<whole, using: &random) < part }

    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }

    private mutating func piece(_ right: [String], _ wrong: [String]) -> String {
        isWrong && chance(1, of: 6) ? pick(wrong) : pick(right)
    }

    private mutating func makeSpec() -> WebhookSpec {
        WebhookSpec(
            name: "Now", description: chance(1, of: 2) ? "Text" : nil, url: "https://example.com/now",
            events: chance(1, of: 2) ? ["*"] : ["POST_PUBLISHED", "POST_FAILED"],
            headers: chance(1, of: 2)
                ? [
                    .init(name: "X-Plain", value: .text("a")), .init(name: "Authorization", value: .secret(.stored)),
                    .init(name: "X-Env", value: .secret(.environment("A"))),
                ] : [],
            retryConfig: chance(1, of: 2) ? .init() : .init(maxRetries: 9, initialDelay: .seconds(60), maxDelay: .seconds(600)),
            status: chance(1, of: 2) ? .active : .paused, secret: [nil, .environment("S"), .stored].randomElement(using: &random) ?? nil)
    }

    private mutating func members() -> [String] {
        let needed = current == nil ? 19 : 8
        var members: [String] = []
        if chance(!isWrong && current == nil ? 20 : needed, of: 20) { members.append("\"name\":" + piece(Self.names, Self.wrongTexts)) }
        if chance(1, of: 2) { members.append("\"description\":" + piece(Self.descriptions, Self.wrongTexts)) }
        if chance(!isWrong && current == nil ? 20 : needed, of: 20) { members.append("\"url\":" + piece(Self.urls, Self.wrongURLs)) }
        if chance(!isWrong && current == nil ? 20 : needed, of: 20) { members.append("\"events\":" + events()) }
        if chance(1, of: 2) { members.append("\"headers\":" + headers()) }
        if chance(1, of: 2) { members.append("\"retryConfig\":" + retryConfig()) }
        if chance(1, of: 3) { members.append("\"status\":" + piece([#""ACTIVE""#, #""PAUSED""#, "null"], Self.wrongStatuses)) }
        if chance(1, of: 4) { members.append("\"secret\":" + piece(Self.secrets, Self.wrongSecrets)) }
        if isWrong, chance(1, of: 5) { members.append(pick(Self.wrongMembers)) }
        if chance(1, of: 3) { members.shuffle(using: &random) }
        return members
    }

    private mutating func events() -> String {
        if isWrong, chance(1, of: 5) {
            return pick(["[]", "null", "5", "\"*\"", "{}", "[5]", "[null]", "[\"*\",\"POST_FAILED\"]", "[[]]", "true"])
        }
        if chance(1, of: 4) { return "[\"*\"]" }
        var events = ["POST_PUBLISHED", "POST_FAILED", "MENTION_RECEIVED", "INVOICE_PAID"].shuffled(using: &random)
        events = Array(events.prefix(Int.random(in: 1...4, using: &random)))
        if isWrong, chance(1, of: 4) { events += Array(repeating: "NOPE", count: Int.random(in: 1...8, using: &random)) }
        if isWrong, chance(1, of: 6) { events.append(pick(["POST_PUBLISHD", "a\\u0000b", "POST_FAILED", "", "ünï"])) }
        if isWrong, chance(1, of: 150) { events = (0...200).map { "EVENT_\($0)" } }
        return "[\(events.map { "\"\($0)\"" }.joined(separator: ","))]"
    }

    private mutating func headers() -> String {
        if isWrong, chance(1, of: 12) { return pick(["[]", "null", "5", "\"text\"", "true"]) }
        var headers = Array(Self.headers.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random)))
        if current?.headers.isEmpty == false, chance(1, of: 2) { headers = Self.kept }
        if isWrong, chance(1, of: 2) { headers.append(pick(Self.wrongHeaders)) }
        if isWrong, chance(1, of: 150) { headers = (0...50).map { "\"X-H\($0)\":\"v\"" } }
        return "{\(headers.joined(separator: ","))}"
    }

    private mutating func retryConfig() -> String {
        if isWrong, chance(1, of: 10) { return pick(["5", "null", "[]", "\"3 times\""]) }
        var members: [String] = []
        if chance(1, of: 2) { members.append("\"maxRetries\":" + piece(["0", "3", "7", "100", "5.0", "null"], Self.wrongIntegers)) }
        if chance(1, of: 2) { members.append("\"backoffMultiplier\":" + piece(["1", "2", "1.5", "10", "2e0"], Self.wrongNumbers)) }
        if chance(1, of: 2) { members.append("\"initialDelay\":" + piece([#""1ms""#, #""5s""#, #""9s""#, "null"], Self.wrongDurations)) }
        if chance(1, of: 2) { members.append("\"maxDelay\":" + piece([#""12h""#, #""30d""#, #""600m""#], Self.wrongDurations)) }
        if isWrong, chance(1, of: 8) { members.append(pick([#""maxRetrys":4"#, #""retries":4"#, #""jitter":true"#, #""":1"#])) }
        return "{\(members.joined(separator: ","))}"
    }
}

extension WebhookBodies {
    private static let names = [#""Hook""#, #""Ünïcode 🎉""#, #""cafe\u0301""#, #""a\\b""#, #""5""#]
    private static let descriptions = [#""Text""#, #""Line\nbreak""#, "null", #""\u2028""#]
    private static let wrongTexts = [
        "5", "true", "null", #""""#, #""  ""#, "[]", "{}", #""nul\u0000""#, #""\u001b""#, #""a\tb""#,
        "\"\(String(repeating: "ü", count: 1001))\"",
    ]
    private static let urls = [
        #""https://example.com/hook""#, #""https://example.com/now""#, #""https://hooks.example.com:8443/a?b=c""#,
        #""http://127.0.0.1:9000/""#,
        #""https://example.com/other""#, "null",
    ]
    private static let wrongURLs = [
        #""http://example.com""#, #""https://user:pass@example.com/""#, #""nonsense""#, "5", #""https://10.0.0.1/""#, #""https://0x7f.1/""#,
        #""https://[::ffff:169.254.169.254]/""#, #""https://a\u0000b/""#, "[]", #""""#,
    ]
    private static let wrongStatuses = [#""DISABLED""#, #""active""#, "5", "[]", "true", #""""#]
    private static let secrets = [#""sixteen-or-more-characters""#, #""whsec_AAECAwQFBgcICQoLDA0ODw==""#, "null"]
    private static let wrongSecrets = [
        #""short""#, "5", #"{"env":"A"}"#, #"{"stored":true}"#, #""with a space in it""#, #""nul\u0000nul-nul-nul-nul""#,
    ]
    private static let wrongMembers = [
        #""nmae":"x""#, #""urls":[]"#, #""event":"x""#, #""foo":1"#, #""lifecycle":{"preventDestroy":true}"#, #""id":"x""#,
        #""retryconfig":{}"#,
        #""":null"#, #""secrets":{}"#, #""disabledAt":null"#,
    ]
    private static let headers = [
        #""X-Custom":"value""#, #""X-Env":"production""#, #""Accept":"application/json""#, #""Authorization":"Bearer abc""#,
        #""X-Api-Key":"k""#,
        #""X-Token.v2":"t""#, #""X-Quote":"a\"b""#, #""12":"5""#, #""X-Token-Url":"plain""#,
    ]
    private static let kept = [#""X-Plain":"a""#, #""Authorization":{"stored":true}"#, #""X-Env":{"env":"A"}"#]
    private static let wrongHeaders = [
        #""Bad Name":"x""#, #""Host":"x""#, #""webhook-id":"x""#, #""x-custom":"again""#, #""X-CUSTOM":"again""#, #""X-A":{"stored":true}"#,
        #""X-A":{"env":"A"}"#, #""X-A":5"#, #""X-A":null"#, #""X-A":"a\nb""#, #""X-A":"ünï""#, #""X-A":"""#, #""X-A":" b""#, #""X-A":[]"#,
        #""":"x""#, #""authorization":"b""#, #""X-A":"\u0000""#, #""Authorization":{"env":"Z"}"#, #""X-Secret":"a b\u0007""#,
    ]
    private static let wrongIntegers = ["101", "-1", "1.5", #""3""#, "99999999999999999999", "[]", "true", "1e400"]
    private static let wrongNumbers = ["0.99", "10.5", "-2", #""2""#, "{}", "1e300"]
    private static let wrongDurations = ["5", #""0s""#, #""31d""#, #""5 s""#, #""1w""#, #""""#, #""999999999999999d""#, #""800h""#, "[]"]
}
