import Logging
import Store

/// Tokens that a provider has just given and that exist nowhere else yet.
enum NewTokens {
    /// For how long they are kept in memory while they cannot be written.
    static let longestStoring = ConnectionRefresher.lease

    /// Tries a write again for a while where the state cannot take it; one whose outcome is unknown may be done twice, so it must bear that.
    static func stored<Value: Sendable>(logger: Logger, _ write: @Sendable () async throws -> Value) async throws -> Value {
        let end = ContinuousClock.now + longestStoring
        var failures = ContinuedFailure()
        while true {
            do {
                return try await write()
            } catch let error as StoreError where [.locked, .full, .unavailable].contains(error.code) && ContinuousClock.now < end {
                if failures.isToBeSaid(at: .now) {
                    logger.error("new tokens could not be stored yet; trying again", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}
