import Values

/// Who is sent an integration's client secret and the tokens of its connections; pure.
///
/// The origins of the token, revocation and introspection endpoints, from the catalogue or from `config`, in every region that
/// the provider has. Whoever adds one that was not there before gives the client secret again, and connections are authorised
/// again: nothing that is stored goes to an address that it was not given for.
package struct CredentialDestinations: Sendable, Equatable {
    private let origins: Set<ExactText>

    package init(_ spec: IntegrationSpec) {
        let config = EffectiveConfig(spec)
        var origins: Set<ExactText> = []
        for region in [nil] + (config.regions?.domains.keys.map(Optional.some) ?? []) {
            let regional = config.regional(region)
            for url in [regional.tokenUrl, regional.revocationUrl, regional.introspectionUrl] {
                if let url { origins.insert(ExactText(Self.origin(of: url))) }
            }
        }
        self.origins = origins
    }

    /// Whether nobody is among these who is not among the others.
    package func areWithin(_ others: CredentialDestinations) -> Bool { origins.isSubset(of: others.origins) }

    /// Whether both send their users to the same origin to authorise; no secret goes there, but people's trust does.
    package static func authorizeAlike(_ a: IntegrationSpec, _ b: IntegrationSpec) -> Bool {
        EffectiveConfig(a).authorizationUrl.map(origin(of:)) == EffectiveConfig(b).authorizationUrl.map(origin(of:))
    }

    /// A text that is no URL stands for itself.
    private static func origin(of url: String) -> String { (try? WebURL(url))?.origin ?? url }
}
