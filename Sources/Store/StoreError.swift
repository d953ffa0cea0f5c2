/// Why the state could not be read or written.
///
/// Carries SQL text and result codes at most, never a bound value.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Somebody else held what the statement needed for longer than it may wait.
        case locked
        /// The state was written by a newer version of this program.
        case newerVersion
        /// There is no state at that place.
        case missing
        /// It is no state of ours, or is damaged.
        case notAState
        /// The path or the database cannot be opened, read or written.
        case inaccessible
        /// The disk or a quota is full.
        case full
        /// A constraint of the schema refused the write.
        case constraint
        /// A sealed value cannot be opened: the key is missing or wrong, or the bytes were moved or changed.
        case sealed
        /// The database does not answer at present; what was asked for is not done, or it is not known to be.
        case unavailable
        /// Another process has taken this one's place; it must end.
        case fenced
        /// The state is being filled from another one, or that was begun and not brought to its end.
        case unfinishedCopy
        /// A state cannot be copied there: something else is there already, or what is copied has changed meanwhile.
        case copyRefused
        /// Anything else that the database reports.
        case database

        fileprivate var concernsState: Bool {
            switch self {
            case .locked, .missing, .inaccessible, .full, .unavailable, .fenced, .newerVersion, .unfinishedCopy: true
            case .notAState, .constraint, .sealed, .copyRefused, .database: false
            }
        }
    }

    package let code: Code
    /// What was attempted, on what, and what to do.
    package let message: String
    /// Whether it may have been done all the same: the answer to a COMMIT was lost, and the database could not be asked.
    package let isUndecided: Bool
    /// Whether others held rows of it, or it was too long under way, so that a write of other rows may well succeed.
    let isContention: Bool

    package init(code: Code, isUndecided: Bool = false, message: String) {
        self.init(code: code, isUndecided: isUndecided, isContention: false, message: message)
    }

    init(code: Code, isUndecided: Bool = false, isContention: Bool, message: String) {
        self.code = code
        self.isUndecided = isUndecided
        self.isContention = isContention
        self.message = message
    }

    package var description: String { message }

    /// Whether any other write would meet it as well.
    var concernsState: Bool { code.concernsState && !isContention }
}

extension StoreError {
    static func newerVersion(_ version: Int, of state: String) -> StoreError {
        StoreError(
            code: .newerVersion,
            message:
                "the state \(state) was written by a newer version of reconcile (schema \(version), this one knows \(Schema.currentVersion)); upgrade this program"
        )
    }

    /// A place that a copy is to go to has an older state, or an older program's unfinished copy.
    static func earlierTarget(_ state: String) -> StoreError {
        StoreError(
            code: .copyRefused,
            message: "\(state) holds a state of an earlier version already, so nothing was copied; name a place that is empty")
    }
}
