internal import HTTPTypes
import Spec
package import Store
package import Values

/// `/api/integrations/{id}/oauth/initiate` and what the browser and the provider come back to.
package struct OAuthEndpoints: EndpointGroup {
    private let store: Store
    private let flow: OAuthFlow
    /// The address that others see, without a final slash.
    private let publicURL: String

    package init(store: Store, flow: OAuthFlow, publicURL: String) {
        self.store = store
        self.flow = flow
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                .post, "/api/integrations/{id}/oauth/initiate", name: "initiateOAuth", summary: "Starts connecting an account",
                access: .management(.member), body: .schema("OAuthInitiation"),
                answers: [
                    .init(.ok, "Where the browser goes", schema: .schema("OAuthStart")),
                    .init(.conflict, "The integration is inactive", schema: .schema("Error")),
                ], handle: initiate),
            Endpoint(
                .get, "/api/integrations/oauth/start", name: "openOAuth",
                summary: "Where a browser-bound flow begins: sets the cookie that the callback demands", access: .anyone,
                parameters: [Endpoint.Parameter("state", "The state that initiate answered")],
                answers: [.init(.seeOther, "On to the provider")] + Endpoint.Answer.callbackFailures(mediaType: "text/html"), handle: open),
            Endpoint(
                .get, "/api/integrations/oauth/callback", name: "receiveOAuthCallback",
                summary: "Where a provider sends the browser back to",
                access: .anyone,
                parameters: ["code", "state", "iss", "error"].map { Endpoint.Parameter($0, "As RFC 6749 and RFC 9207 define it") },
                answers: [
                    .init(.ok, "The account is connected", mediaType: "text/html"),
                    .init(.seeOther, "Likewise, on to the returnUrl with status, and connectionId or error"),
                ] + Endpoint.Answer.callbackFailures(mediaType: "text/html"),
                handle: browserCallback),
            Endpoint(
                .post, "/api/integrations/oauth/callback", name: "redeemOAuthCallback",
                summary: "The same for an application that received the browser itself", access: .anyone,
                body: .schema("OAuthCallback"), maximumBodyBytes: 32 * 1024,
                answers: [.init(.ok, "The connection", schema: .schema("Connection"))] + Endpoint.Answer.callbackFailures(),
                handle: callback),
        ]
    }

    package var tag: (name: String, summary: String) { ("OAuth", "Connecting accounts") }
    package var schemas: [(name: String, schema: JSON)] {
        let text: JSON = ["type": "string"]
        return [
            (
                "OAuthInitiation",
                [
                    "type": "object", "additionalProperties": false,
                    "properties": [
                        "redirectUri": [
                            "type": "string", "maxLength": 2048,
                            "description": "One of the integration's redirectUris where it has any; else this runtime's own callback",
                        ], "returnUrl": text,
                        "scopes": ["type": "array", "items": text], "connectionId": ["type": "string", "pattern": "^conn_"],
                        "browserBinding": ["type": "boolean"],
                    ],
                ]
            ),
            (
                "OAuthStart",
                [
                    "type": "object", "required": ["authorizationUrl", "state", "expiresAt"],
                    "properties": ["authorizationUrl": text, "state": text, "expiresAt": ["type": "string", "format": "date-time"]],
                ]
            ),
            (
                "OAuthCallback",
                [
                    "type": "object", "required": ["state"],
                    "properties": ["code": text, "state": text, "iss": text, "error": text, "error_description": text],
                ]
            ),
        ]
    }

    private func initiate(_ call: Call) async throws -> Reply {
        let integration = try await store.visibleIntegration(call)
        let workspace = call.workspaceFilter ?? integration.workspace
        try await call.admitObject(in: workspace, store)
        let start = try await start(call, integration, workspace: workspace)
        let started = try await translatingOAuthErrors { try await flow.initiate(integration, start) }
        // The start address sets the cookie and goes on to the provider, so it is what a browser must open.
        let address =
            start.isBrowserBound ? "\(publicURL)/api/integrations/oauth/start?state=\(started.state.reveal())" : started.authorizationURL
        return Reply(
            .ok,
            [
                "authorizationUrl": .string(address), "state": .string(started.state.reveal()),
                "expiresAt": .string(started.expiresAt.description),
            ])
    }

    private func start(_ call: Call, _ integration: IntegrationRecord, workspace: String) async throws -> OAuthFlow.Start {
        let spec = integration.spec
        var fields = try Fields(try call.json())
        let given = fields.string("redirectUri") { text in
            // RFC 9700 § 2.1: exact comparison. A foreign workspace never brings its own.
            if !spec.redirectUris.isEmpty || !call.sees(integration) {
                return spec.redirectUris.containsExactly(text) ? nil : "is not one of the integration's redirectUris"
            }
            return URLRules.redirect.problem(text)?.description
        }
        let own = "\(publicURL)/api/integrations/oauth/callback"
        if given == nil, !spec.redirectUris.isEmpty, !spec.redirectUris.containsExactly(own),
            !fields.problems.contains(where: { $0.field == "redirectUri" })
        {
            fields.report("redirectUri", "is required: this runtime's own callback is not one of the integration's redirectUris")
        }
        let redirectURI = given ?? own
        let returnURL = fields.string("returnUrl") {
            spec.returnUrls.containsExactly($0) ? nil : "is not one of the integration's returnUrls"
        }
        let scopes = fields.strings("scopes", atMost: IntegrationRules.scopeCount) {
            spec.scopes.containsExactly($0) ? nil : "is not one of the integration's scopes"
        }
        let wanted = fields.string("connectionId")
        let isBound = fields.bool("browserBinding") ?? false
        var connectionID: ConnectionID?
        if let wanted {
            connectionID = ConnectionID(wanted)
            let found = try await connectionID.asyncFlatMap { id in try await store.read { try $0.connection(id) } }
            if found?.integrationID != integration.id || found?.workspace.isExactly(workspace) != true {
                fields.report("connectionId", "is not a connection of this integration")
            }
        }
        try fields.finish()
        return OAuthFlow.Start(
            workspace: workspace, actor: call.actor, redirectURI: redirectURI, returnURL: returnURL, scopes: scopes,
            connectionID: connectionID, isBrowserBound: isBound)
    }

    private func open(_ call: Call) async throws -> Reply {
        let states = call.query.filter { $0.name == "state" }
        guard states.count == 1, let text = states.first?.value, !text.isEmpty, text.utf8.count <= 512 else {
            return Self.failurePage(OAuthError(.stateInvalid, "this address lacks its state: start again"))
        }
        let state = Secret(text)
        let name = OAuthFlow.cookieName(hash: OAuthFlow.hash(state), isSecure: isSecure)
        do {
            let (address, cookie) = try await flow.open(state: state, cookie: Self.cookie(name, in: call))
            var headers = CallbackPage.headers
            headers[.location] = address
            // Lax, because the provider's redirect is a navigation from another site.
            let seconds = OAuthStateRecord.lifetime.components.seconds
            headers[.setCookie] =
                "\(name)=\(cookie.reveal()); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
            return Reply(.seeOther, headers: headers)
        } catch let error as OAuthError {
            return Self.failurePage(error)
        }
    }

    private func browserCallback(_ call: Call) async throws -> Reply {
        let outcome = try await flow.callback(call.query, cookie: { Self.cookie($0, in: call) }, isSecure: isSecure)
        if let returnURL = outcome.returnURL {
            var headers = CallbackPage.headers
            switch outcome.result {
            case .success(let connection):
                headers[.location] = Self.adding([("status", "connected"), ("connectionId", connection.id.text)], to: returnURL)
            case .failure(let error):
                headers[.location] = Self.adding([("status", "failed"), ("error", error.code.rawValue)], to: returnURL)
            }
            return Reply(.seeOther, headers: headers)
        }
        switch outcome.result {
        case .success:
            let page = CallbackPage.page(title: "Connected", message: "The account is connected. You can close this window.")
            return Reply(.ok, headers: CallbackPage.headers, content: .html(page))
        case .failure(let error):
            return Self.failurePage(error)
        }
    }

    private func callback(_ call: Call) async throws -> Reply {
        guard let members = try call.json().object?.members else { throw APIError.invalid("body", "must be an object") }
        var parameters: [(name: String, value: String)] = []
        var problems: [APIError.Detail] = []
        for (name, value) in members where !value.isNull {
            if let text = value.string {
                parameters.append((name, text))
            } else {
                problems.append(APIError.Detail(field: name, message: "must be a string"))
            }
        }
        guard problems.isEmpty else { throw APIError.invalid(problems) }
        let outcome = try await flow.callback(parameters, cookie: { Self.cookie($0, in: call) }, isSecure: isSecure)
        let connection: ConnectionRecord
        switch outcome.result {
        case .success(let found): connection = found
        case .failure(let error): throw error.apiError
        }
        let declared = try await store.read { try $0.integration(connection.integrationID)?.spec.scopes ?? [] }
        return Reply(.ok, connection.json(declaredScopes: declared), headers: CallbackPage.headers)
    }

    private var isSecure: Bool { publicURL.hasCaselessPrefix("https://") }

    private static func failurePage(_ error: OAuthError) -> Reply {
        let page = CallbackPage.page(
            title: error.code == .accessDenied ? "Not connected" : "The connection failed",
            message: error.code == .accessDenied
                ? "The access was denied, and nothing was changed." : "\(error.message). (\(error.code.rawValue))")
        return Reply(error.apiError.status, headers: CallbackPage.headers, content: .html(page))
    }

    /// The value of one cookie; a name that stands twice is nobody's.
    private static func cookie(_ name: String, in call: Call) -> Secret? {
        let pairs = call.headers[values: .cookie].joined(separator: "; ").split(separator: ";").compactMap { pair -> String? in
            let trimmed = pair.drop { $0 == " " }
            return trimmed.hasPrefix("\(name)=") ? String(trimmed.dropFirst(name.count + 1)) : nil
        }
        guard pairs.count == 1, let value = pairs.first, !value.isEmpty, value.utf8.count <= 256 else { return nil }
        return Secret(value)
    }

    /// Adds query parameters before a fragment; the page's own query stays.
    static func adding(_ parameters: [(String, String)], to url: String) -> String {
        WebURL.adding(PercentEncoding.query(parameters.map { ($0.0, $0.1) }), to: url)
    }
}

extension Optional {
    fileprivate func asyncFlatMap<Value>(_ transform: (Wrapped) async throws -> Value?) async rethrows -> Value? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
