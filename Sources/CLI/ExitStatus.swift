/// How the program ends, the same in every format; scripts rely on these numbers.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done, or nothing to do.
    case success = 0
    /// An error that has no number of its own.
    case failure = 1
    /// With `--detailed-exitcode`: there are changes, or drift.
    case changes = 2
    /// The manifests are invalid.
    case invalidManifests = 3
    /// The plan is stale, or not the reviewed one.
    case stalePlan = 4
    /// Another process holds the state.
    case locked = 5
    /// A guard refused: deletes, `preventDestroy`, empty input.
    case refused = 6
    /// Manifests of another owner declare the resource.
    case ownedByAnother = 7
    /// The command line is wrong.
    case usage = 64
    /// Ended by the user before the commit; nothing was applied.
    case interrupted = 130
}

/// Why a command ends without success: what was attempted, on what, and what to do.
package struct CommandError: Error, Sendable {
    package let status: ExitStatus
    /// Printed after `error: `; nil where everything has been said already.
    package let message: String?

    package init(_ status: ExitStatus = .failure, _ message: String?) {
        self.status = status
        self.message = message
    }
}
