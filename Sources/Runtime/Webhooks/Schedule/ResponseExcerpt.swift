/// The part of a receiver's answer that is kept with an attempt.
enum ResponseExcerpt {
    static let maximumBytes = 4096

    /// At most `maximumBytes` of UTF-8; what is no text, and control characters but line breaks and tabs, become U+FFFD.
    static func text(_ body: [UInt8]) -> String? {
        guard !body.isEmpty else { return nil }
        var kept = String.UnicodeScalarView()
        var bytes = 0
        for scalar in String(decoding: body.prefix(maximumBytes), as: UTF8.self).unicodeScalars {
            let isSafe = scalar == "\n" || scalar == "\t" || !(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value))
            let shown: Unicode.Scalar = isSafe ? scalar : "\u{FFFD}"
            bytes += String(shown).utf8.count
            guard bytes <= maximumBytes else { break }
            kept.append(shown)
        }
        return String(kept)
    }
}
