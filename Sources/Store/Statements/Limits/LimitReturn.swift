package import Values

/// Allowance of a window that its holder leaves unused.
package struct LimitReturn: Sendable, Hashable {
    package var subject: String
    package var window: LimitWindow
    package var start: Timestamp
    package var unused: Int

    package init(subject: String, window: LimitWindow, start: Timestamp, unused: Int) {
        self.subject = subject
        self.window = window
        self.start = start
        self.unused = unused
    }
}
