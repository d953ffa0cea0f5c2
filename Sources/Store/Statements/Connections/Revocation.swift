package import Spec
package import Values

/// A promise to tell a provider that tokens are dead, kept until it heard.
///
/// It holds all that the call needs, because the integration and the connection are gone by then.
package struct Revocation: Sendable {
    /// 0 before it is written.
    package var id: Int
    package var workspace: String
    package var connectionID: ConnectionID
    package var url: String
    package var clientID: String
    package var clientSecret: Secret?
    package var authMethod: IntegrationSpec.TokenAuthMethod
    package var tokens: ConnectionTokens
    package var attempts: Int

    package init(
        workspace: String, connectionID: ConnectionID, url: String, clientID: String, clientSecret: Secret?,
        authMethod: IntegrationSpec.TokenAuthMethod, tokens: ConnectionTokens
    ) {
        id = 0
        attempts = 0
        self.workspace = workspace
        self.connectionID = connectionID
        self.url = url
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.authMethod = authMethod
        self.tokens = tokens
    }

    /// What is sealed: everything but the address.
    var sealedText: Secret {
        var object = JSONObject()
        object["clientId"] = .string(clientID)
        object["clientSecret"] = clientSecret.map { .string($0.reveal()) }
        object["authMethod"] = .string(authMethod.rawValue)
        object["access"] = .string(tokens.access.reveal())
        object["refresh"] = tokens.refresh.map { .string($0.reveal()) }
        return Secret(JSON.object(object).text)
    }

    init?(id: Int, workspace: String, connectionID: ConnectionID, url: String, attempts: Int, sealedText: Secret) {
        guard let json = try? JSON(parsing: sealedText.reveal()), let clientID = json["clientId"]?.string,
            let authMethod = json["authMethod"]?.string.flatMap({ IntegrationSpec.TokenAuthMethod(rawValue: $0) }),
            let access = json["access"]?.string
        else { return nil }
        self.init(
            workspace: workspace, connectionID: connectionID, url: url, clientID: clientID,
            clientSecret: json["clientSecret"]?.string.map { Secret($0) }, authMethod: authMethod,
            tokens: ConnectionTokens(access: Secret(access), refresh: json["refresh"]?.string.map { Secret($0) }))
        self.id = id
        self.attempts = attempts
    }
}
