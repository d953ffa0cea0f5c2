import Foundation
import OpenSSL
import TestSupport
import Values

/// One state in a folder of its own, the keys it needs, and the built `reconcile` to drive from outside.
final class Workbench: Sendable {
    let folder = TemporaryFolder("end-to-end")
    /// All that the programs see of the environment.
    let environment: [String: String]
    let workspace: String
    private let signingSecret: String

    var state: String { folder.state.location }

    /// - Parameters:
    ///   - extra: variables beside the keys, which are made here.
    ///   - workspace: the one that tokens are for.
    init(_ extra: [String: String] = [:], workspace: String = "acme") throws {
        self.workspace = workspace
        signingSecret = extra["RECONCILE_JWT_SECRET"] ?? Hex.encode(randomBytes(32))
        var environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8", "RECONCILE_STATE": folder.state.location,
            "ENCRYPTION_KEY": Hex.encode(randomBytes(32)), "RECONCILE_JWT_SECRET": signingSecret,
        ]
        environment.merge(extra) { _, given in given }
        self.environment = environment
    }

    static let binary = product

    /// Starts the command without waiting for its end.
    func start(_ arguments: [String], environment extra: [String: String] = [:], input: String? = nil) throws -> RunningProcess {
        try RunningProcess(
            Self.binary, arguments, environment: environment.merging(extra) { _, given in given }, folder: folder.path, input: input)
    }

    /// Runs the command to its end.
    func run(
        _ arguments: String..., environment extra: [String: String] = [:], input: String? = nil, within limit: Duration = .seconds(30)
    ) async throws -> Outcome {
        let process = try start(arguments, environment: extra, input: input)
        let exit = try await process.ended(within: limit)
        return Outcome(code: exit.code, output: process.output, errors: process.errors, everything: process.everything)
    }

    /// Runs the command, which must succeed.
    @discardableResult
    func succeed(_ arguments: String..., environment extra: [String: String] = [:], within limit: Duration = .seconds(30)) async throws
        -> Outcome
    {
        let process = try start(arguments, environment: extra)
        let exit = try await process.ended(within: limit)
        guard exit.code == 0 else {
            throw EndToEndError("`reconcile \(arguments.joined(separator: " "))` ended with \(exit.code)\n\(process.said)")
        }
        return Outcome(code: 0, output: process.output, errors: process.errors, everything: process.everything)
    }

    /// Writes a manifest and applies it.
    @discardableResult
    func apply(_ manifest: String, to name: String = "manifest.yaml") async throws -> Outcome {
        let path = try folder.write(manifest, to: name)
        return try await succeed("apply", path, "--auto-approve")
    }

    /// A management token, signed here and not by the product: RFC 7515 with HS256.
    ///
    /// - Parameters:
    ///   - workspace: the bench's own where nil.
    ///   - lifetime: in seconds; below zero for one that has expired.
    func token(role: String = "admin", workspace: String? = nil, lifetime: Int = 3_600) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        let header: JSON = ["alg": "HS256", "typ": "JWT"]
        let claims: JSON = [
            "sub": "end-to-end", "workspaceId": .string(workspace ?? self.workspace), "role": .string(role),
            "exp": .integer(now + lifetime),
        ]
        let signed = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(claims.utf8))"
        let signature = HMACSHA256(key: Array(signingSecret.utf8)).authenticate(Array(signed.utf8))
        return "\(signed).\(Base64URL.encode(signature))"
    }

    /// Within what a runtime must be ready. A killed one leaves no file locked; on PostgreSQL its place is free once its session has been
    /// gone for 3 s, and behind a pooler, where sessions say nothing, at the end of its lease.
    static let readiness: Duration =
        switch TestState.engine {
        case .sqlite: .seconds(3)
        case .postgres: .seconds(10)
        case .pgbouncer: .seconds(30)
        }

    /// Starts the runtime on a free port and returns once it is ready, at the latest after `limit`.
    func serve(_ extra: String..., within limit: Duration = Workbench.readiness) async throws -> ServingRuntime {
        let port = try await freePort()
        let process = try start(["serve", "--listen", "127.0.0.1:\(port)", "--allow-network", "127.0.0.0/8"] + extra)
        let runtime = ServingRuntime(process: process, port: port, token: try token())
        try await runtime.isReady(within: limit)
        return runtime
    }
}
