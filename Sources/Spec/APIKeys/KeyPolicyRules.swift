import Values

/// What a key policy may say, in a manifest and over HTTP alike; each function gives the problem with its remedy, or nil.
package enum KeyPolicyRules {
    package static let prefixPattern = "^[a-z]([a-z0-9_]{0,18}[a-z0-9])?$"
    package static let expiry: ClosedRange<Duration> = .seconds(60) ... .seconds(3660 * 86_400)
    package static let rotationPeriod: ClosedRange<Duration> = .seconds(3600) ... .seconds(3660 * 86_400)
    package static let overlap: ClosedRange<Duration> = .seconds(0) ... .seconds(366 * 86_400)
    package static let networkCount = 100
    package static let scopeCount = 500

    package static func prefixProblem(_ prefix: String) -> String? {
        guard let first = prefix.utf8.first, first.isASCIILowercase, prefix.utf8.count <= 20,
            prefix.utf8.last != UInt8(ascii: "_"),
            prefix.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0.isASCIILowercase })
        else { return "the prefix \(quoted(prefix)) must be lower-case letters, digits and inner `_`, at most 20, as in `sk_live`" }
        return nil
    }

    /// The limit of a day must not be below that of an hour, which could then never be reached.
    package static func limitProblem(hour: Int?, day: Int?) -> String? {
        RateLimits(perHour: hour, perDay: day).problem.map { "`rateLimitPerDay` \($0)" }
    }

    package static func rotationProblem(_ rotation: KeyPolicySpec.Rotation) -> String? {
        guard rotation.overlap > rotation.every else { return nil }
        return "`overlap` (\(rotation.overlap.manifestText)) is longer than `every` (\(rotation.every.manifestText)): shorten it"
    }
}
