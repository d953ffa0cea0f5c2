/// Whose a key is: a name of the user's own making, such as `team-a`, `cus_9s6X` or `ann@example.com`.
package enum KeyOwnerRules {
    package static let pattern = "^[!-~]{1,255}$"
    package static let maximumBytes = 255

    /// What is wrong with it; nil for one that is fine. Visible ASCII alone, so that no two owners look alike.
    package static func problem(_ owner: String) -> String? {
        (1...maximumBytes).contains(owner.utf8.count) && owner.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            ? nil : "must be 1 to \(maximumBytes) visible ASCII characters without spaces"
    }
}
