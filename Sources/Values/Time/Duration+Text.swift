extension Duration {
    /// Reads the manifest's and the API's form of a span: a whole number and one unit of `ms`, `s`, `m`, `h`, `d`.
    ///
    /// Nil for anything else, and for spans beyond 100 years.
    package init?(manifestText text: String) {
        var count: Int64 = 0
        var digits = 0
        var unit: Int64 = 0
        for byte in text.utf8 {
            switch (byte, unit) {
            case (UInt8(ascii: "0")...UInt8(ascii: "9"), 0):
                digits += 1
                guard digits <= 15 else { return nil }
                count = count * 10 + Int64(byte - UInt8(ascii: "0"))
            case (UInt8(ascii: "s"), 0): unit = 1000
            case (UInt8(ascii: "m"), 0): unit = 60_000
            case (UInt8(ascii: "h"), 0): unit = 3_600_000
            case (UInt8(ascii: "d"), 0): unit = 86_400_000
            case (UInt8(ascii: "s"), 60_000): unit = 1
            default: return nil
            }
        }
        guard digits > 0, unit != 0 else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, milliseconds <= 100 * 366 * 86_400_000 else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The shortest exact form with one unit: `90d`, `12h`, `5s`; the canonical spelling in the state and in exports.
    package var manifestText: String {
        let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
        for (size, name) in units where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(name)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
