extension Provider {
    /// How a provider's authorization server behaves (RFC 6749 and what deviates from it).
    package struct OAuth: Sendable, Equatable {
        package var authorizationUrl: String?
        package var tokenUrl: String?
        package var revocationUrl: String?
        package var introspectionUrl: String?
        /// The value of `iss` in authorization responses (RFC 9207); nil where the server sends none or it is unknown.
        package var issuer: String?
        package var pkce: PKCE
        /// What the provider says about PKCE, apart from what we send.
        package var pkceSupport: PKCESupport
        package var tokenAuthMethod: IntegrationSpec.TokenAuthMethod
        package var scopeSeparator: ScopeSeparator
        package var authorizationParams: [IntegrationSpec.Parameter]
        package var tokenParams: [IntegrationSpec.Parameter]
        /// Scopes without which no refresh token is given; asked for besides the declared ones.
        package var scopesNeeded: [String]
        package var accessToken: AccessTokenLifetime
        package var refresh: Refresh
        package var errors: Errors
        /// Accepts a token response without `token_type`, which RFC 6749 § 5.1 requires.
        package var acceptsMissingTokenType: Bool
        /// Members of the token response kept with the connection, such as Salesforce's `instance_url`.
        package var metadataFields: [String]
        /// Where the callback says which data centre issued the code.
        package var regions: Regions?

        /// Whether a challenge is sent. An unknown server gets one: it must ignore what it does not know (RFC 6749 § 3.1).
        package enum PKCE: String, Sendable, CaseIterable {
            case always
            case never
        }

        package enum PKCESupport: String, Sendable, CaseIterable {
            case required
            case supported
            case unsupported
            case unknown
        }

        /// How long an access token lives.
        package enum AccessTokenLifetime: Sendable, Equatable {
            /// Usual value, in seconds; `expires_in` of a response goes before it.
            case seconds(Int)
            /// No `expires_in` is sent although tokens end; they are renewed this many seconds after issue.
            case unstated(renewAfterSeconds: Int)
            case never
            case unknown
        }

        /// What is known of refresh tokens.
        package struct Refresh: Sendable, Equatable {
            package var kind: Kind
            package var rotation: Rotation
            /// Days without use after which the refresh token ends.
            package var idleDays: Int?
            /// Days after which the refresh token ends whatever its use.
            package var totalDays: Int?
            /// Seconds for which the provider takes a replaced refresh token again; 0 where it detects reuse or nothing is known.
            package var reuseGraceSeconds: Int

            package enum Kind: String, Sendable, CaseIterable {
                /// RFC 6749 § 6.
                case standard
                /// No refresh token exists; the access token does not end.
                case none
            }

            package enum Rotation: String, Sendable, CaseIterable {
                /// A used refresh token is dead.
                case always
                case never
                /// A setting of the customer or of the app decides.
                case configurable
                case unknown
            }

            package init(
                kind: Kind = .standard, rotation: Rotation = .unknown, idleDays: Int? = nil, totalDays: Int? = nil,
                reuseGraceSeconds: Int = 0
            ) {
                self.kind = kind
                self.rotation = rotation
                self.idleDays = idleDays
                self.totalDays = totalDays
                self.reuseGraceSeconds = reuseGraceSeconds
            }
        }

        /// Values of `error` in token responses beyond those of RFC 6749 § 5.2.
        package struct Errors: Sendable, Equatable {
            /// The grant is dead; a person must authorise again.
            package var terminal: [String]
            /// Worth another try later.
            package var transient: [String]
            /// Whether failures come with status 200 and an `error` member.
            package var withStatus200: Bool

            package init(terminal: [String] = [], transient: [String] = [], withStatus200: Bool = false) {
                self.terminal = terminal
                self.transient = transient
                self.withStatus200 = withStatus200
            }
        }

        /// A callback parameter that picks one of several known hosts; its value is looked up and never used as an address.
        package struct Regions: Sendable, Equatable {
            package var callbackParameter: String
            /// The part of the configured hosts that is replaced, such as `zoho.com`.
            package var domain: String
            /// Replacement by parameter value.
            package var domains: [String: String]

            package init(callbackParameter: String, domain: String, domains: [String: String]) {
                self.callbackParameter = callbackParameter
                self.domain = domain
                self.domains = domains
            }
        }

        package init(
            authorizationUrl: String? = nil, tokenUrl: String? = nil, revocationUrl: String? = nil,
            introspectionUrl: String? = nil, issuer: String? = nil, pkce: PKCE = .always,
            pkceSupport: PKCESupport = .unknown, tokenAuthMethod: IntegrationSpec.TokenAuthMethod = .post,
            scopeSeparator: ScopeSeparator = .space, authorizationParams: [IntegrationSpec.Parameter] = [],
            tokenParams: [IntegrationSpec.Parameter] = [], scopesNeeded: [String] = [],
            accessToken: AccessTokenLifetime = .unknown, refresh: Refresh = Refresh(), errors: Errors = Errors(),
            acceptsMissingTokenType: Bool = false, metadataFields: [String] = [], regions: Regions? = nil
        ) {
            self.authorizationUrl = authorizationUrl
            self.tokenUrl = tokenUrl
            self.revocationUrl = revocationUrl
            self.introspectionUrl = introspectionUrl
            self.issuer = issuer
            self.pkce = pkce
            self.pkceSupport = pkceSupport
            self.tokenAuthMethod = tokenAuthMethod
            self.scopeSeparator = scopeSeparator
            self.authorizationParams = authorizationParams
            self.tokenParams = tokenParams
            self.scopesNeeded = scopesNeeded
            self.accessToken = accessToken
            self.refresh = refresh
            self.errors = errors
            self.acceptsMissingTokenType = acceptsMissingTokenType
            self.metadataFields = metadataFields
            self.regions = regions
        }
    }
}
