import Curl
package import Logging
internal import ServiceLifecycle
import Synchronization
package import Values

/// The verifier of management tokens, kept fresh where an issuer publishes its keys at an address.
///
/// A key set that cannot be fetched or read leaves the one before in force: an issuer's outage locks nobody out.
///
/// Concurrency: the verifier is a value behind a mutex; `run()` replaces it.
package final class TokenKeys: Service {
    private let verifier: Mutex<TokenVerifier>
    private let publication: Publication?

    private struct Publication {
        let url: String
        let client: HTTPClient
        let audience: String?
        let issuer: String?
        let logger: Logger
    }

    /// How long a key that the issuer has withdrawn may still be believed, and a new one is not yet known.
    package static let refreshInterval: Duration = .seconds(60)

    /// Keys that stay as they are: a shared secret, or a key set in a file.
    package init(_ verifier: TokenVerifier) {
        self.verifier = Mutex(verifier)
        publication = nil
    }

    /// Fetches the key set once before it returns.
    ///
    /// - Parameter url: https, or http at a loopback address; the operator names it, so it may be in any network.
    package init(url: String, audience: String?, issuer: String?, logger: Logger) async throws(ConfigurationError) {
        if let problem = URLRules.endpoint.problem(url) {
            throw ConfigurationError(message: "RECONCILE_JWKS names no file and no address that can be used: \(problem)")
        }
        let everywhere = ["0.0.0.0/0", "::/0"].compactMap { CIDR($0) }
        let publication = Publication(
            url: url, client: HTTPClient(policy: AddressPolicy(allowed: everywhere)), audience: audience, issuer: issuer, logger: logger)
        self.publication = publication
        verifier = Mutex(try await Self.fetch(publication))
    }

    /// Who the token speaks for, at that moment.
    package func principal(of token: String, at now: Timestamp) throws(TokenError) -> Principal {
        try verifier.withLock { $0 }.principal(of: token, at: now)
    }

    package func run() async throws {
        guard publication != nil else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.refreshInterval) } catch { return }
                await self.refresh()
            }
        }
    }

    /// Takes over what the issuer publishes now; does nothing for keys that stay.
    package func refresh() async {
        guard let publication else { return }
        do {
            let fresh = try await Self.fetch(publication)
            verifier.withLock { $0 = fresh }
        } catch {
            publication.logger.warning("the token keys were not refreshed; the ones before stay", metadata: ["error": "\(error)"])
        }
    }

    private static func fetch(_ publication: Publication) async throws(ConfigurationError) -> TokenVerifier {
        let document: [UInt8]
        do {
            let response = try await publication.client.send(OutgoingRequest(url: publication.url))
            guard response.status == 200 else {
                throw ConfigurationError(message: "RECONCILE_JWKS (\(publication.url)) answered \(response.status)")
            }
            document = response.body
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(message: "RECONCILE_JWKS (\(publication.url)) cannot be fetched: \(error)")
        }
        do {
            return TokenVerifier(
                keys: try JSONWebKeySet(parsing: document).keys, audience: publication.audience, issuer: publication.issuer)
        } catch {
            throw ConfigurationError(message: "RECONCILE_JWKS (\(publication.url)) is no key set that can be used: \(error)")
        }
    }
}
