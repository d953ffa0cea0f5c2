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

/// Runs the body of an endpoint and gives failures of a flow their shape on the wire.
func translatingOAuthErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let error as OAuthError { throw error.apiError }
}
