package import Logging
import OpenSSL
import Spec
package import Store
import Synchronization
package import Values

/// Renews tokens so that no connection is lost by it.
///
/// Callers in one process join the flight under way. Between processes a lease in the connection's row decides who calls
/// the provider; the others wait for the outcome. The call is shorter than the lease, and what it brings is written only
/// if lease and generation still hold:
///
///     claim (lease, generation) → call, at most `callTimeout` → compare and swap
///          └ taken: wait until the generation moves, the lease is given back or runs out
///
/// A lease that ran out was left by a process that died between call and write: the token may be spent, so a refusal of it
/// afterwards is reported as an interrupted refresh.
///
/// Concurrency: the flights are a dictionary under a mutex; the work runs in `UnbrokenWork`, whatever becomes of callers.
package final class ConnectionRefresher: Sendable {
    private let store: Store
    private let sender: any HTTPSender
    private let work: UnbrokenWork
    private let now: @Sendable () -> Timestamp
    private let wait: @Sendable () async throws -> Void
    private let flights = Mutex<[ConnectionID: [CheckedContinuation<Result<ConnectionRecord, any Error>, Never>]]>([:])
    private let logger: Logger

    /// Two calls fit into a lease, for providers that allow one repetition.
    static let callTimeout: Duration = .seconds(20)
    static let lease: Duration = .seconds(60)
    /// - Parameter wait: the pause between two looks at a lease that another process holds.
    package init(
        store: Store, sender: any HTTPSender, work: UnbrokenWork, now: @escaping @Sendable () -> Timestamp,
        wait: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .milliseconds(50)) },
        logger: Logger = Logger(label: "reconcile.oauth")
    ) {
        self.store = store
        self.sender = sender
        self.work = work
        self.now = now
        self.wait = wait
        self.logger = logger
    }

    /// Calls the provider, or shares the call that is under way, and returns the connection as it is then.
    ///
    /// - Parameter moment: leaves the provider alone where the connection is not due by then any more: another process, or a caller, has
    ///   refreshed it since it was found due. Nil refreshes in any case.
    package func refresh(_ id: ConnectionID, ifDueAt moment: Timestamp? = nil) async throws -> ConnectionRecord {
        let result = await withCheckedContinuation { continuation in
            let isFirst = flights.withLock { flights in
                flights[id, default: []].append(continuation)
                return flights[id]?.count == 1
            }
            guard isFirst else { return }
            work.start {
                let result: Result<ConnectionRecord, any Error>
                do { result = .success(try await self.fly(id, ifDueAt: moment)) } catch { result = .failure(error) }
                self.land(id, result)
            } orRefuse: {
                self.land(id, .failure(OAuthError(.stopping, "the runtime is shutting down; try again")))
            }
        }
        return try result.get()
    }

    /// How many callers wait for the flight of that connection.
    func passengers(of id: ConnectionID) -> Int { flights.withLock { $0[id]?.count ?? 0 } }

    private func land(_ id: ConnectionID, _ result: Result<ConnectionRecord, any Error>) {
        let waiting = flights.withLock { $0.removeValue(forKey: id) } ?? []
        for continuation in waiting { continuation.resume(returning: result) }
    }

    private func fly(_ id: ConnectionID, ifDueAt moment: Timestamp?) async throws -> ConnectionRecord {
        let missing = OAuthError(.connectionNotFound, "there is no such connection")
        guard let first = try await store.read({ try $0.connection(id) }) else { throw missing }
        // Whoever refreshes from here on moves what the claim compares.
        if let moment, first.dueAt.map({ $0 > moment }) ?? true { return first }
        guard first.isRefreshable || first.status != .needsReauthorization else {
            throw OAuthError.needsReauthorization(first)
        }
        guard first.isRefreshable else {
            throw OAuthError(.notRefreshable, "the provider gave no refresh token: connect again to renew the access")
        }
        let lease = Hex.encode(randomBytes(16))
        while true {
            let start = now()
            if let claimed = try await store.sharedWrite({
                try $0.claimRefresh(of: first, lease: lease, until: start + Self.lease, at: start)
            }) {
                return try await attempt(claimed, lease: lease, tookOver: interrupted(first))
            }
            try await wait()
            guard let seen = try await store.read({ try $0.connection(id) }) else { throw missing }
            // Another process called meanwhile: its outcome is ours.
            if seen.generation != first.generation { return seen }
            if seen.failures != first.failures, seen.lease == nil {
                throw OAuthError(
                    seen.status == .needsReauthorization ? .needsReauthorization : .providerUnavailable,
                    seen.error ?? "the refresh did not succeed")
            }
        }
    }

    /// Whether the claim displaced the lease of a process that died.
    private func interrupted(_ seen: ConnectionRecord) -> Bool {
        seen.lease != nil || seen.errorCode == "refresh_interrupted"
    }

    private func attempt(_ record: ConnectionRecord, lease: String, tookOver: Bool) async throws -> ConnectionRecord {
        let (integration, client, tokens) = try await store.read { reading in
            let integration = try reading.integration(record.integrationID)
            return (integration, try integration.map { try reading.clientCredentials(of: $0) }, try reading.connectionTokens(record.id))
        }
        guard let integration, let client, let tokens, let refreshToken = tokens.refresh else {
            throw OAuthError(.connectionNotFound, "there is no such connection")
        }
        let config = EffectiveConfig(integration.spec).regional(record.region)
        let response: TokenResponse
        do throws(TokenFailure) { response = try await call(config, client: client, token: refreshToken) } catch {
            return try await fail(record, lease: lease, error, tookOver: tookOver)
        }
        return try await succeed(record, lease: lease, response, tokens: tokens, config: config, client: client)
    }

    private func call(
        _ config: EffectiveConfig, client: (id: String?, secret: Secret?), token: Secret
    ) async throws(TokenFailure) -> TokenResponse {
        guard let endpoint = config.tokenUrl, let clientID = client.id else {
            throw TokenFailure(.client, "the integration lacks its tokenUrl or clientId")
        }
        let request: ProviderRequest
        do throws(OAuthError) {
            request = try TokenRequest.refresh(
                token: token, at: endpoint,
                client: TokenRequest.Client(id: clientID, secret: client.secret, method: config.tokenAuthMethod),
                parameters: config.tokenParams
            ).request(timeout: Self.callTimeout)
        } catch {
            throw TokenFailure(.client, error.message)
        }
        do throws(TokenFailure) {
            return try await send(request, config)
        } catch {
            // The provider may have spent the token: it is shown once more only where it is taken again for a while.
            guard error.kind == .passing, error.mayHaveArrived, config.refresh.reuseGraceSeconds > 0 else { throw error }
            return try await send(request, config)
        }
    }

    private func send(_ request: ProviderRequest, _ config: EffectiveConfig) async throws(TokenFailure) -> TokenResponse {
        let answer: ProviderResponse
        do throws(ProviderCallError) { answer = try await sender.send(request) } catch { throw TokenFailure(error) }
        return try TokenResponse(answer, config: config)
    }

    private func succeed(
        _ record: ConnectionRecord, lease: String, _ response: TokenResponse, tokens: ConnectionTokens, config: EffectiveConfig,
        client: (id: String?, secret: Secret?)
    ) async throws -> ConnectionRecord {
        let moment = now()
        let fresh = ConnectionTokens(access: response.accessToken, refresh: response.refreshToken ?? tokens.refresh)
        let schedule = RefreshSchedule(issuedAt: moment, expiresIn: response.expiresIn, isRefreshable: fresh.refresh != nil, config: config)
        let grant = Grant(
            tokens: fresh, tokenType: response.tokenType, scopes: response.scopes ?? record.scopes,
            metadata: record.metadata.merging(response.metadata) { _, new in new }, expiresAt: schedule.expiresAt, dueAt: schedule.dueAt)
        let log = ActivityLog(
            workspace: record.workspace, integrationID: record.integrationID.text, connectionID: record.id.text,
            action: "oauth.refreshed", message: "the tokens were renewed", actor: nil, at: moment)
        let warning = record.isExpiredOnIssue ? nil : ActivityLog.expiredOnIssue(grant, of: record.id, beside: log)
        let saved = try await NewTokens.stored(logger: logger) { [store] in
            try await store.fencedWrite { writing in
                // An integration is locked before its connections, as its removal does.
                try writing.setIntegrationError(nil, of: record.integrationID, at: moment)
                let saved = try writing.finishRefresh(of: record.id, lease: lease, generation: record.generation, grant: grant, at: moment)
                try writing.insertLogs([log] + (warning.map { [$0] } ?? []))
                return saved
            }
        }
        if let saved { return saved }
        let current = try await store.read { try $0.connection(record.id) }
        if let current, current.status != .needsReauthorization { return current }
        // Deleted while the provider answered, or deprived of its tokens: the new ones must not outlive that.
        if let url = config.revocationUrl, let clientID = client.id {
            let revocation = Revocation(
                workspace: record.workspace, connectionID: record.id, url: url, clientID: clientID, clientSecret: client.secret,
                authMethod: config.tokenAuthMethod, tokens: fresh)
            try await store.sharedWrite { try $0.insertRevocation(revocation, at: moment) }
        }
        if let current {
            throw OAuthError.needsReauthorization(current)
        }
        throw OAuthError(.connectionNotFound, "the connection was deleted meanwhile")
    }

    private func fail(
        _ record: ConnectionRecord, lease: String, _ failure: TokenFailure, tookOver: Bool
    ) async throws -> ConnectionRecord {
        let moment = now()
        let verdict = RefreshVerdict(
            failure, failures: record.failures, wasInterrupted: tookOver, at: moment, jitter: Double.random(in: 0...1))
        logger.warning(
            "a refresh did not succeed",
            metadata: ["connection": "\(record.id)", "code": "\(verdict.code)", "status": "\(verdict.status.rawValue)"])
        let saved = try await store.fencedWrite { writing in
            if verdict.blamesIntegration { try writing.setIntegrationError(verdict.message, of: record.integrationID, at: moment) }
            let saved = try writing.failRefresh(
                of: record.id, lease: lease, generation: record.generation, status: verdict.status, code: verdict.code,
                message: verdict.message, dueAt: verdict.dueAt, at: moment)
            try writing.insertLog(
                ActivityLog(
                    workspace: record.workspace, integrationID: record.integrationID.text, connectionID: record.id.text,
                    level: verdict.status == .needsReauthorization || verdict.blamesIntegration ? .error : .warning,
                    action: "oauth.refresh_failed", message: verdict.message, actor: nil, at: moment))
            return saved
        }
        if saved != nil { throw verdict.error }
        // Somebody authorised again, or refreshed, while the provider answered: that is what counts.
        guard let current = try await store.read({ try $0.connection(record.id) }) else {
            throw OAuthError(.connectionNotFound, "the connection was deleted meanwhile")
        }
        return current
    }
}

extension Store {
    /// Writes something that a lease allows: where the connection does not come back, since the lease stands no more, all of it is undone.
    fileprivate func fencedWrite(_ body: @Sendable @escaping (Writing) throws -> ConnectionRecord?) async throws -> ConnectionRecord? {
        do {
            return try await sharedWrite { writing -> ConnectionRecord in
                guard let saved = try body(writing) else { throw LostLease() }
                return saved
            }
        } catch is LostLease {
            return nil
        }
    }
}

/// Undoes a transaction whose lease stands no more.
private struct LostLease: Error {}

extension OAuthError {
    /// The connection has no tokens that could be renewed; a person must authorise it again.
    fileprivate static func needsReauthorization(_ record: ConnectionRecord) -> OAuthError {
        OAuthError(.needsReauthorization, "the connection must be authorised again: \(record.error ?? "its tokens are gone")")
    }
}
