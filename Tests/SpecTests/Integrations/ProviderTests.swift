import Spec
import Testing
import Values

struct ProviderTests {
    @Test func `the catalogue has the reference's providers and the free entry`() {
        #expect(
            Provider.all.map(\.name) == [
                "salesforce", "hubspot", "pipedrive", "zoho-crm", "canva", "adobe", "mailchimp", "activecampaign",
                "unsplash", "shutterstock", "getty-images", "zapier", "make", "n8n", "custom",
            ])
        #expect(Provider.named("zoho-crm")?.displayName == "Zoho CRM")
        #expect(Provider.named("zoho") == nil)
    }

    @Test(arguments: Provider.all)
    func `every URL is https, without user info or fragment`(provider: Provider) {
        let urls = [
            provider.oauth?.authorizationUrl, provider.oauth?.tokenUrl, provider.oauth?.revocationUrl,
            provider.oauth?.introspectionUrl, provider.oauth?.issuer,
        ].compactMap { $0 }
        for url in urls {
            #expect(url.hasPrefix("https://") && !url.contains("@") && !url.contains("#") && !url.contains("{"))
        }
    }

    @Test(arguments: Provider.all)
    func `tokens go to hosts of the list alone`(provider: Provider) throws {
        guard provider.name != "custom", let oauth = provider.oauth else { return }
        for url in [oauth.tokenUrl, oauth.revocationUrl, oauth.introspectionUrl].compactMap({ $0 }) {
            let host = try #require(url.dropFirst("https://".count).split(separator: "/").first)
            #expect(
                provider.allowedHosts.contains { pattern in
                    pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) : pattern == host
                }, "\(host)")
        }
    }

    @Test(arguments: Provider.all)
    func `every entry but the free one says where it comes from`(provider: Provider) {
        guard provider.name != "custom" else { return }
        #expect(!provider.sources.isEmpty)
        #expect(provider.verifiedOn.flatMap { Timestamp("\($0)T00:00:00Z") } != nil)
        #expect(provider.oauth != nil || provider.apiKey != nil)
    }

    @Test func `quirks that decide whether a flow works at all`() {
        #expect(Provider.unsplash.oauth?.scopeSeparator == .plus)
        #expect(Provider.unsplash.oauth?.pkce == .never)
        #expect(Provider.canva.oauth?.pkceSupport == .required)
        #expect(Provider.canva.oauth?.tokenAuthMethod == .basic)
        #expect(Provider.zohoCRM.oauth?.scopeSeparator == .comma)
        #expect(Provider.zohoCRM.oauth?.errors.withStatus200 == true)
        #expect(Provider.pipedrive.oauth?.scopeSeparator == ScopeSeparator.none)
        #expect(Provider.make.authenticationKinds == ["oauth2", "api_key"])
        #expect(Provider.n8n.authenticationKinds == ["api_key"])
        #expect(Provider.custom.authenticationKinds == ["custom"])
    }
}

struct EffectiveConfigTests {
    @Test func `without a config the catalogue's facts hold`() {
        let config = EffectiveConfig(IntegrationSpec(name: "S", type: .crm, provider: "salesforce", scopes: ["api"]))
        #expect(config.tokenUrl == "https://login.salesforce.com/services/oauth2/token")
        #expect(config.scopes == ["api", "refresh_token"])
        #expect(config.pkce)
        #expect(config.missingForOAuth == ["clientId", "clientSecret"])
    }

    @Test func `the config goes before the catalogue, field by field`() {
        let config = EffectiveConfig(
            IntegrationSpec(
                name: "S", type: .crm, provider: "zoho-crm",
                config: .init(
                    tokenUrl: "https://accounts.zoho.eu/oauth/v2/token", pkce: false, tokenAuthMethod: .basicRaw,
                    scopeSeparator: " ",
                    authorizationParams: [.init(name: "prompt", value: ""), .init(name: "x", value: "1")],
                    clientId: .text("id"), clientSecret: .stored)))
        #expect(config.tokenUrl == "https://accounts.zoho.eu/oauth/v2/token")
        #expect(config.authorizationUrl == "https://accounts.zoho.com/oauth/v2/auth")
        #expect(!config.pkce)
        #expect(config.tokenAuthMethod == .basicRaw)
        #expect(config.scopeSeparator == .space)
        #expect(config.authorizationParams.map(\.name) == ["access_type", "x"])
        #expect(config.regions == nil)
        #expect(config.missingForOAuth.isEmpty)
    }

    @Test func `a public client needs no secret, a custom one needs everything else`() {
        let config = EffectiveConfig(
            IntegrationSpec(
                name: "C", type: .custom, provider: "custom", config: .init(tokenAuthMethod: IntegrationSpec.TokenAuthMethod.none)))
        #expect(config.missingForOAuth == ["authorizationUrl", "tokenUrl", "clientId"])
    }
}
