/// Asks again and again until there is an answer; fails at the deadline, naming what was waited for.
///
/// For what other processes do, which no clock parameter reaches.
package func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(10), every interval: Duration = .milliseconds(10),
    _ answer: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        if let value = try await answer() { return value }
        guard ContinuousClock.now < end else { throw EndToEndError("waited \(limit) in vain for \(what)") }
        try await Task.sleep(for: interval)
    }
}
