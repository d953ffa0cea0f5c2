import Store
import Values

extension LimitClaim {
    /// Of one key, for the window that a moment is in.
    static func sample(
        limit: Int, demand: Int = 1, window: LimitWindow = .hour, at moment: Timestamp, takesSpare: Bool = true
    ) -> LimitClaim {
        LimitClaim(
            subject: "key_a", window: window, start: window.start(of: moment), limit: limit, demand: demand, takesSpare: takesSpare)
    }
}
