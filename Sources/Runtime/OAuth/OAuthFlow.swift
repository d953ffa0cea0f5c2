package import Logging
import OpenSSL
import Spec
package import Store
package import Values

/// Connects accounts: from the address that a browser is sent to, to the tokens in the state.
///
/// The state that goes through the browser is random, kept as a hash, good for one use and ten minutes; it fixes the
/// workspace, the integration, the redirect URI and the verifier of its transaction (RFC 9700 § 4.4, § 4.7).
package struct OAuthFlow: Sendable {
    private let store: Store
    private let sender: any HTTPSender
    private let work: UnbrokenWork
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    static let callTimeout: Duration = .seconds(20)

    package init(
        store: Store, sender: any HTTPSender, work: UnbrokenWork, now: @escaping @Sendable () -> Timestamp,
        logger: Logger = Logger(label: "reconcile.oauth")
    ) {
        self.store = store
        self.sender = sender
        self.work = work
        self.now = now
        self.logger = logger
    }

    /// What a caller asks for; checked against the integration before it comes here.
    package struct Start: Sendable {
        package var workspace: String
        package var actor: String
        package var redirectURI: String
        package var returnURL: String?
        /// Nil asks for all that the integration declares.
        package var scopes: [String]?
        package var connectionID: ConnectionID?
        package var isBrowserBound: Bool

        package init(
            workspace: String, actor: String, redirectURI: String, returnURL: String? = nil, scopes: [String]? = nil,
            connectionID: ConnectionID? = nil, isBrowserBound: Bool = false
        ) {
            self.workspace = workspace
            self.actor = actor
            self.redirectURI = redirectURI
            self.returnURL = returnURL
            self.scopes = scopes
            self.connectionID = connectionID
            self.isBrowserBound = isBrowserBound
        }
    }

    package struct Started: Sendable {
        /// The provider's address; a browser-bound flow reaches it through the start address.
        package var authorizationURL: String
        package var state: Secret
        package var expiresAt: Timestamp
    }

    /// Keeps a new transaction and returns where the browser goes.
    package func initiate(_ integration: IntegrationRecord, _ start: Start) async throws -> Started {
        guard integration.spec.status == .active else {
            throw OAuthError(.integrationInactive, "the integration is INACTIVE: activate it before connecting accounts")
        }
        let config = EffectiveConfig(integration.spec)
        guard config.provider.oauth != nil else {
            throw OAuthError(.notConfigured, "\(config.provider.displayName) has no OAuth: its accounts are reached with a key")
        }
        let missing = config.missingForOAuth
        guard missing.isEmpty else {
            throw OAuthError(.notConfigured, "the integration's config lacks \(missing.joined(separator: ", "))")
        }
        let state = Secret(Base64URL.encode(randomBytes(32)))
        let moment = now()
        let record = OAuthStateRecord(
            hash: Self.hash(state), workspace: start.workspace, integrationID: integration.id, connectionID: start.connectionID,
            redirectURI: start.redirectURI, returnURL: start.returnURL, scopes: Self.scopes(start.scopes, config),
            verifier: config.pkce ? PKCE().verifier : nil, isBrowserBound: start.isBrowserBound, createdBy: start.actor, createdAt: moment)
        let client = try await store.read { try $0.clientCredentials(of: integration) }
        let url = try authorizationURL(record, state: state, config: config, clientID: client.id)
        try await store.write { writing in
            // The code of this flow must not be redeemed at endpoints that it was not started for.
            guard let current = try writing.integration(integration.id),
                CredentialDestinations(current.spec).areWithin(CredentialDestinations(integration.spec))
            else { throw Self.endpointsChanged }
            try writing.insertOAuthState(record)
            try writing.insertLog(
                ActivityLog(
                    workspace: start.workspace, integrationID: integration.id.text, connectionID: start.connectionID?.text,
                    action: "oauth.initiated", message: "a connection was started", actor: start.actor, at: moment))
        }
        return Started(authorizationURL: url, state: state, expiresAt: record.expiresAt)
    }

    /// Ties a browser-bound transaction to the browser that opens its start address, and sends it on.
    ///
    /// - Parameter cookie: the value that this browser showed; the same one may come again, as after a reload.
    package func open(state: Secret, cookie: Secret?) async throws -> (authorizationURL: String, cookie: Secret) {
        let (hash, moment) = (Self.hash(state), now())
        let invalid = OAuthError(.stateInvalid, "this address was used already or is too old: start again")
        guard let record = try await store.read({ try $0.oauthState(hash: hash, at: moment) }), record.isBrowserBound,
            let integration = try await store.read({ try $0.integration(record.integrationID) })
        else { throw invalid }
        let value: Secret
        if let cookie, let bound = record.browserHash, constantTimeEqual(Self.hash(cookie), bound) {
            value = cookie
        } else {
            let fresh = Secret(Base64URL.encode(randomBytes(32)))
            guard try await store.sharedWrite({ try $0.bindOAuthState(hash: hash, browserHash: Self.hash(fresh), at: moment) }) else {
                throw invalid
            }
            value = fresh
        }
        let client = try await store.read { try $0.clientCredentials(of: integration) }
        return (try authorizationURL(record, state: state, config: EffectiveConfig(integration.spec), clientID: client.id), value)
    }

    /// How a callback ended, and where its browser may be sent.
    package struct Outcome: Sendable {
        package var result: Result<ConnectionRecord, OAuthError>
        /// One of the integration's `returnUrls`; known only once the state was accepted.
        package var returnURL: String?
    }

    /// Redeems what a browser brought back. The state is consumed before anything else happens, and nothing is sent to
    /// any provider unless everything about the callback is right.
    ///
    /// - Parameter cookie: value of the browser's cookie for this state, by its name.
    package func callback(
        _ parameters: [(name: String, value: String)], cookie: (String) -> Secret?, isSecure: Bool
    ) async throws -> Outcome {
        let response: AuthorizationResponse
        do throws(OAuthError) { response = try AuthorizationResponse(parameters) } catch { return Outcome(result: .failure(error)) }
        let (hash, moment) = (Self.hash(response.state), now())
        let unknown = OAuthError(.stateInvalid, "the state is unknown, used or older than ten minutes: start again")
        // Anybody may call this: who knows no state gets no turn among those who change things.
        guard try await store.read({ try $0.oauthState(hash: hash, at: moment) }) != nil else { return Outcome(result: .failure(unknown)) }
        // One transaction: endpoints that change from here on are not the ones that this code is redeemed at.
        let found = try await store.write { writing in
            try writing.consumeOAuthState(hash: hash, at: moment).map { record in
                let integration = try writing.integration(record.integrationID)
                return (record, integration, try integration.map { try writing.clientCredentials(of: $0) })
            }
        }
        guard let (record, consumed, client) = found else { return Outcome(result: .failure(unknown)) }
        if record.isBrowserBound {
            guard let bound = record.browserHash, let shown = cookie(Self.cookieName(hash: hash, isSecure: isSecure)),
                constantTimeEqual(Self.hash(shown), bound)
            else {
                return Outcome(
                    result: .failure(OAuthError(.browserMismatch, "this is not the browser that started the connection: start again")))
            }
        }
        guard let integration = consumed, let client, integration.spec.status == .active else {
            return Outcome(
                result: .failure(OAuthError(.integrationInactive, "the integration is not active any more")), returnURL: record.returnURL)
        }
        let failure: OAuthError
        do {
            return Outcome(result: .success(try await redeem(response, record, integration, client: client)), returnURL: record.returnURL)
        } catch let error as OAuthError { failure = error }
        let log = ActivityLog(
            workspace: record.workspace, integrationID: record.integrationID.text, connectionID: record.connectionID?.text,
            level: failure.code == .accessDenied ? .info : .error, action: "oauth.callback_failed", message: failure.message,
            actor: record.createdBy, at: moment)
        try await store.write { writing in
            try writing.insertLog(log)
            if failure.code == .clientRejected { try writing.setIntegrationError(failure.message, of: record.integrationID, at: moment) }
        }
        return Outcome(result: .failure(failure), returnURL: record.returnURL)
    }

    private func redeem(
        _ response: AuthorizationResponse, _ record: OAuthStateRecord, _ integration: IntegrationRecord,
        client: (id: String?, secret: Secret?)
    ) async throws -> ConnectionRecord {
        let base = EffectiveConfig(integration.spec)
        let code = try response.code(expectedIssuer: base.issuer)
        let region = base.regions.flatMap { regions in
            response.others[regions.callbackParameter].flatMap { regions.domains[$0] == nil ? nil : $0 }
        }
        let config = base.regional(region)
        guard let endpoint = config.tokenUrl, let clientID = client.id else {
            throw OAuthError(.notConfigured, "the integration's config lacks its tokenUrl or clientId")
        }
        let request = try TokenRequest.exchange(
            code: code, redirectURI: record.redirectURI, verifier: record.verifier, at: endpoint,
            client: TokenRequest.Client(id: clientID, secret: client.secret, method: config.tokenAuthMethod), parameters: config.tokenParams
        ).request(timeout: Self.callTimeout)
        return try await work.perform {
            do {
                return .success(try await exchange(request, record, integration.spec, config: config, client: client, region: region))
            } catch { return .failure(error) }
        }
    }

    private func exchange(
        _ request: ProviderRequest, _ record: OAuthStateRecord, _ spec: IntegrationSpec, config: EffectiveConfig,
        client: (id: String?, secret: Secret?), region: String?
    ) async throws -> ConnectionRecord {
        let response: TokenResponse
        do throws(TokenFailure) {
            let answer: ProviderResponse
            do throws(ProviderCallError) { answer = try await sender.send(request) } catch { throw TokenFailure(error) }
            response = try TokenResponse(answer, config: config)
        } catch {
            throw error.exchangeError
        }
        let moment = now()
        let schedule = RefreshSchedule(
            issuedAt: moment, expiresIn: response.expiresIn, isRefreshable: response.refreshToken != nil, config: config)
        let grant = Grant(
            tokens: ConnectionTokens(access: response.accessToken, refresh: response.refreshToken), tokenType: response.tokenType,
            scopes: response.scopes ?? record.scopes, metadata: response.metadata, expiresAt: schedule.expiresAt, dueAt: schedule.dueAt)
        // Made once: a write that is repeated since nobody knows whether it was done makes no second connection.
        let id = record.connectionID ?? ConnectionID(at: moment)
        let outcome = try await NewTokens.stored(logger: logger) { [store] in
            try await store.write { writing -> Result<ConnectionRecord, OAuthError> in
                if record.connectionID == nil, let made = try writing.connection(id) { return .success(made) }
                // Endpoints that changed while the provider answered must not get these tokens at the next refresh.
                guard let current = try writing.integration(record.integrationID),
                    CredentialDestinations(current.spec).areWithin(CredentialDestinations(spec))
                else {
                    if let url = config.revocationUrl, let clientID = client.id {
                        try writing.insertRevocation(
                            Revocation(
                                workspace: record.workspace, connectionID: id, url: url, clientID: clientID, clientSecret: client.secret,
                                authMethod: config.tokenAuthMethod, tokens: grant.tokens),
                            at: moment)
                    }
                    return .failure(Self.endpointsChanged)
                }
                // An integration is locked before its connections, as a refresh and its removal do.
                try writing.setIntegrationError(nil, of: record.integrationID, at: moment)
                let connection: ConnectionRecord
                if record.connectionID != nil {
                    guard let renewed = try writing.reauthorizeConnection(id, grant: grant, region: region, at: moment) else {
                        throw OAuthError(.connectionNotFound, "the connection to be renewed was deleted meanwhile")
                    }
                    connection = renewed
                } else {
                    connection = try writing.insertConnection(
                        id: id, workspace: record.workspace, integration: record.integrationID, grant: grant,
                        region: region, by: record.createdBy, at: moment)
                }
                let log = ActivityLog(
                    workspace: record.workspace, integrationID: record.integrationID.text, connectionID: connection.id.text,
                    action: record.connectionID == nil ? "oauth.connected" : "oauth.reauthorized",
                    message: record.connectionID == nil ? "an account was connected" : "a connection was authorised again",
                    actor: record.createdBy, at: moment)
                try writing.insertLog(log)
                if let warning = ActivityLog.expiredOnIssue(grant, of: connection.id, beside: log) { try writing.insertLog(warning) }
                return .success(connection)
            }
        }
        return try outcome.get()
    }

    private func authorizationURL(
        _ record: OAuthStateRecord, state: Secret, config: EffectiveConfig, clientID: String?
    ) throws(OAuthError) -> String {
        guard let endpoint = config.authorizationUrl, let clientID else {
            throw OAuthError(.notConfigured, "the integration's config lacks its authorizationUrl or clientId")
        }
        return try AuthorizationRequest(
            endpoint: endpoint, clientID: clientID, redirectURI: record.redirectURI, scopes: record.scopes,
            separator: config.scopeSeparator, state: state, challenge: record.verifier.map { PKCE(verifier: $0).challenge },
            parameters: config.authorizationParams
        ).url()
    }

    /// A choice among the declared scopes keeps those that the provider needs for a refresh token.
    private static func scopes(_ chosen: [String]?, _ config: EffectiveConfig) -> [String] {
        guard let chosen else { return config.scopes }
        let needed = config.provider.oauth?.scopesNeeded ?? []
        return chosen + needed.filter { !chosen.containsExactly($0) }
    }

    private static let endpointsChanged = OAuthError(
        .stateInvalid, "the integration's endpoints changed meanwhile: start again")

    static func hash(_ secret: Secret) -> [UInt8] { SHA256.hash(Array(secret.reveal().utf8)) }

    /// One cookie a transaction, so that two tabs do not disturb each other. `__Host-` binds it to this host over TLS
    /// (RFC 6265bis § 4.1.3.2); on plain http, which only loopback has, browsers would refuse that name.
    static func cookieName(hash: [UInt8], isSecure: Bool) -> String {
        "\(isSecure ? "__Host-" : "")reconcile-oauth-\(Hex.encode(Array(hash.prefix(8))))"
    }
}
