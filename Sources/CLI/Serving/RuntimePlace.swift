import IntegrationRuntime
import Store

/// The place of the one runtime of a state: a lock beside a file, a lease in a database.
enum RuntimePlace {
    /// The lock beside a state file; nil for a database, where a lease takes its place.
    static func lock(_ location: StateLocation) throws(CommandError) -> ServeLock? {
        guard case .file(let path) = location else { return nil }
        do throws(ServeLock.Refusal) {
            return try ServeLock(state: path)
        } catch {
            if case .held = error { throw CommandError(.locked, "\(error)") }
            throw CommandError(.failure, "\(error)")
        }
    }

    /// Does the work for as long as this process has the lease, and gives it back at the end, however that comes.
    ///
    /// - Parameter report: gets the first of renewals that fail, which are tried again, and nil once one succeeds.
    static func holding<Value: Sendable>(
        _ lease: RuntimeLease?, reporting report: @escaping @Sendable (StoreError?) -> Void,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let lease else { return try await work() }
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await withThrowingTaskGroup(of: Value?.self) { group in
                    group.addTask { try await work() }
                    group.addTask {
                        try await lease.keep(report: report)
                        return nil
                    }
                    defer { group.cancelAll() }
                    while let ended = try await group.next() {
                        if let value = ended { return value }
                    }
                    throw CancellationError()
                })
        } catch {
            result = .failure(error)
        }
        await lease.release()
        return try result.get()
    }
}
