package import Values

/// What a claim was given.
package struct LimitGrant: Sendable, Hashable {
    package var window: LimitWindow
    package var start: Timestamp
    /// New allowance for the claimant; 0 where the limit is used up.
    package var added: Int
    /// All that has been given away in the window, to anybody.
    package var granted: Int

    package init(window: LimitWindow, start: Timestamp, added: Int, granted: Int) {
        self.window = window
        self.start = start
        self.added = added
        self.granted = granted
    }
}
