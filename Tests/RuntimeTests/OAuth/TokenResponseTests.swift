import Spec
import Store
import Testing
import Values

@testable import IntegrationRuntime

struct TokenResponseTests {
    static let config = EffectiveConfig(OAuthWorld.spec())
    static let good: JSON = [
        "access_token": "a", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r", "scope": "read write",
    ]

    func parse(_ json: JSON, config: EffectiveConfig = Self.config) throws(TokenFailure) -> TokenResponse {
        try TokenResponse(.json(json), config: config)
    }

    static func with(_ name: String, _ value: JSON?) -> JSON {
        var object = good.object ?? JSONObject()
        object[name] = value
        return .object(object)
    }

    @Test func `a complete response`() throws {
        let response = try parse(Self.good)
        #expect(response.accessToken == Secret("a"))
        #expect(response.refreshToken == Secret("r"))
        #expect(response.expiresIn == .seconds(3600))
        #expect(response.scopes == ["read", "write"])
    }

    @Test(arguments: ["access_token", "token_type"])
    func `B7: a missing member is refused`(name: String) {
        #expect(throws: TokenFailure(.malformed, "the token response has no `\(name)`")) { try parse(Self.with(name, nil)) }
    }

    @Test(arguments: [
        ("access_token", JSON.string("")), ("access_token", 7), ("access_token", nil), ("access_token", "a\nb"), ("refresh_token", ""),
        ("refresh_token", nil), ("refresh_token", 7), ("token_type", 7), ("token_type", "mac"), ("token_type", "DPoP"), ("scope", 7),
        ("expires_in", "abc"), ("expires_in", -1), ("expires_in", ""), ("expires_in", "3600s"), ("expires_in", true),
    ])
    func `B7, B8, B9: a member of the wrong kind is refused`(name: String, value: JSON) {
        let error = #expect(throws: TokenFailure.self) { try parse(Self.with(name, value)) }
        #expect(error?.kind == .malformed)
    }

    @Test(arguments: ["bearer", "BEARER", "Bearer"])
    func `B8: the token type compares without case`(type: String) throws {
        #expect(try parse(Self.with("token_type", .string(type))).tokenType == type)
    }

    @Test(arguments: [
        (JSON.number(0), Duration.seconds(0)), ("3600", .seconds(3600)), (59.9, .seconds(59)), (1e12, .seconds(10 * 366 * 86_400)),
    ])
    func `B9: numbers and numeric strings, with a bound`(value: JSON, expected: Duration) throws {
        #expect(try parse(Self.with("expires_in", value)).expiresIn == expected)
    }

    @Test func `B9, B10, C1: what is absent is not known, rather than never`() throws {
        #expect(try parse(Self.with("expires_in", nil)).expiresIn == nil)
        #expect(try parse(Self.with("scope", nil)).scopes == nil)
        var object = Self.good.object ?? JSONObject()
        object["refresh_token"] = nil
        #expect(try parse(.object(object)).refreshToken == nil)
    }

    @Test(arguments: ["text/html", "text/plain; charset=utf-8", ""])
    func `B6: only JSON counts`(type: String) {
        let response = ProviderResponse(status: 200, headers: [("Content-Type", type)], body: Self.good.utf8)
        let error = #expect(throws: TokenFailure.self) { try TokenResponse(response, config: Self.config) }
        #expect(error?.kind == .malformed)
    }

    @Test(arguments: ["", "[]", "\"x\"", "{", "<html>"])
    func `B7: anything but an object is refused`(body: String) {
        let response = ProviderResponse(status: 200, headers: [("content-type", "application/json")], body: Array(body.utf8))
        let error = #expect(throws: TokenFailure.self) { try TokenResponse(response, config: Self.config) }
        #expect(error?.kind == .malformed)
    }

    @Test(arguments: [201, 204, 206])
    func `B7: another success is none`(status: Int) {
        #expect(throws: TokenFailure.self) { try TokenResponse(.json(Self.good, status: status), config: Self.config) }
    }

    @Test func `a provider that fails with 200 is understood by its quirk alone`() {
        let zoho = EffectiveConfig(IntegrationSpec(name: "Z", type: .crm, provider: "zoho-crm"))
        let error = #expect(throws: TokenFailure.self) { try parse(["error": "invalid_code"], config: zoho) }
        #expect(error?.kind == .grant)
        let plain = #expect(throws: TokenFailure.self) { try parse(["error": "invalid_code"]) }
        #expect(plain?.kind == .malformed)
    }

    @Test(arguments: [
        ("https://eu1.my.salesforce.com", true), ("https://evil.example", false), ("http://eu1.my.salesforce.com", false),
        ("https://my.salesforce.com.evil.example", false), ("https://user@eu1.my.salesforce.com", false),
    ])
    func `D7: an API address is kept only on the provider's own hosts`(url: String, isKept: Bool) throws {
        let salesforce = EffectiveConfig(IntegrationSpec(name: "S", type: .crm, provider: "salesforce"))
        let response = try parse(Self.with("instance_url", .string(url)), config: salesforce)
        #expect((response.metadata["instance_url"] != nil) == isKept)
    }
}

