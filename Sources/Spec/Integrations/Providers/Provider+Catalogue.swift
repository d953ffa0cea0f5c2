extension Provider {
    /// The entry of that name; nil for a name the catalogue does not have.
    package static func named(_ name: String) -> Provider? {
        byName[name]
    }

    /// The whole catalogue, in the order of the reference.
    package static let all: [Provider] = [
        .salesforce, .hubspot, .pipedrive, .zohoCRM, .canva, .adobe, .mailchimp, .activeCampaign, .unsplash,
        .shutterstock, .gettyImages, .zapier, .make, .n8n, .custom,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The free entry: every fact comes from the integration's `config`.
    package static let custom = Provider(
        name: "custom", displayName: "Custom", type: .custom, oauth: OAuth(),
        quirks: [
            "everything comes from config; without an authorizationUrl and a tokenUrl the integration has no OAuth"
        ],
        sources: "none", verifiedOn: nil)

    /// `oauth2`, `api_key`, both, or `custom`: what people read in a listing.
    package var authenticationKinds: [String] {
        if name == Provider.custom.name { return ["custom"] }
        return (oauth == nil ? [] : ["oauth2"]) + (apiKey == nil ? [] : ["api_key"])
    }
}
