import HTTPTypes

extension OAuthError {
    /// How the failure looks over HTTP.
    package var apiError: APIError {
        let status: HTTPResponse.Status =
            switch code {
            case .stateInvalid, .callbackInvalid, .browserMismatch, .issuerMismatch, .accessDenied, .authorizationFailed: .badRequest
            case .notConfigured: .unprocessableContent
            case .integrationInactive, .needsReauthorization, .notRefreshable: .conflict
            case .clientRejected, .codeRejected, .tokenResponseInvalid, .providerUnavailable: .badGateway
            case .connectionNotFound: .notFound
            case .stopping: .serviceUnavailable
            }
        var headers: HTTPFields = [:]
        if let retryAfter { headers[.retryAfter] = "\(max(1, retryAfter.components.seconds))" }
        return APIError(status, code: code.rawValue, message: message, headers: headers)
    }
}

extension Endpoint.Answer {
    /// What a renewal of tokens answers where it fails.
    static let refreshFailures = [
        Endpoint.Answer(.conflict, "The integration is inactive, or the account must be connected again", schema: .schema("Error")),
        Endpoint.Answer(.badGateway, "The provider could not be reached, or its answer cannot be used", schema: .schema("Error")),
    ]

    /// What a callback answers where it fails.
    ///
    /// - Parameter mediaType: of the page that a browser is shown; nil for an error as JSON.
    static func callbackFailures(mediaType: String? = nil) -> [Endpoint.Answer] {
        let failures: [(HTTPResponse.Status, String)] = [
            (.badRequest, "The state is used, unknown or too old, or the access was denied"),
            (.notFound, "The connection that was to be renewed is gone"), (.conflict, "The integration is inactive"),
            (.unprocessableContent, "The integration is not configured for this"),
            (.badGateway, "The provider could not be reached, refused, or its answer cannot be used"),
        ]
        return failures.map { Endpoint.Answer($0, $1, schema: mediaType == nil ? .schema("Error") : nil, mediaType: mediaType) }
    }
}

/// Runs the body of an endpoint and gives failures of a flow their shape on the wire.
func translatingOAuthErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let error as OAuthError { throw error.apiError }
}
