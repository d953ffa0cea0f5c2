import Foundation
import HTTPTypes
import Logging
import Spec
import Store
import Synchronization
import TestSupport
import Values

@testable import IntegrationRuntime

/// A clock that tests turn by hand.
final class TurnedClock: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ moment: Timestamp) { self.moment = Mutex(moment) }

    var now: Timestamp {
        get { moment.withLock { $0 } }
        set { moment.withLock { $0 = newValue } }
    }
}

/// A state with scopes and policies, and all that checks keys on it.
struct KeyWorld {
    let folder = TemporaryFolder("keys")
    let clock = TurnedClock(KeyWorld.start)
    let store: Store
    let ledger: LimitLedger
    let table: KeyTable
    let checker: KeyChecker

    static let start = Timestamp(seconds: 1_772_366_400)  // 2026-03-01T12:00:00Z

    static let policies: [String: KeyPolicySpec] = [
        "production": KeyPolicySpec(
            scopes: ["posts:*"], rateLimitPerHour: 10, rateLimitPerDay: 100, expiresAfter: .seconds(30 * 86_400),
            rotation: .init(every: .seconds(20 * 86_400), overlap: .seconds(3600))),
        "office": KeyPolicySpec(prefix: "acme", scopes: ["*"], allowedCIDRs: ["203.0.113.0/24", "2001:db8::/32"]),
    ]

    init(policies: [String: KeyPolicySpec] = KeyWorld.policies) async throws {
        store = try Store(state: folder.state.location, keyring: nil)
        ledger = LimitLedger(store: store, clock: { [clock] in clock.now })
        table = KeyTable(store: store, ledger: ledger)
        checker = KeyChecker(table: table, ledger: ledger)
        try await declare(scopes: ["analytics:read", "posts:read", "posts:write"], policies: policies)
    }

    /// The parts anew on the same file, as after a restart.
    init(restarting old: KeyWorld) async throws {
        clock.now = old.clock.now
        store = old.store
        ledger = LimitLedger(store: store, clock: { [clock] in clock.now })
        table = KeyTable(store: store, ledger: ledger)
        checker = KeyChecker(table: table, ledger: ledger)
        try await ledger.load()
        try await refresh()
    }

    func declare(scopes: [String] = [], policies: [String: KeyPolicySpec] = [:]) async throws {
        try await store.write { writing in
            for name in scopes { try writing.insertResources([Self.record(.scope, name, ["description": "x"])]) }
            for (name, policy) in policies { try writing.insertResources([Self.record(.keyPolicy, name, policy.json)]) }
            try writing.advanceSerial()
        }
        try await refresh()
    }

    func change(_ name: String, to policy: KeyPolicySpec) async throws {
        try await store.write { writing in
            try writing.updateResources([Self.record(.keyPolicy, name, policy.json)])
            try writing.advanceSerial()
        }
        try await refresh()
    }

    func refresh() async throws {
        try await table.stateChanged(try await store.read { try $0.stateSerial() })
    }

    private static func record(_ kind: ResourceKind, _ name: String, _ spec: JSON) -> ResourceRecord {
        ResourceRecord(
            address: Address(workspace: "acme", kind: kind, name: name), id: "\(kind.rawValue)-\(name)", owner: "", origin: .manifest,
            preventDestroy: false, specText: spec.canonicalText, source: SourceLocation(file: "m.yaml", line: 1, column: 1),
            changedBy: "test", changedAt: start)
    }

    /// Runs the ledger beside the body and stops it cleanly after it.
    func running<Value: Sendable>(_ body: @Sendable @escaping () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [ledger] in try await ledger.run() }
            let value = try await body()
            group.cancelAll()
            try await group.waitForAll()
            return value
        }
    }

    // MARK: Calls

    func call(
        _ method: HTTPRequest.Method, _ path: String, body: JSON? = nil, query: [(name: String, value: String)] = [],
        headers: HTTPFields = [:], role: Principal.Role = .admin, workspace: Principal.Reach = .one("acme"), address: String? = nil
    ) async throws -> Reply {
        let endpoints = KeyEndpoints(store: store, checker: checker).endpoints + KeyCheckEndpoints(checker: checker).endpoints
        for endpoint in endpoints where endpoint.method == nil || endpoint.method == method {
            guard let parameters = Self.match(endpoint.path, path) else { continue }
            let call = Call(
                method: method, path: parameters, query: query, headers: headers, body: body.map { Array($0.text.utf8) } ?? [],
                principal: Principal(subject: "ann", workspace: workspace, role: role), clientAddress: address.flatMap { IPAddress($0) },
                now: clock.now)
            do {
                return try await endpoint.handle(call)
            } catch let error as APIError {
                return error.reply
            }
        }
        preconditionFailure("no endpoint for \(path)")
    }

    private static func match(_ pattern: String, _ path: String) -> [String: String]? {
        let (parts, segments) = (pattern.split(separator: "/"), path.split(separator: "/"))
        guard parts.count == segments.count else { return nil }
        var found: [String: String] = [:]
        for (part, segment) in zip(parts, segments) {
            if part.hasPrefix("{") { found[String(part.dropFirst().dropLast())] = String(segment) } else if part != segment { return nil }
        }
        return found
    }

    func create(_ body: JSON, role: Principal.Role = .admin) async throws -> (id: String, key: String) {
        let reply = try await call(.post, KeyEndpoints.path, body: body, role: role)
        guard let json = reply.json, let id = json["id"]?.string, let key = json["key"]?.string else {
            throw APIError(reply.status, code: "test", message: reply.json?.text ?? "")
        }
        return (id, key)
    }

    func check(_ key: String, scopes: [String] = [], address: String? = nil, denyStatus: String? = nil) async throws -> Reply {
        var query = scopes.map { (name: "scope", value: $0) }
        if let denyStatus { query.append((name: "deny_status", value: denyStatus)) }
        return try await call(.get, "/auth/check", query: query, headers: [.authorization: "Bearer \(key)"], address: address)
    }

    func verify(_ key: String, _ extra: JSON = [:], workspace: Principal.Reach = .one("acme")) async throws -> JSON? {
        var body = extra.object ?? JSONObject()
        body["key"] = .string(key)
        return try await call(.post, KeyEndpoints.path + "/verify", body: .object(body), workspace: workspace).json
    }
}

extension Reply {
    var json: JSON? {
        if case .json(let json) = content { json } else { nil }
    }
}
