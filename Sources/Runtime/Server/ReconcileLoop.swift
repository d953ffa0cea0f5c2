import Dispatch
import Logging
package import Reconciler
import ServiceLifecycle
import Spec
import Store
import Values

/// Manifests that a runtime keeps applied.
package struct ManifestWatch: Sendable {
    /// Files and folders, as for `apply`.
    package var paths: [String]
    package var interval: Duration
    /// Where secret references are resolved.
    package var environment: [String: String]
    /// Who applies, and from which commit; asked whenever there is something to apply.
    package var author: @Sendable () async -> Author

    package init(
        paths: [String], interval: Duration, environment: [String: String], author: @escaping @Sendable () async -> Author
    ) {
        self.paths = paths
        self.interval = interval
        self.environment = environment
        self.author = author
    }
}

/// Plans and applies the manifests at the start and at every interval, with the guards of `apply`.
///
/// What cannot be applied (invalid manifests, a tripped guard, a locked state) is logged, changes nothing, and is tried
/// again at the next interval: one failure never ends the loop.
struct ReconcileLoop: Service {
    let watch: ManifestWatch
    let store: Store
    let clock: @Sendable () -> Timestamp
    let logger: Logger
    /// Brings what was applied into force.
    let applied: @Sendable () async throws -> Void

    /// The default of `apply --max-deletes`.
    private static let maximumDeletePercent = 30

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while true {
                do { try await Task.sleep(for: watch.interval) } catch { return }
                await attempt()
            }
        }
    }

    /// One round, whose failure is logged. The server makes the first before it listens, so that who can reach it finds what is
    /// declared.
    func attempt() async {
        do {
            try await round()
        } catch {
            logger.error("the manifests were not applied; trying again", metadata: ["error": "\(error)", "interval": "\(watch.interval)"])
        }
    }

    /// Brings the state to the manifests as they are now.
    private func round() async throws {
        let (reading, resolution) = await read()
        guard let manifest = reading.manifest, let resolution else {
            throw ConfigurationError(
                message: (reading.missing.map(\.description) + reading.diagnostics.map(\.text)).joined(separator: "\n"))
        }
        guard resolution.diagnostics.isEmpty else {
            throw ConfigurationError(message: resolution.diagnostics.map(\.text).joined(separator: "\n"))
        }
        let (secrets, now) = (resolution.values, clock())
        let plan = try await store.read { try $0.plan(for: manifest, secrets: secrets, at: now) }
        guard !plan.isEmpty else { return }
        let guarded = plan.guarded(maximumDeletePercent: Self.maximumDeletePercent)
        let author = await watch.author()
        let outcome = try await store.write { try $0.apply(guarded, secrets: secrets, by: author, at: now) }
        try await applied()
        if let revision = outcome.revision {
            logger.notice("applied the manifests", metadata: ["revision": "\(revision.number)", "changes": "\(plan.summary)"])
        }
    }
    /// The manifests, and where they are right their secrets; files are waited for off the cooperative threads.
    private func read() async -> (ManifestReading, SecretResolution?) {
        let watch = watch
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let reading = ManifestReader().read(watch.paths)
                let resolver = SecretResolver(environment: watch.environment)
                let resolution = reading.manifest.map { resolver.resolve($0.resources, places: reading.places) }
                continuation.resume(returning: (reading, resolution))
            }
        }
    }
}
