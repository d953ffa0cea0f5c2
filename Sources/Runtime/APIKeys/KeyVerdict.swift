/// The outcome of a check: the code, the key it is about, and how its limits stand.
package struct KeyVerdict: Sendable {
    package var code: KeyCode
    /// Nil where there is no such key.
    package var key: LiveKey?
    /// Nil where nothing was counted: the key has no limits, or something else refused it first.
    package var limits: LimitReport?

    package init(_ code: KeyCode, key: LiveKey? = nil, limits: LimitReport? = nil) {
        self.code = code
        self.key = key
        self.limits = limits
    }
}
