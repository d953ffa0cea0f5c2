import NIOCore
import Values

/// What the handlers of all connections share.
struct KeyCheckFront: Sendable {
    /// Nil leaves key checks to the route.
    let checker: KeyChecker?
    let forwarding: ForwardedAddress
    let limits: HTTPConnectionLimits
    let clock: @Sendable () -> Timestamp

    init(
        checker: KeyChecker?, forwarding: ForwardedAddress, limits: HTTPConnectionLimits = HTTPConnectionLimits(),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.checker = checker
        self.forwarding = forwarding
        self.limits = limits
        self.clock = clock
    }
}
