package import Values

/// A window as it is stored.
package struct LimitWindowRecord: Sendable, Hashable {
    package var subject: String
    package var window: LimitWindow
    package var start: Timestamp
    package var granted: Int

    package init(subject: String, window: LimitWindow, start: Timestamp, granted: Int) {
        self.subject = subject
        self.window = window
        self.start = start
        self.granted = granted
    }
}
