package import NIOCore
package import Spec

/// What the handlers of all connections share.
package struct KeyCheckFront: Sendable {
    let checker: KeyChecker
    let forwarding: ForwardedAddress
    let clock: @Sendable () -> Timestamp
    /// A connection on which nothing moves in either direction for so long is closed. Kept here for both modes, because a
    /// timer behind does not see what is answered in front. Longer than any answer of ours takes.
    let idleTimeout: TimeAmount

    package init(
        checker: KeyChecker, forwarding: ForwardedAddress, idleTimeout: TimeAmount = .seconds(120),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.checker = checker
        self.forwarding = forwarding
        self.idleTimeout = idleTimeout
        self.clock = clock
    }
}
