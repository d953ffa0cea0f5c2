import Values

/// Whether one workspace works off what is due while another hands in events; pure.
///
/// Then what is due goes in small transactions with pauses between them: whoever hands in an event waits for one of them at
/// the most. Where nobody waits, large ones with none are better.
struct SharedTraffic: Sendable {
    /// From one transaction to the next of the same kind: the disk must confirm each, and that is what others wait for.
    static let pause: Duration = .milliseconds(50)
    /// The work in one transaction; what it takes tells how many rows the next one has.
    static let longestWork: Duration = .microseconds(1500)
    private(set) var rowsPerTransaction = 16

    /// How long a workspace counts as active after it was.
    static let memory: Duration = .seconds(10)

    private var accepting = Recent()
    private var fetching = Recent()

    /// The two workspaces that were active last.
    private struct Recent: Sendable {
        private(set) var last: [(workspace: Int, at: ContinuousClock.Instant)] = []

        mutating func note(_ workspace: Int, at now: ContinuousClock.Instant) {
            if last.last?.workspace == workspace {
                last[last.count - 1].at = now
                return
            }
            last.append((workspace, now))
            if last.count > 2 { last.removeFirst() }
        }
    }

    /// Learns what the rows of a transaction took, without the wait for the disk: halves them where that was too long.
    mutating func noteWork(_ time: Duration) {
        rowsPerTransaction = time > Self.longestWork ? max(8, rowsPerTransaction / 2) : min(64, rowsPerTransaction + 4)
    }

    mutating func noteAccepted(_ workspace: Int, at now: ContinuousClock.Instant) { accepting.note(workspace, at: now) }

    mutating func noteFetched(_ workspace: Int, at now: ContinuousClock.Instant) { fetching.note(workspace, at: now) }

    func isShared(at now: ContinuousClock.Instant) -> Bool {
        fetching.last.contains { fetched in
            fetched.at + Self.memory > now
                && accepting.last.contains { $0.workspace != fetched.workspace && $0.at + Self.memory > now }
        }
    }
}
