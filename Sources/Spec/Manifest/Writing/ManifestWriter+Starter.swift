extension ManifestWriter {
    /// The commented manifest that `init` writes; valid, and applicable without any secret as it stands.
    ///
    /// - Parameter providers: entries of the catalogue to begin with; their credentials are commented out until they exist.
    package static func starter(workspace: String, providers: [Provider] = []) -> String {
        """
        # What this workspace declares. Check it with `reconcile validate`, see what would change with `reconcile plan`,
        # and make it so with `reconcile apply`. `reconcile schema > manifest.schema.json` gives an editor completion:
        # yaml-language-server: $schema=./manifest.schema.json
        version: 1
        workspace: \(YAMLText.scalar(workspace))    # the tenant; must be the one in your tokens
        # owner: platform-team   # several repositories can declare parts of one workspace; each prunes only its own

        # The permissions that API keys can carry.
        scopes:
          posts:read: Read posts and their metrics
          posts:write: Create and schedule posts

        # What keys issued under a policy may do. Keys are made with `reconcile keys create --policy production`.
        keyPolicies:
          production:
            description: Server-to-server keys
            scopes: ["posts:*"]
            rateLimitPerHour: 1000
            rateLimitPerDay: 10000
            expiresAfter: 365d
            rotation: { every: 90d, overlap: 7d }

        \(integrations(providers))
        # Receivers of events. A signing secret is generated at the first apply and shown then.
        webhooks:
          post-published:
            name: Post published
            url: http://127.0.0.1:8787/webhooks/post-published    # https, or http on loopback
            events: [POST_PUBLISHED, POST_FAILED]                 # "*" for all
            # headers: { X-Environment: production, Authorization: { env: RECEIVER_AUTHORIZATION } }
            # retryConfig: { maxRetries: 3, backoffMultiplier: 2, initialDelay: 5s, maxDelay: 12h }
            # lifecycle: { preventDestroy: true }

        """
    }

    private static func integrations(_ providers: [Provider]) -> String {
        guard !providers.isEmpty else {
            return """
                # Third parties that accounts are connected to; `reconcile providers` lists the catalogue.
                # integrations:
                #   salesforce:
                #     name: Salesforce CRM
                #     provider: salesforce
                #     scopes: [api, refresh_token]
                #     redirectUris: [https://yourapp.example/oauth/callback]
                #     config:
                #       clientId: { env: SALESFORCE_CLIENT_ID }
                #       clientSecret: { env: SALESFORCE_CLIENT_SECRET }

                """
        }
        var text = "# Third parties that accounts are connected to; the catalogue supplies their URLs.\nintegrations:\n"
        for provider in providers {
            let address = Address(workspace: "", kind: .integration, name: provider.name)
            var lines = [
                "  \(provider.name):", "    name: \(YAMLText.scalar(provider.displayName))", "    provider: \(provider.name)",
            ]
            if let oauth = provider.oauth {
                lines.append("    redirectUris: [http://127.0.0.1:8080/api/integrations/oauth/callback]")
                if !oauth.scopesNeeded.isEmpty {
                    lines.append("    scopes: [\(oauth.scopesNeeded.map(YAMLText.scalar).joined(separator: ", "))]")
                }
                lines += [
                    "    # config:",
                    "    #   clientId: { env: \(SecretRules.variableName(for: address, field: "config.clientId")) }",
                    "    #   clientSecret: { env: \(SecretRules.variableName(for: address, field: "config.clientSecret")) }",
                ]
            }
            text += lines.joined(separator: "\n") + "\n"
        }
        return text
    }
}