struct TokenFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var status: Int
        var body: String
        var kind: TokenFailure.Class
        var provider = "custom"
        var testDescription: String { "\(provider) \(status) \(body)" }
    }

    @Test(arguments: [
        Case(status: 400, body: #"{"error":"invalid_grant"}"#, kind: .grant),
        Case(status: 401, body: #"{"error":"invalid_grant"}"#, kind: .grant),
        Case(status: 400, body: #"{"error":"invalid_client"}"#, kind: .client),
        Case(status: 401, body: #"{"error":"invalid_client"}"#, kind: .client),
        Case(status: 401, body: "", kind: .client),
        Case(status: 400, body: #"{"error":"unauthorized_client"}"#, kind: .client),
        Case(status: 400, body: #"{"error":"invalid_scope"}"#, kind: .client),
        Case(status: 400, body: #"{"error":"temporarily_unavailable"}"#, kind: .passing),
        Case(status: 429, body: "", kind: .passing),
        Case(status: 429, body: #"{"error":"invalid_grant"}"#, kind: .passing),
        Case(status: 500, body: "<html>", kind: .passing),
        Case(status: 503, body: #"{"error":"invalid_grant"}"#, kind: .passing),
        Case(status: 400, body: "", kind: .unexplained),
        Case(status: 403, body: #"{"error":"invalid_code"}"#, kind: .unexplained),
        Case(status: 404, body: "<html>", kind: .unexplained),
        Case(status: 302, body: "", kind: .client),
        Case(status: 307, body: "", kind: .client),
        Case(status: 400, body: #"{"status":"BAD_REFRESH_TOKEN"}"#, kind: .grant, provider: "hubspot"),
        Case(status: 400, body: #"{"error":"Access Denied"}"#, kind: .passing, provider: "zoho-crm"),
    ])
    func `B5, B11, C4: every failure finds its class`(example: Case) {
        let config = EffectiveConfig(IntegrationSpec(name: "X", type: .custom, provider: example.provider))
        let failure = TokenFailure(ProviderResponse(status: example.status, body: Array(example.body.utf8)), config: config)
        #expect(failure.kind == example.kind)
    }

    @Test(arguments: [("30", Duration.seconds(30)), ("99999", .seconds(3600)), ("Wed, 21 Oct 2026 07:28:00 GMT", nil), ("-1", nil)])
    func `C4: Retry-After is heard within an hour`(value: String, expected: Duration?) {
        let response = ProviderResponse(status: 429, headers: [("retry-after", value)])
        #expect(TokenFailure(response, config: TokenResponseTests.config).retryAfter == expected)
    }
}

struct RefreshScheduleTests {
    let now = Timestamp(seconds: 1_000_000)

    @Test(arguments: [(60, 30), (600, 540), (3600, 3240), (86_400, 77_760), (0, 0), (100, 50)])
    func `a token is renewed before its end`(life: Int, renewal: Int) {
        #expect(RefreshSchedule.renewal(ofLife: .seconds(life)) == .seconds(renewal))
    }

    @Test(arguments: [(0, 60), (1, 60), (29, 60), (30, 30), (45, 30), (60, 30), (100, 50), (3600, 3240)])
    func `no connection is renewed more than twice a minute, however short its token lives`(life: Int, renewal: Int) {
        let schedule = RefreshSchedule(
            issuedAt: now, expiresIn: .seconds(life), isRefreshable: true,
            config: EffectiveConfig(IntegrationSpec(name: "X", type: .custom, provider: "custom")))
        #expect(schedule.dueAt == now + .seconds(renewal))
        #expect(schedule.expiresAt == now + .seconds(life))
    }

    @Test func `the response's life goes before the catalogue's, and every kind of silence has its answer`() {
        func schedule(_ provider: String, _ life: Duration?, refreshable: Bool = true) -> RefreshSchedule {
            RefreshSchedule(
                issuedAt: now, expiresIn: life, isRefreshable: refreshable,
                config: EffectiveConfig(IntegrationSpec(name: "X", type: .custom, provider: provider)))
        }
        #expect(schedule("hubspot", .seconds(3600)).dueAt == now + .seconds(3240))
        #expect(schedule("hubspot", nil).expiresAt == now + .seconds(1800))
        #expect(schedule("salesforce", nil).dueAt == now + .seconds(900))
        #expect(schedule("salesforce", nil).expiresAt == nil)
        #expect(schedule("unsplash", nil).dueAt == nil)
        #expect(schedule("custom", nil).dueAt == now + .seconds(3000))
        #expect(schedule("custom", .seconds(3600), refreshable: false).dueAt == nil)
        #expect(schedule("adobe", .seconds(30 * 86_400)).dueAt == now + .seconds(7 * 86_400))
    }

    @Test(arguments: [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (50, 3600)])
    func `pauses double up to an hour`(failure: Int, seconds: Int) {
        #expect(RefreshSchedule.pause(afterFailure: failure, retryAfter: nil, jitter: 0) == .seconds(seconds))
    }

    @Test func `the provider's wish and the jitter lengthen a pause`() {
        #expect(RefreshSchedule.pause(afterFailure: 1, retryAfter: .seconds(300), jitter: 1) == .seconds(330))
    }

    @Test func `C4: what each class of failure does to a connection`() {
        func verdict(_ kind: TokenFailure.Class, failures: Int = 0, interrupted: Bool = false) -> RefreshVerdict {
            RefreshVerdict(TokenFailure(kind, "m"), failures: failures, wasInterrupted: interrupted, at: now, jitter: 0)
        }
        #expect(verdict(.grant).status == .needsReauthorization)
        #expect(verdict(.grant).dueAt == nil)
        #expect(verdict(.grant, interrupted: true).code == "refresh_interrupted")
        #expect(verdict(.passing, failures: 1000).status == .degraded)
        #expect(verdict(.malformed, failures: 1000).status == .degraded)
        #expect(verdict(.client).blamesIntegration)
        #expect(verdict(.client, failures: 1000).status == .degraded)
        #expect(verdict(.unexplained).status == .degraded)
        #expect(verdict(.unexplained, failures: 2).status == .needsReauthorization)
    }
}
